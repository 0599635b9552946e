/* SPDX-License-Identifier: Apache-2.0 */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct source_reader {
	int fd;
	char name[SOURCE_PATH_MAX + 1];
};

int source_missing(const struct source *s, const char *what, int errnum, struct err *e)
{
	return err_set_native(e, ERR_RETRY, "source_missing", "posix", errnum,
	        "%s%s cannot be read (%s): deliver it there, or correct the URL and resume", s->url,
	        what, strerror(errnum));
}

int64_t source_modified_ms(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

static int bad_url(struct str url, struct err *e)
{
	return err_set(e, ERR_REJECT, "bad_source",
	        "source " STR_FMT ": the URL must be file:// and an absolute path", STR_ARG(url));
}

int source_open(struct str url, struct source **out, struct err *e)
{
	if (!str_has_prefix(url, STR("file:///")) || memchr(url.p, '\0', url.n) ||
	        url.n > SOURCE_PATH_MAX)
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
		int act = source_missing(s, "", errnum, e);
		source_close(s);
		return act;
	}
	*out = s;
	return 0;
}

int source_confine(struct source *s, const struct confine *allowed, struct err *e)
{
	return confine_check(allowed, s->dir_fd, s->single, s->url, e);
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

/* Relative, and every component a name of its own: nothing that leads elsewhere. */
static bool is_inside(struct str name)
{
	if (name.n == 0 || name.n > SOURCE_PATH_MAX || memchr(name.p, '\0', name.n))
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

/* A regular file that lies below the prefix; a link may lead to it, and not out. */
static int open_regular(const struct source *s, struct str name, int *out, struct err *e)
{
	char path[SOURCE_PATH_MAX + 1];
	struct source_place place;
	if (!is_inside(name))
		return err_set(e, ERR_REJECT, "bad_source", "%s: " STR_FMT " is no name below it",
		        s->url, STR_ARG(name));
	memcpy(path, name.p, name.n);
	path[name.n] = '\0';
	int act = source_find(s, s->dir_fd, path, &place, e);
	if (act != 0)
		return act;
	act = place.kind == SOURCE_FILE ? source_open_found(s, path, &place, out, e)
	                                : source_missing(s, path, EINVAL, e);
	source_place_close(&place);
	return act;
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

int source_check_unchanged(
        struct source_reader *r, const struct source_object *listed, struct err *e)
{
	struct stat st;
	if (fstat(r->fd, &st) != 0)
		return err_set_native(e, ERR_RETRY, "source_missing", "posix", errno,
		        "look at %s again: %s", r->name, strerror(errno));
	if (st.st_size == listed->bytes && source_modified_ms(&st) == listed->modified_ms)
		return 0;
	return err_set(e, ERR_RETRY, "source_missing",
	        "it changed while it was read; it is read again when it is whole: let ready.marker "
	        "or "
	        "ready.quiet_seconds say when that is");
}

void source_read_close(struct source_reader *r)
{
	if (!r)
		return;
	(void)close(r->fd); /* read only */
	free(r);
}
