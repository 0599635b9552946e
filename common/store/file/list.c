/* SPDX-License-Identifier: Apache-2.0
 *
 * Byte order over a tree: the entries of a directory are sorted with "/" behind the names of
 * directories, then whole names come out in byte order ("a-b", "a/b", "a0"). One directory at a
 * time is held per level.
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
	char path[STORE_NAME_MAX + 1]; /* of the directory we are in, with '/' behind, or empty */
	size_t path_bytes;
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
		return err_set(e, ERR_REJECT, "too_large", "a directory has more than %d entries",
		        ENTRIES_MAX);
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 64 : 2 * list->room;
		char **names = realloc(list->names, room * sizeof *names);
		if (names == NULL)
			return err_set(e, ERR_FATAL, "no_memory", "out of memory");
		list->names = names;
		list->room = room;
	}
	size_t n = strlen(name);
	char *copy = malloc(n + 2);
	if (copy == NULL)
		return err_set(e, ERR_FATAL, "no_memory", "out of memory");
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

/* Whether something under path + name can begin with the prefix. */
static bool may_match(const struct walk *w, const char *name)
{
	size_t n = strlen(name);
	if (w->prefix.n <= w->path_bytes)
		return true;
	size_t rest = w->prefix.n - w->path_bytes;
	return memcmp(w->prefix.p + w->path_bytes, name, rest < n ? rest : n) == 0;
}

static int read_entries(const struct walk *w, int dir_fd, struct entries *list, struct err *e)
{
	DIR *d = fdopendir(dir_fd);
	if (d == NULL) {
		int errnum = errno;
		(void)close(dir_fd);
		return file_failed(e, errnum, "list");
	}
	int rc = 0;
	struct dirent *entry;
	while (rc == 0 && (errno = 0, entry = readdir(d)) != NULL) {
		struct stat st;
		const char *name = entry->d_name;
		if (!store_name_is_good(str_c(name)) || !may_match(w, name))
			continue;
		if (fstatat(dirfd(d), name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
			rc = errno == ENOENT ? 0 : file_failed(e, errno, "list");
			continue;
		}
		if (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))
			rc = entries_add(list, name, S_ISDIR(st.st_mode), e);
	}
	if (rc == 0 && errno != 0)
		rc = file_failed(e, errno, "list");
	(void)closedir(d);
	return rc;
}

static int visit_object(const struct walk *w, const char *name, struct err *e)
{
	struct str full = str_bytes(name, strlen(name));
	if (!str_has_prefix(full, w->prefix))
		return 0;
	int fd = -1;
	struct store_facts facts;
	if (file_object_open(w->store, name, &fd, NULL, e) != 0)
		return strcmp(e->code, "not_found") == 0 ? 0 : (int)e->act; /* removed since */
	int rc = file_object_facts(fd, &facts, e);
	(void)close(fd);
	return rc != 0 ? rc : w->visit(w->arg, full, &facts, e);
}

static int walk_dir(struct walk *w, struct err *e);

static int visit_entry(struct walk *w, const char *name, struct err *e)
{
	size_t before = w->path_bytes;
	size_t n = strlen(name);
	if (n > STORE_NAME_MAX - before)
		return 0; /* longer than any object's name: not ours */
	memcpy(w->path + before, name, n + 1);
	int rc;
	if (name[n - 1] == '/') {
		w->path_bytes = before + n;
		rc = walk_dir(w, e);
		w->path_bytes = before;
	} else {
		rc = visit_object(w, w->path, e);
	}
	w->path[before] = '\0';
	return rc;
}

static int walk_dir(struct walk *w, struct err *e)
{
	size_t n = w->path_bytes > 0 ? w->path_bytes - 1 : 0;
	int dir_fd = beneath_dir(w->store->root_fd, w->path, n, BENEATH_MUST_EXIST, 0);
	if (dir_fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : file_failed(e, errno, "list");
	struct entries list = {0};
	int rc = read_entries(w, dir_fd, &list, e);
	if (rc == 0 && list.count > 0)
		qsort(list.names, list.count, sizeof *list.names, by_bytes);
	for (size_t i = 0; i < list.count && rc == 0; i++)
		rc = visit_entry(w, list.names[i], e);
	entries_release(&list);
	return rc;
}

int file_list(struct store *s, struct str prefix, store_visit *visit, void *arg, struct err *e)
{
	struct walk w = {.store = file_of(s), .prefix = prefix, .visit = visit, .arg = arg};
	return walk_dir(&w, e);
}
