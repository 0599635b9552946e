/* SPDX-License-Identifier: Apache-2.0 */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COMPONENT_MAX = 255, DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static int step(int dir_fd, const char *component, enum beneath_mode mode, mode_t perm)
{
	int fd = openat(dir_fd, component, DIR_FLAGS);
	if (fd >= 0 || errno != ENOENT || mode == BENEATH_MUST_EXIST)
		return fd;
	if (mkdirat(dir_fd, component, perm) != 0 && errno != EEXIST)
		return -1;
	if (fsync(dir_fd) != 0)
		return -1;
	return openat(dir_fd, component, DIR_FLAGS);
}

static void close_keeping_errno(int fd)
{
	int errnum = errno;
	(void)close(fd); /* a directory: nothing was written through it */
	errno = errnum;
}

int beneath_dir(int root_fd, const char *path, size_t n, enum beneath_mode mode, mode_t perm)
{
	int fd = openat(root_fd, ".", DIR_FLAGS);
	size_t at = 0;
	while (fd >= 0 && at < n) {
		const char *slash = memchr(path + at, '/', n - at);
		size_t len = slash != NULL ? (size_t)(slash - (path + at)) : n - at;
		char component[COMPONENT_MAX + 1];
		int next = -1;
		if (len > COMPONENT_MAX) {
			errno = ENAMETOOLONG;
		} else {
			memcpy(component, path + at, len);
			component[len] = '\0';
			next = step(fd, component, mode, perm);
		}
		close_keeping_errno(fd);
		fd = next;
		at += len + 1;
	}
	return fd;
}

int beneath_parent(
        int root_fd, const char *path, enum beneath_mode mode, mode_t perm, const char **out_base)
{
	const char *slash = strrchr(path, '/');
	*out_base = slash != NULL ? slash + 1 : path;
	return beneath_dir(root_fd, path, slash != NULL ? (size_t)(slash - path) : 0, mode, perm);
}
