/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/source.h"

#include "beneath.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 16, PATH_BYTES_MAX = 1024 };

struct source {
	int dir_fd;
	char *url;    /* for messages */
	char *single; /* the one object's name, NULL for a prefix */
};

struct source_reader {
	int fd;
	char name[PATH_BYTES_MAX + 1];
};

static int missing(const struct source *s, const char *what, int errnum, struct err *e)
{
	return err_set_native(e, ERR_RETRY, "source_missing", "posix", errnum,
	        "%s%s cannot be read (%s): deliver it there, or correct the URL and resume", s->url,
	        what, strerror(errnum));
}

static int bad_url(struct str url, struct err *e)
{
	return err_set(e, ERR_REJECT, "bad_source",
	        "source " STR_FMT ": the URL must be file:// and an absolute path", STR_ARG(url));
}

int source_open(struct str url, struct source **out, struct err *e)
{
	if (!str_has_prefix(url, STR("file:///")) || memchr(url.p, '\0', url.n) ||
	        url.n > PATH_BYTES_MAX)
		return bad_url(url, e);
	struct source *s = calloc(1, sizeof(*s));
	char *path = strndup(url.p + 7, url.n - 7);
	if (s)
		s->url = strndup(url.p, url.n);
	if (!s || !path || !s->url) {
		free(path);
		source_close(s);
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a source");
	}
	s->dir_fd = -1;
	char *slash = strrchr(path, '/');
	if (slash[1] != '\0') {
		s->single = strdup(slash + 1);
		slash[1] = '\0';
	}
	s->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int errnum = errno;
	free(path);
	if (s->dir_fd < 0) {
		int act = missing(s, "", errnum, e);
		source_close(s);
		return act;
	}
	*out = s;
	return 0;
}

void source_close(struct source *s)
{
	if (!s)
		return;
	if (s->dir_fd >= 0)
		(void)close(s->dir_fd); /* a directory: nothing was written */
	free(s->single);
	free(s->url);
	free(s);
}

/* --- listing --- */

struct walk {
	const struct source *source;
	struct arena *mem;
	struct source_object *objects;
	size_t count, cap;
	struct err *e;
};

static int64_t modified_ms(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

static int add_object(struct walk *w, const char *path, const struct stat *st)
{
	if (w->count == SOURCE_OBJECTS_MAX)
		return err_set(w->e, ERR_REJECT, "bad_source",
		        "%s holds more than %d objects: split it", w->source->url,
		        SOURCE_OBJECTS_MAX);
	if (w->count == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 64;
		struct source_object *bigger = ARENA_TRY_ARRAY(w->mem, struct source_object, cap);
		if (!bigger)
			return err_set(w->e, ERR_REJECT, "bad_source",
			        "%s: the list of its objects is too large", w->source->url);
		if (w->count > 0)
			memcpy(bigger, w->objects, w->count * sizeof(*bigger));
		w->objects = bigger;
		w->cap = cap;
	}
	w->objects[w->count++] = (struct source_object){.name = arena_str(w->mem, str_c(path)),
	        .bytes = st->st_size,
	        .modified_ms = modified_ms(st)};
	return 0;
}

static int check_name(struct walk *w, const char *path)
{
	for (const char *c = path; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return err_set(w->e, ERR_REJECT, "bad_source",
			        "%s: an object's name holds a control character: rename it",
			        w->source->url);
	}
	return 0;
}

static int walk_dir(struct walk *w, int dir_fd, const char *prefix, int depth);

static int visit(struct walk *w, int dir_fd, const char *prefix, const char *name, int depth)
{
	if (name[0] == '.' || name[0] == '_')
		return 0;
	char path[PATH_BYTES_MAX + 1];
	if (snprintf(path, sizeof(path), "%s%s", prefix, name) >= (int)sizeof(path) - 1)
		return err_set(w->e, ERR_REJECT, "bad_source",
		        "%s: a path is longer than %d bytes: shorten it", w->source->url,
		        PATH_BYTES_MAX);
	int act = check_name(w, path);
	struct stat st;
	if (act != 0)
		return act;
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : missing(w->source, path, errno, w->e);
	if (S_ISREG(st.st_mode))
		return add_object(w, path, &st);
	if (!S_ISDIR(st.st_mode))
		return 0;
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return missing(w->source, path, errno, w->e);
	size_t n = strlen(path); /* room for the slash was kept */
	path[n] = '/';
	path[n + 1] = '\0';
	return walk_dir(w, fd, path, depth + 1);
}

/* Takes dir_fd over. */
static int walk_dir(struct walk *w, int dir_fd, const char *prefix, int depth)
{
	DIR *dir = fdopendir(dir_fd);
	if (!dir) {
		(void)close(dir_fd);
		return missing(w->source, prefix, errno, w->e);
	}
	int act = 0;
	if (depth > DEPTH_MAX)
		act = err_set(w->e, ERR_REJECT, "bad_source",
		        "%s is nested deeper than %d directories: move its files up",
		        w->source->url, DEPTH_MAX);
	while (act == 0) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry && errno != 0)
			act = missing(w->source, prefix, errno, w->e);
		if (!entry)
			break;
		act = visit(w, dirfd(dir), prefix, entry->d_name, depth);
	}
	(void)closedir(dir);
	return act;
}

static int by_name(const void *a, const void *b)
{
	const struct source_object *x = a, *y = b;
	return str_cmp(x->name, y->name);
}

static int list_single(struct walk *w)
{
	struct stat st;
	const struct source *s = w->source;
	if (fstatat(s->dir_fd, s->single, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return missing(s, "", errno, w->e);
	if (!S_ISREG(st.st_mode))
		return err_set(w->e, ERR_REJECT, "bad_source",
		        "%s is no regular file (end the URL in a slash for all files below it)",
		        s->url);
	return add_object(w, s->single, &st);
}

int source_list(struct source *s, struct arena *mem, struct source_object **out, size_t *out_count,
        struct err *e)
{
	struct walk w = {.source = s, .mem = mem, .e = e};
	int act;
	if (s->single) {
		act = list_single(&w);
	} else {
		int fd = openat(s->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		act = fd < 0 ? missing(s, "", errno, e) : walk_dir(&w, fd, "", 0);
	}
	if (act != 0)
		return act;
	if (w.count > 1)
		qsort(w.objects, w.count, sizeof(*w.objects), by_name);
	*out = w.objects;
	*out_count = w.count;
	return 0;
}

/* Relative, and every component a name of its own: nothing that leads elsewhere. */
static bool is_inside(struct str name)
{
	if (name.n == 0 || name.n > PATH_BYTES_MAX || memchr(name.p, '\0', name.n))
		return false;
	for (size_t at = 0; at <= name.n;) {
		ptrdiff_t slash = str_find(name, '/', at);
		size_t end = slash < 0 ? name.n : (size_t)slash;
		struct str part = str_bytes(name.p + at, end - at);
		if (part.n == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
			return false;
		at = end + 1;
	}
	return true;
}

/* A regular file below the prefix, never through a link. */
static int open_regular(const struct source *s, struct str name, int *out, struct err *e)
{
	char path[PATH_BYTES_MAX + 1];
	const char *base = path;
	struct stat st;
	if (!is_inside(name))
		return err_set(e, ERR_REJECT, "bad_source", "%s: " STR_FMT " is no name below it",
		        s->url, STR_ARG(name));
	memcpy(path, name.p, name.n);
	path[name.n] = '\0';
	int dir = beneath_parent(s->dir_fd, path, BENEATH_MUST_EXIST, 0, &base);
	/* O_NONBLOCK: a pipe that took the file's place must not hold us up. */
	int fd = dir < 0 ? -1 : openat(dir, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int errnum = errno;
	if (dir >= 0)
		(void)close(dir);
	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		(void)close(fd);
		fd = -1;
		errnum = EINVAL;
	}
	if (fd < 0)
		return missing(s, path, errnum, e);
	*out = fd;
	return 0;
}

int source_ready(struct source *s, struct str marker, int64_t quiet_seconds, int64_t now_ms,
        const struct source_object *objects, size_t count, bool *out, struct err *e)
{
	if (marker.n > 0) {
		int fd = -1, act = open_regular(s, marker, &fd, e);
		if (fd >= 0)
			(void)close(fd); /* read only */
		if (act == ERR_RETRY) {  /* not there yet */
			*out = false;
			return 0;
		}
		*out = act == 0;
		return act;
	}
	bool quiet = true;
	for (size_t i = 0; i < count; i++)
		quiet = quiet && (quiet_seconds <= 0 ||
		                         (now_ms - objects[i].modified_ms) / 1000 >= quiet_seconds);
	*out = quiet;
	return 0;
}

/* --- reading --- */

int source_read_open(struct source *s, struct str name, struct source_reader **out, struct err *e)
{
	struct source_reader *r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a reader");
	int act = open_regular(s, name, &r->fd, e);
	if (act != 0) {
		free(r);
		return act;
	}
	memcpy(r->name, name.p, name.n);
	*out = r;
	return 0;
}

int source_read(
        struct source_reader *r, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	size_t got = 0;
	while (got < n) {
		ssize_t k = pread(r->fd, (char *)p + got, n - got, offset + (int64_t)got);
		if (k == 0)
			break;
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set_native(e, ERR_RETRY, "source_missing", "posix", errno,
			        "read %s at %" PRId64 ": %s", r->name, offset + (int64_t)got,
			        strerror(errno));
		got += (size_t)k;
	}
	*out_n = got;
	return 0;
}

void source_read_close(struct source_reader *r)
{
	if (!r)
		return;
	(void)close(r->fd); /* read only */
	free(r);
}
