/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernel follows the links and then reports where the opened file really is (/proc/self/fd). So
 * even if something changes meanwhile, the place that was checked is the place that is read.
 */
#include "source_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { REAL_PATH_MAX = 4096 };

/* Absolute path of the file that fd refers to. */
static int real_path(const struct file_source *s, int fd, char out[REAL_PATH_MAX], struct err *e)
{
	char link[64];
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, out, REAL_PATH_MAX - 1);
	if (n < 0 || n == REAL_PATH_MAX - 1)
		return err_set_native(e, ERR_RETRY, CODE_SOURCE_MISSING, "posix",
		        n < 0 ? errno : ENAMETOOLONG,
		        "%s: cannot determine the real paths of its files: is /proc mounted, and "
		        "are the paths shorter than %d bytes?",
		        s->url, REAL_PATH_MAX - 1);
	out[n] = '\0';
	return 0;
}

static int check_inside(
        const struct file_source *s, const char *name, struct source_place *place, struct err *e)
{
	char root[REAL_PATH_MAX], real[REAL_PATH_MAX];
	int act = real_path(s, s->dir_fd, root, e);
	if (act == 0)
		act = real_path(s, place->fd, real, e);
	if (act != 0)
		return act;
	size_t n = strcmp(root, "/") == 0 ? 0 : strlen(root);
	bool is_root = strcmp(root, real) == 0;
	if (!is_root && (strncmp(root, real, n) != 0 || real[n] != '/'))
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "%s: %s is a link that leaves it: replace the link with the file itself, "
		        "or use the file's real location in the URL",
		        s->url, name);
	const char *rest = is_root ? "" : real + n + 1;
	if (strlen(rest) > SOURCE_PATH_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "%s: %s leads to a path longer than %d bytes: shorten it", s->url, name,
		        SOURCE_PATH_MAX);
	memcpy(place->path, rest, strlen(rest) + 1);
	return 0;
}

int source_find(const struct file_source *s, int dir_fd, const char *name, struct source_place *out,
        struct err *e)
{
	struct source_place place = {.fd = openat(dir_fd, name, O_PATH | O_CLOEXEC)};
	if (place.fd < 0)
		return source_missing(s, name, errno, e);
	if (fstat(place.fd, &place.st) != 0) {
		int errnum = errno;
		source_place_close(&place);
		return source_missing(s, name, errnum, e);
	}
	place.kind = S_ISREG(place.st.st_mode)   ? SOURCE_FILE
	             : S_ISDIR(place.st.st_mode) ? SOURCE_DIRECTORY
	                                         : SOURCE_OTHER;
	int act = check_inside(s, name, &place, e);
	if (act != 0) {
		source_place_close(&place);
		return act;
	}
	*out = place;
	return 0;
}

void source_place_close(struct source_place *place)
{
	(void)close(place->fd); /* an O_PATH descriptor: nothing was written */
	place->fd = -1;
}

int source_open_found(const struct file_source *s, const char *shown,
        const struct source_place *place, int *out_fd, struct err *e)
{
	char link[64];
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", place->fd);
	int fd = open(link, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return source_missing(s, shown, errno, e);
	*out_fd = fd;
	return 0;
}
