/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte order over a tree. The entries of a directory are sorted with "/" appended to directory
 * names, so that whole names come out in byte order ("a-b", "a/b", "a0"). The fan directories
 * (layout.c) are sorted in the same way, but are not part of a name. The walk starts at the
 * directory that the prefix names, so other directories cost nothing. It holds one directory per
 * level.
 */
#include "../beneath.h"
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENTRIES_MAX = 1024 * 1024 };

struct entries {
	char **names; /* directories end in '/' */
	size_t count;
	size_t room;
};

struct walk {
	const struct file_store *store;
	struct str prefix;
	store_visit *visit;
	void *arg;
	char path[STORE_NAME_MAX +
	          1]; /* name of the current directory with '/' appended; empty at the root */
	size_t path_bytes;
};

enum spot {
	PLACE_PLAIN,  /* entries are the next components of names */
	PLACE_PREFIX, /* first component: next components and fan directories */
	PLACE_FAN     /* in a fan directory */
};

static void entries_release(struct entries *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
}

static int entries_add(struct entries *list, const char *name, bool is_dir, struct err *e)
{
	if (list->count == ENTRIES_MAX)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "a directory has more than %d entries", ENTRIES_MAX);
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 64 : 2 * list->room;
		char **names = realloc(list->names, room * sizeof *names);
		if (!names)
			return err_set(e, ERR_FATAL, "out_of_memory", "out of memory");
		list->names = names;
		list->room = room;
	}
	size_t n = strlen(name);
	char *copy = malloc(n + 2);
	if (!copy)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory");
	memcpy(copy, name, n + 1);
	if (is_dir)
		memcpy(copy + n, "/", 2);
	list->names[list->count++] = copy;
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* True if a name below path + name can begin with the prefix. */
static bool may_match(const struct walk *w, const char *name)
{
	size_t n = strlen(name);
	if (w->prefix.n <= w->path_bytes)
		return true;
	size_t rest = w->prefix.n - w->path_bytes;
	return memcmp(w->prefix.p + w->path_bytes, name, rest < n ? rest : n) == 0;
}

static enum spot place_of(const struct walk *w)
{
	const char *slash = memchr(w->path, '/', w->path_bytes);
	return slash && slash == w->path + w->path_bytes - 1 ? PLACE_PREFIX : PLACE_PLAIN;
}

/* Skips entries that no object name can lead to. They are not ours. */
static bool belongs(enum spot place, const char *fan, const char *name, const struct stat *st)
{
	bool is_dir = S_ISDIR(st->st_mode);
	if (!is_dir && !S_ISREG(st->st_mode))
		return false;
	if (place == PLACE_FAN)
		return fan && file_is_fanned(name, strlen(name)) &&
		       strncmp(name, fan, strlen(fan)) == 0;
	if (place == PLACE_PREFIX)
		return file_is_fan(name) ? is_dir : !file_is_fanned(name, strlen(name));
	return true;
}

/* fan: name of the directory for PLACE_FAN. Closes dir_fd. */
static int read_entries(
        const struct walk *w, int dir_fd, const char *fan, struct entries *list, struct err *e)
{
	enum spot place = fan ? PLACE_FAN : place_of(w);
	DIR *d = fdopendir(dir_fd);
	if (!d) {
		int errnum = errno;
		(void)close(dir_fd);
		return file_failed(e, errnum, "list");
	}
	int act = 0;
	struct dirent *entry;
	while (act == 0 && (errno = 0, entry = readdir(d))) {
		struct stat st;
		const char *name = entry->d_name;
		if (!store_name_is_good(str_c(name)) || !may_match(w, name))
			continue;
		if (fstatat(dirfd(d), name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
			act = errno == ENOENT ? 0 : file_failed(e, errno, "list");
			continue;
		}
		if (belongs(place, fan, name, &st))
			act = entries_add(list, name, S_ISDIR(st.st_mode), e);
	}
	if (act == 0 && errno != 0)
		act = file_failed(e, errno, "list");
	(void)closedir(d);
	return act;
}

static int visit_object(const struct walk *w, struct err *e)
{
	struct str full = str_c(w->path);
	return str_has_prefix(full, w->prefix) ? w->visit(w->arg, full, e) : 0;
}

static int walk_dir(struct walk *w, const char *fan, struct err *e);

static int visit_entry(struct walk *w, const char *name, bool is_fan, struct err *e)
{
	size_t before = w->path_bytes;
	size_t n = strlen(name);
	if (n > STORE_NAME_MAX - before)
		return 0; /* longer than any object's name, so not ours */
	if (is_fan) {
		char fan[3] = {name[0], name[1], '\0'};
		return walk_dir(w, fan, e);
	}
	memcpy(w->path + before, name, n + 1);
	int act;
	if (name[n - 1] == '/') {
		w->path_bytes = before + n;
		act = walk_dir(w, NULL, e);
		w->path_bytes = before;
	} else {
		act = visit_object(w, e);
	}
	w->path[before] = '\0';
	return act;
}

/* Opens the directory of w->path, or a fan directory below it. Returns -1 and sets errno if it
 * fails. */
static int open_dir(const struct walk *w, const char *fan)
{
	char path[FILE_PATH_BYTES];
	file_path(w->path, path);
	size_t n = strlen(path);
	if (fan)
		memcpy(path + n, fan, strlen(fan) + 1);
	else if (n > 0)
		path[n - 1] = '\0';
	return beneath_dir(w->store->root_fd, path, strlen(path), BENEATH_MUST_EXIST, 0);
}

static int walk_dir(struct walk *w, const char *fan, struct err *e)
{
	bool is_prefix = !fan && place_of(w) == PLACE_PREFIX;
	int dir_fd = open_dir(w, fan);
	if (dir_fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : file_failed(e, errno, "list");
	struct entries list = {0};
	int act = read_entries(w, dir_fd, fan, &list, e);
	if (act == 0 && list.count > 0)
		qsort(list.names, list.count, sizeof *list.names, by_bytes);
	for (size_t i = 0; i < list.count && act == 0; i++) {
		const char *name = list.names[i];
		/* A fan directory's name has three characters with the "/". */
		bool is_fan = is_prefix && strlen(name) == 3 && name[0] != '.' && name[2] == '/';
		act = visit_entry(w, name, is_fan, e);
	}
	entries_release(&list);
	return act;
}

/* If the prefix fits only one fan directory, the others are not read. */
int file_list(struct store *s, struct str prefix, store_visit *visit, void *arg, struct err *e)
{
	struct walk w = {.store = file_of(s), .prefix = prefix, .visit = visit, .arg = arg};
	size_t n = prefix.n;
	while (n > 0 && prefix.p[n - 1] != '/')
		n--;
	if (n > 0)
		memcpy(w.path, prefix.p, n); /* store.c has checked the length */
	w.path_bytes = n;
	return walk_dir(&w, NULL, e);
}
