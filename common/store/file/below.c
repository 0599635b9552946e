/* SPDX-License-Identifier: Apache-2.0
 *
 * Removes a directory with all its objects. In each directory the objects go first, then their
 * replacements. So a removal that dies in the middle never brings back an older state of an
 * object.
 */
#include "../beneath.h"
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

struct removal {
	const atomic_bool *stop;
	int64_t removed;
	bool is_stopped;
	int errnum; /* the first failure */
};

enum pass { PASS_OBJECTS, PASS_REPLACEMENTS };

static int empty(struct removal *r, int dir_fd);

static bool goes_on(struct removal *r)
{
	r->is_stopped = r->is_stopped || (r->stop && atomic_load(r->stop));
	return !r->is_stopped && r->errnum == 0;
}

static void failed(struct removal *r)
{
	if (errno != ENOENT && r->errnum == 0) /* otherwise another process removed it first */
		r->errnum = errno;
}

static void remove_dir(struct removal *r, int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, DIR_FLAGS);
	if (fd < 0) {
		failed(r);
		return;
	}
	/* Files that are not our objects stay, and so does their directory. */
	if (empty(r, fd) == 0 && unlinkat(dir_fd, name, AT_REMOVEDIR) != 0 && errno != ENOTEMPTY &&
	        errno != EEXIST)
		failed(r);
}

/* *out_left is set if there are replacements, which the first pass leaves. */
static int64_t remove_entry(
        struct removal *r, int dir_fd, const char *name, enum pass pass, bool *out_left)
{
	struct stat st;
	bool is_replacement = strchr(name, '+');
	if (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0')))
		return 0;
	if (is_replacement && pass == PASS_OBJECTS) {
		*out_left = true;
		return 0;
	}
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		failed(r);
		return 0;
	}
	if (S_ISDIR(st.st_mode)) {
		remove_dir(r, dir_fd, name);
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return 0;
	if (unlinkat(dir_fd, name, 0) == 0)
		return 1;
	failed(r);
	return 0;
}

static bool one_pass(struct removal *r, DIR *d, enum pass pass)
{
	bool is_left = false;
	struct dirent *entry;
	int64_t count = 0;
	rewinddir(d);
	while (goes_on(r) && (errno = 0, entry = readdir(d)))
		count += remove_entry(r, dirfd(d), entry->d_name, pass, &is_left);
	if (goes_on(r) && errno != 0)
		failed(r);
	r->removed += pass == PASS_OBJECTS ? count : 0;
	return is_left;
}

/* Closes dir_fd. */
static int empty(struct removal *r, int dir_fd)
{
	DIR *d = fdopendir(dir_fd);
	if (!d) {
		failed(r);
		(void)close(dir_fd);
		return -1;
	}
	if (one_pass(r, d, PASS_OBJECTS) && goes_on(r)) {
		if (fsync(dirfd(d)) != 0)
			failed(r);
		if (goes_on(r))
			(void)one_pass(r, d, PASS_REPLACEMENTS);
	}
	(void)closedir(d);
	return r->errnum == 0 && !r->is_stopped ? 0 : -1;
}

int file_remove_below(struct store *store, const char *name, const atomic_bool *stop,
        int64_t *out_removed, struct err *e)
{
	char path[FILE_PATH_BYTES];
	const char *base = NULL;
	struct removal r = {.stop = stop};
	file_path(name, path);
	int dir_fd = beneath_parent(file_of(store)->root_fd, path, BENEATH_MUST_EXIST, 0, &base);
	if (dir_fd < 0)
		return errno == ENOENT || errno == ENOTDIR
		               ? 0
		               : file_failed(e, errno, "open the directory");
	struct stat st;
	bool is_dir = fstatat(dir_fd, base, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
	if (is_dir)
		remove_dir(&r, dir_fd, base);
	if (is_dir && goes_on(&r) && fsync(dir_fd) != 0)
		failed(&r);
	(void)close(dir_fd);
	*out_removed = r.removed;
	if (r.errnum != 0)
		return file_failed(e, r.errnum, "remove");
	return r.is_stopped ? err_set(e, ERR_DEFER, "drain",
	                              "the process is ending before everything was removed")
	                    : 0;
}
