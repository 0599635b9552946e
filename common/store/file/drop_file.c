/* SPDX-License-Identifier: Apache-2.0 */
#include "drop_chain.h"

#include "../beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PART_BYTES = 256 * 1024 };

struct file_drop_temp {
	struct drop_temp base;
	const struct file_drop *drop; /* outlives it */
	int dir_fd;
	int fd;
};

int drop_file_failed(struct err *e, int errnum, const char *step)
{
	const char *why = strerror(errnum);
	switch (errnum) {
	case ENOTDIR:
	case EISDIR:
	case ELOOP:
	case ENAMETOOLONG:
		return err_set_native(e, ERR_REJECT, CODE_BAD_NAME, "posix", errnum,
		        "%s: a directory in the name is not a directory at the destination, or is "
		        "a link, which is not followed: %s",
		        step, why);
	case EXDEV:
		return err_set_native(e, ERR_REJECT, CODE_DROP_UNFIT, "posix", errnum,
		        "%s: the name is on a different file system from the drop; make that "
		        "directory a separate drop",
		        step);
	case EINVAL:
	case ENOSYS:
	case EOPNOTSUPP:
		return err_set_native(e, ERR_REJECT, CODE_DROP_UNFIT, "posix", errnum,
		        "%s: the file system of the drop cannot do this; use one that can (ext4, "
		        "xfs, btrfs, tmpfs, NFS 4.1): %s",
		        step, why);
	case ENOMEM:
		return err_set_native(
		        e, ERR_FATAL, "out_of_memory", "posix", errnum, "%s: out of memory", step);
	case EACCES:
	case EPERM:
	case EROFS:
		return err_set_native(e, ERR_RETRY, CODE_DROP_UNAVAILABLE, "posix", errnum,
		        "%s: %s; let the uploader's user write there", step, why);
	case ENOSPC:
	case EDQUOT:
		return err_set_native(e, ERR_RETRY, CODE_DROP_UNAVAILABLE, "posix", errnum,
		        "%s: %s; free space there", step, why);
	default:
		return err_set_native(e, ERR_RETRY, CODE_DROP_UNAVAILABLE, "posix", errnum,
		        "%s: %s; make sure that the place is mounted and works", step, why);
	}
}

/* Sets the group first, because a change of group can clear mode bits. */
int drop_file_give(const struct file_drop *d, int fd)
{
	const struct drop_access *access = &d->base.access;
	if (access->group != DROP_GROUP_AS_IS && fchown(fd, (uid_t)-1, (gid_t)access->group) != 0)
		return errno;
	return fchmod(fd, (mode_t)access->file_mode) != 0 ? errno : 0;
}

/* A user who can read the file can also enter its directory. */
struct beneath_new drop_file_dir(const struct file_drop *d)
{
	const struct drop_access *access = &d->base.access;
	mode_t mode = (mode_t)access->file_mode;
	bool has_group = access->group != DROP_GROUP_AS_IS;
	return (struct beneath_new){.perm = mode | (mode & 0444) >> 2 | (has_group ? S_ISGID : 0),
	        .group = has_group ? (gid_t)access->group : BENEATH_GROUP_AS_IS};
}

static int gone(struct err *e)
{
	return err_set(e, ERR_REJECT, CODE_GONE, "the temporary no longer exists");
}

static int open_dir(const struct place *place, int *out_fd, struct err *e)
{
	char url[PLACE_URL_MAX + 1];
	struct str rest = str_bytes(place->url.p + 7, place->url.n - 7); /* after file:// */
	if (rest.n == 0 || rest.p[0] != '/' || place->url.n > PLACE_URL_MAX ||
	        memchr(place->url.p, '\0', place->url.n))
		return err_set(e, ERR_REJECT, CODE_BAD_URL,
		        "give an absolute path: use file:///absolute/path as the bucket's url");
	memcpy(url, place->url.p, place->url.n);
	url[place->url.n] = '\0';
	int fd = open(url + 7, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set_native(e, ERR_RETRY, CODE_DROP_UNAVAILABLE, "posix", errno,
		        "cannot open the bucket's directory: %s; create or mount it, or let the "
		        "uploader's user read and write it",
		        strerror(errno));
	if (confine_check(place->allowed, fd, NULL, url, e) != 0) {
		(void)close(fd);
		return e->act;
	}
	*out_fd = fd;
	return 0;
}

static int file_open(const struct place *place, struct drop **out, struct err *e)
{
	int fd = -1;
	if (open_dir(place, &fd, e) != 0)
		return e->act;
	struct file_drop *d = calloc(1, sizeof *d);
	if (!d) {
		(void)close(fd);
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory");
	}
	d->root_fd = fd;
	*out = &d->base;
	return 0;
}

static void file_close(struct drop *d)
{
	(void)close(file_drop_of(d)->root_fd);
	free(file_drop_of(d));
}

static int create_at(struct drop *d, const char *temp, struct err *e)
{
	const char *base = NULL;
	int dir_fd = beneath_parent(
	        file_drop_of(d)->root_fd, temp, BENEATH_CREATE, DROP_TEMP_DIR_MODE, &base);
	if (dir_fd < 0)
		return drop_file_failed(e, errno, "open the directory");
	int fd = openat(
	        dir_fd, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, DROP_TEMP_MODE);
	int act = 0;
	if (fd < 0 && errno == EEXIST)
		act = err_set(e, ERR_REJECT, CODE_EXISTS, "a temporary with this name exists");
	else if (fd < 0)
		act = drop_file_failed(e, errno, "create");
	else if (fsync(dir_fd) != 0) {
		act = drop_file_failed(e, errno, "sync the directory");
		(void)unlinkat(dir_fd, base, 0); /* the caller never learns its name */
	}
	if (fd >= 0)
		(void)close(fd); /* it is empty */
	(void)close(dir_fd);
	return act;
}

static int file_temp_create(
        struct drop *d, const char *token, const char *name, struct drop_handle *out, struct err *e)
{
	(void)name; /* commit creates the directories of the name */
	drop_path_of_temp(token, out);
	return create_at(d, out->text, e);
}

int drop_file_is_alive(const struct file_drop *d, struct err *e)
{
	struct stat st;
	if (fstat(d->root_fd, &st) != 0)
		return drop_file_failed(e, errno, "stat");
	return st.st_nlink > 0 ? 0 : drop_file_failed(e, ESTALE, "check the bucket's directory");
}

static int open_regular(int dir_fd, const char *base, int *out_fd, struct err *e)
{
	struct stat st;
	int fd = openat(dir_fd, base, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? gone(e) : drop_file_failed(e, errno, "open");
	int act = 0;
	if (fstat(fd, &st) != 0)
		act = drop_file_failed(e, errno, "stat");
	else if (!S_ISREG(st.st_mode))
		act = gone(e); /* something that is not a file has its name, so it was removed */
	if (act != 0)
		(void)close(fd);
	else
		*out_fd = fd;
	return act;
}

static int file_temp_open(struct drop *d, const char *temp, struct drop_temp **out, struct err *e)
{
	struct file_drop_temp *t = calloc(1, sizeof *t);
	if (!t)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory");
	const char *base = NULL;
	int act = 0;
	t->drop = file_drop_of(d);
	t->dir_fd = beneath_parent(file_drop_of(d)->root_fd, temp, BENEATH_MUST_EXIST, 0, &base);
	if (t->dir_fd < 0)
		act = errno == ENOENT ? gone(e) : drop_file_failed(e, errno, "open the directory");
	else
		act = open_regular(t->dir_fd, base, &t->fd, e);
	if (act != 0 && strcmp(e->code, CODE_GONE) == 0 &&
	        drop_file_is_alive(file_drop_of(d), e) != 0)
		act = e->act;
	if (act != 0) {
		if (t->dir_fd >= 0)
			(void)close(t->dir_fd);
		free(t);
		return act;
	}
	*out = &t->base;
	return 0;
}

static int file_temp_write(
        struct drop_temp *temp, int64_t offset, const void *p, size_t n, struct err *e)
{
	const struct file_drop_temp *t = (struct file_drop_temp *)temp;
	size_t done = 0;
	while (done < n) {
		ssize_t wrote =
		        pwrite(t->fd, (const char *)p + done, n - done, offset + (int64_t)done);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return drop_file_failed(e, errno, "write");
		done += (size_t)wrote;
	}
	return 0;
}

/* Syncs the content first, then the directory. After this the temporary survives a crash of the
 * machine. */
static int file_temp_sync(struct drop_temp *temp, int64_t length, struct err *e)
{
	const struct file_drop_temp *t = (struct file_drop_temp *)temp;
	struct stat st;
	int errnum = drop_file_give(t->drop, t->fd);
	if (errnum == EPERM)
		return err_set_native(e, ERR_RETRY, CODE_DROP_UNAVAILABLE, "posix", errnum,
		        "set the file's mode and group: the uploader's user may not; it must own "
		        "the files it writes there, and be in the group of LONGSHORE_DROP_GROUP");
	if (errnum != 0)
		return drop_file_failed(e, errnum, "make readable");
	if (fsync(t->fd) != 0)
		return drop_file_failed(e, errno, "sync");
	if (fsync(t->dir_fd) != 0)
		return drop_file_failed(e, errno, "sync the directory");
	if (fstat(t->fd, &st) != 0)
		return drop_file_failed(e, errno, "stat");
	if (st.st_nlink == 0)
		return gone(e);
	if (st.st_size != length)
		return err_set(e, ERR_REJECT, CODE_BAD_LENGTH,
		        "the temporary has %lld bytes instead of %lld: something else writes to it",
		        (long long)st.st_size, (long long)length);
	return 0;
}

static void file_temp_close(struct drop_temp *temp)
{
	struct file_drop_temp *t = (struct file_drop_temp *)temp;
	(void)close(t->fd); /* everything that matters was synced */
	(void)close(t->dir_fd);
	free(t);
}

static int file_temp_remove(struct drop *d, const char *temp, struct err *e)
{
	return chain_remove(file_drop_of(d), temp, e);
}

const struct drop_ops drop_file_ops = {
        .guarantee = "rename_noreplace",
        .traits = {.part_bytes = PART_BYTES,
                .takes_any_order = true,
                .verifies = DROP_VERIFIES_LENGTH | DROP_VERIFIES_READ_BACK},
        .open = file_open,
        .close = file_close,
        .is_handle = drop_path_is_temp,
        .probe = drop_trial,
        .identity = drop_file_identity,
        .mark = drop_file_mark,
        .temp_create = file_temp_create,
        .temp_open = file_temp_open,
        .temp_write = file_temp_write,
        .temp_sync = file_temp_sync,
        .temp_close = file_temp_close,
        .temp_remove = file_temp_remove,
        .set_aside = drop_file_set_aside,
        .commit = drop_file_commit,
        .stat = drop_file_stat,
};
