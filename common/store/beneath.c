/* SPDX-License-Identifier: Apache-2.0 */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { COMPONENT_MAX = 255, DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static void close_keeping_errno(int fd)
{
	int errnum = errno;
	(void)close(fd); /* a directory: nothing was written */
	errno = errnum;
}

/* How to create missing components. */
struct making {
	enum beneath_mode mode;
	struct beneath_new made;
	bool is_whole; /* exact mode and group, regardless of the umask */
};

/* Only adds bits, because a directory can inherit more from its parent. */
static int give(int fd, const struct beneath_new *made)
{
	struct stat st;
	if (made->group != BENEATH_GROUP_AS_IS && fchown(fd, (uid_t)-1, made->group) != 0)
		return -1;
	if (fstat(fd, &st) != 0)
		return -1;
	return (st.st_mode & made->perm) == made->perm
	               ? 0
	               : fchmod(fd, (st.st_mode & 07777) | made->perm);
}

static int step(int dir_fd, const char *component, const struct making *how)
{
	int fd = openat(dir_fd, component, DIR_FLAGS);
	if (fd >= 0 || errno != ENOENT || how->mode == BENEATH_MUST_EXIST)
		return fd;
	bool is_new = mkdirat(dir_fd, component, how->made.perm & 0777) == 0;
	if ((!is_new && errno != EEXIST) || fsync(dir_fd) != 0)
		return -1;
	fd = openat(dir_fd, component, DIR_FLAGS);
	if (fd >= 0 && is_new && how->is_whole && give(fd, &how->made) != 0) {
		close_keeping_errno(fd);
		return -1;
	}
	return fd;
}

/* Opens the whole path in one call. Older kernels cannot do this. */
static int open_at_once(int root_fd, const char *path, size_t n)
{
	char text[PATH_MAX];
	const struct open_how how = {.flags = DIR_FLAGS,
	        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
	if (n >= sizeof text) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(text, n > 0 ? path : ".", n > 0 ? n : 1);
	text[n > 0 ? n : 1] = '\0';
	return (int)syscall(SYS_openat2, root_fd, text, &how, sizeof how);
}

static int walk(int root_fd, const char *path, size_t n, const struct making *how)
{
	int fd = openat(root_fd, ".", DIR_FLAGS);
	size_t at = 0;
	while (fd >= 0 && at < n) {
		const char *slash = memchr(path + at, '/', n - at);
		size_t len = slash ? (size_t)(slash - (path + at)) : n - at;
		char component[COMPONENT_MAX + 1];
		int next = -1;
		if (len > COMPONENT_MAX) {
			errno = ENAMETOOLONG;
		} else {
			memcpy(component, path + at, len);
			component[len] = '\0';
			next = step(fd, component, how);
		}
		close_keeping_errno(fd);
		fd = next;
		at += len + 1;
	}
	return fd;
}

/* Opens an existing path in one call. In any other case the walk decides: it creates missing
 * directories, finds the component that is wrong, and works on any kernel. */
static int open_dir(int root_fd, const char *path, size_t n, const struct making *how)
{
	int fd = open_at_once(root_fd, path, n);
	if (fd >= 0 || (errno == ENOENT && how->mode == BENEATH_MUST_EXIST))
		return fd;
	return walk(root_fd, path, n, how);
}

int beneath_dir(int root_fd, const char *path, size_t n, enum beneath_mode mode, mode_t perm)
{
	const struct making how = {.mode = mode, .made = {perm, BENEATH_GROUP_AS_IS}};
	return open_dir(root_fd, path, n, &how);
}

static size_t parent_of(const char *path, const char **out_base)
{
	const char *slash = strrchr(path, '/');
	*out_base = slash ? slash + 1 : path;
	return slash ? (size_t)(slash - path) : 0;
}

int beneath_parent(
        int root_fd, const char *path, enum beneath_mode mode, mode_t perm, const char **out_base)
{
	return beneath_dir(root_fd, path, parent_of(path, out_base), mode, perm);
}

int beneath_parent_new(
        int root_fd, const char *path, struct beneath_new made, const char **out_base)
{
	const struct making how = {.mode = BENEATH_CREATE, .made = made, .is_whole = true};
	return open_dir(root_fd, path, parent_of(path, out_base), &how);
}
