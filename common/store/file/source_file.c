/* SPDX-License-Identifier: Apache-2.0 */
#include "source_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct file_reader {
	struct source_reader base;
	int fd;
	char name[SOURCE_PATH_MAX + 1];
};

int source_missing(const struct file_source *s, const char *what, int errnum, struct err *e)
{
	return err_set_native(e, ERR_RETRY, CODE_SOURCE_MISSING, "posix", errnum,
	        "cannot read %s%s (%s): put it there, or correct the URL and resume", s->url, what,
	        strerror(errnum));
}

int source_cannot_open(const struct file_source *s, const char *what, int errnum, struct err *e)
{
	bool is_gone = errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP || errnum == EINVAL;
	return is_gone ? source_gone(s->url, what, strerror(errnum), e)
	               : source_missing(s, what, errnum, e);
}

int64_t source_modified_ms(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

static int bad_url(struct str url, struct err *e)
{
	return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
	        "source " STR_FMT ": the URL must be file:// and an absolute path", STR_ARG(url));
}

static void file_close(struct source *source)
{
	struct file_source *s = (struct file_source *)source;
	if (s->dir_fd >= 0)
		(void)close(s->dir_fd); /* a directory: nothing was written */
	free(s->single);
	free(s->url);
	free(s);
}

static int file_open(const struct place *place, struct source **out, struct err *e)
{
	struct str url = place->url;
	if (!str_has_prefix(url, STR("file:///")) || memchr(url.p, '\0', url.n) ||
	        url.n > SOURCE_PATH_MAX)
		return bad_url(url, e);
	struct file_source *s = calloc(1, sizeof(*s));
	char *path = strndup(url.p + 7, url.n - 7);
	if (s) {
		s->url = strndup(url.p, url.n);
		s->dir_fd = -1;
	}
	if (!s || !path || !s->url) {
		free(path);
		if (s)
			file_close(&s->base);
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a source");
	}
	char *slash = strrchr(path, '/');
	if (slash[1] != '\0') {
		s->single = strdup(slash + 1);
		slash[1] = '\0';
	}
	s->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int errnum = errno;
	free(path);
	int act = s->dir_fd < 0 ? source_missing(s, "", errnum, e)
	                        : confine_check(place->allowed, s->dir_fd, s->single, s->url, e);
	if (act != 0) {
		file_close(&s->base);
		return act;
	}
	*out = &s->base;
	return 0;
}

/* Opens a regular file below the prefix. A link may lead to it, but not out of the prefix. */
static int open_regular(const struct file_source *s, struct str name, int *out, struct err *e)
{
	char path[SOURCE_PATH_MAX + 1];
	struct source_place place;
	memcpy(path, name.p, name.n);
	path[name.n] = '\0';
	int act = source_find(s, s->dir_fd, path, &place, e);
	if (act == ERR_RETRY)
		return source_cannot_open(s, path, (int)e->native, e);
	if (act != 0)
		return act;
	act = place.kind == SOURCE_FILE ? source_open_found(s, path, &place, out, e)
	                                : source_cannot_open(s, path, EINVAL, e);
	source_place_close(&place);
	return act;
}

/* --- reading --- */

static int file_read_open(
        struct source *s, struct str name, struct source_reader **out, struct err *e)
{
	struct file_reader *r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a reader");
	int act = open_regular((struct file_source *)s, name, &r->fd, e);
	if (act != 0) {
		free(r);
		return act;
	}
	memcpy(r->name, name.p, name.n);
	*out = &r->base;
	return 0;
}

static int file_read(struct source_reader *reader, int64_t offset, void *p, size_t n, size_t *out_n,
        struct err *e)
{
	const struct file_reader *r = (struct file_reader *)reader;
	size_t got = 0;
	while (got < n) {
		ssize_t k = pread(r->fd, (char *)p + got, n - got, offset + (int64_t)got);
		if (k == 0)
			break;
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set_native(e, ERR_RETRY, CODE_SOURCE_MISSING, "posix", errno,
			        "read %s at %" PRId64 ": %s", r->name, offset + (int64_t)got,
			        strerror(errno));
		got += (size_t)k;
	}
	*out_n = got;
	return 0;
}

static int look_again(const struct file_reader *r, struct stat *out, struct err *e)
{
	if (fstat(r->fd, out) == 0)
		return 0;
	return err_set_native(e, ERR_RETRY, CODE_SOURCE_MISSING, "posix", errno,
	        "check %s again: %s", r->name, strerror(errno));
}

static int file_bytes(struct source_reader *reader, int64_t *out, struct err *e)
{
	struct stat st;
	if (look_again((struct file_reader *)reader, &st, e) != 0)
		return e->act;
	*out = st.st_size;
	return 0;
}

static int file_check_unchanged(
        struct source_reader *reader, const struct source_object *listed, struct err *e)
{
	const struct file_reader *r = (struct file_reader *)reader;
	struct stat st;
	if (look_again(r, &st, e) != 0)
		return e->act;
	if (st.st_size == listed->bytes && source_modified_ms(&st) == listed->modified_ms)
		return 0;
	return err_set(e, ERR_RETRY, CODE_SOURCE_MISSING,
	        "it changed while it was read, and will be read again once it is complete: use "
	        "ready.marker or ready.quiet_seconds to say when that is");
}

static void file_read_close(struct source_reader *reader)
{
	struct file_reader *r = (struct file_reader *)reader;
	(void)close(r->fd); /* read only */
	free(r);
}

const struct source_ops source_file_ops = {
        .open = file_open,
        .close = file_close,
        .list = source_file_list,
        .read_open = file_read_open,
        .read = file_read,
        .bytes = file_bytes,
        .check_unchanged = file_check_unchanged,
        .read_close = file_read_close,
};
