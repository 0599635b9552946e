/* SPDX-License-Identifier: Apache-2.0
 *
 * A link stands for its target. If the target is already listed under its own name, the link is
 * skipped, because its rows would be read twice. If the target is not listed itself, like the
 * hidden directories of a mounted ConfigMap, it is listed under the link's name.
 */
#include "source_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct walk {
	const struct file_source *source;
	const struct source_options *options;
	struct source_found found;
	int directories;
	struct source_listing out;
	struct err *e;
};

static int refuse(const struct walk *w, const char *path, const char *why)
{
	return err_set(w->e, ERR_REJECT, CODE_BAD_SOURCE, "%s: %s %s", w->source->url, path, why);
}

static int add_object(struct walk *w, const char *path, const struct stat *st)
{
	const struct source_object object = {
	        .name = str_c(path), .bytes = st->st_size, .modified_ms = source_modified_ms(st)};
	return source_found_add(&w->found, &object, w->e);
}

/* --- names --- */

static bool is_left_out(const struct walk *w, struct str name)
{
	return source_is_hidden(name) || (source_is_partial(name) && !w->options->reads_partial);
}

/* True if the walk reaches this path without following a link. */
static bool is_walked(const struct walk *w, const char *path)
{
	struct str rest = str_c(path);
	for (size_t at = 0; at <= rest.n;) {
		ptrdiff_t slash = str_find(rest, '/', at);
		size_t end = slash < 0 ? rest.n : (size_t)slash;
		struct str part = str_bytes(rest.p + at, end - at);
		/* Only a file can be half-written. */
		if (source_is_hidden(part) || (slash < 0 && is_left_out(w, part)))
			return false;
		at = end + 1;
	}
	return true;
}

/* --- walking --- */

struct visited { /* the directories that we are inside */
	const struct visited *outer;
	dev_t dev;
	ino_t ino;
};

static int walk_dir(struct walk *w, int dir_fd, const char *prefix, const struct visited *inside);

static int enter(
        struct walk *w, const struct source_place *place, char *path, const struct visited *inside)
{
	struct visited here = {inside, place->st.st_dev, place->st.st_ino};
	int depth = 0, fd = -1;
	for (const struct visited *v = inside; v; v = v->outer, depth++)
		if (v->dev == here.dev && v->ino == here.ino)
			return refuse(w, path,
			        "is a link to one of its own parent directories: remove it");
	if (depth > SOURCE_DEPTH_MAX)
		return err_set(w->e, ERR_REJECT, CODE_BAD_SOURCE,
		        "%s is nested deeper than %d directories: move its files up",
		        w->source->url, SOURCE_DEPTH_MAX);
	if (w->directories++ == SOURCE_DIRECTORIES_MAX)
		return err_set(w->e, ERR_REJECT, CODE_BAD_SOURCE,
		        "%s contains more than %d directories: split it", w->source->url,
		        SOURCE_DIRECTORIES_MAX);
	int act = source_open_found(w->source, path, place, &fd, w->e);
	if (act != 0)
		return act;
	size_t n = strlen(path); /* the length check left room for the slash */
	path[n] = '/';
	path[n + 1] = '\0';
	return walk_dir(w, fd, path, &here);
}

static int visit_place(struct walk *w, const struct source_place *place, char *path, bool is_link,
        const struct visited *inside)
{
	if (is_link && is_walked(w, place->path))
		return 0; /* listed under its own name */
	switch (place->kind) {
	case SOURCE_FILE:
		return add_object(w, path, &place->st);
	case SOURCE_DIRECTORY:
		return enter(w, place, path, inside);
	case SOURCE_OTHER:
		break;
	}
	return refuse(w, path, "is neither a file nor a directory: remove it");
}

static int visit(struct walk *w, int dir_fd, const char *prefix, const char *name,
        const struct visited *inside)
{
	char path[SOURCE_PATH_MAX + 1];
	struct stat st;
	struct source_place place;
	if (snprintf(path, sizeof(path), "%s%s", prefix, name) >= (int)sizeof(path) - 1)
		return err_set(w->e, ERR_REJECT, CODE_BAD_SOURCE,
		        "%s: a path is longer than %d bytes: shorten it", w->source->url,
		        SOURCE_PATH_MAX);
	int act = source_found_check_name(&w->found, path, w->e);
	if (act != 0)
		return act;
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : source_missing(w->source, path, errno, w->e);
	if (!S_ISDIR(st.st_mode) && source_is_partial(str_c(name)) && !w->options->reads_partial) {
		w->out.partial_count++;
		return 0;
	}
	act = source_find(w->source, dir_fd, name, &place, w->e);
	if (act == ERR_RETRY && w->e->native == ENOENT && !S_ISLNK(st.st_mode))
		return 0; /* it was removed meanwhile; for a link that leads nowhere, we wait */
	if (act != 0)
		return act == ERR_RETRY ? err_note(w->e, "object %s", path) : act;
	act = visit_place(w, &place, path, S_ISLNK(st.st_mode), inside);
	source_place_close(&place);
	return act;
}

/* Takes ownership of dir_fd. */
static int walk_dir(struct walk *w, int dir_fd, const char *prefix, const struct visited *inside)
{
	DIR *dir = fdopendir(dir_fd);
	if (!dir) {
		int errnum = errno;
		(void)close(dir_fd);
		return source_missing(w->source, prefix, errnum, w->e);
	}
	int act = 0;
	while (act == 0) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry && errno != 0)
			act = source_missing(w->source, prefix, errno, w->e);
		if (!entry)
			break;
		struct str name = str_c(entry->d_name);
		if (str_eq(name, STR(".")) || str_eq(name, STR("..")))
			continue;
		if (source_is_hidden(name))
			w->out.hidden_count++;
		else
			act = visit(w, dirfd(dir), prefix, entry->d_name, inside);
	}
	(void)closedir(dir); /* it was only read */
	return act;
}

static int list_single(struct walk *w)
{
	const struct file_source *s = w->source;
	struct source_place place;
	int act = source_find(s, s->dir_fd, s->single, &place, w->e);
	if (act != 0)
		return act;
	if (place.kind == SOURCE_FILE)
		act = add_object(w, s->single, &place.st);
	else
		act = err_set(w->e, ERR_REJECT, CODE_BAD_SOURCE,
		        "%s is not a regular file (end the URL with a slash to read all files "
		        "below it)",
		        s->url);
	source_place_close(&place);
	return act;
}

static int list_directory(struct walk *w)
{
	struct stat st;
	int fd = openat(w->source->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return source_missing(w->source, "", errno, w->e);
	struct visited root = {NULL, st.st_dev, st.st_ino};
	return walk_dir(w, fd, "", &root);
}

int source_file_list(struct source *source, const struct source_options *options, struct arena *mem,
        struct source_listing *out, struct err *e)
{
	const struct file_source *s = (struct file_source *)source;
	struct walk w = {
	        .source = s, .found = {s->url, mem, NULL, 0, 0}, .options = options, .e = e};
	int act = s->single ? list_single(&w) : list_directory(&w);
	if (act != 0)
		return act;
	source_found_sort(&w.found);
	*out = w.out;
	out->objects = w.found.objects;
	out->count = w.found.count;
	return 0;
}
