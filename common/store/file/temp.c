/* SPDX-License-Identifier: Apache-2.0 */
#include "../beneath.h"
#include "file.h"
#include "longshore/hex.h"
#include "longshore/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int file_failed(struct err *e, int errnum, const char *step)
{
	if (errnum == ENOENT)
		return err_set_native(
		        e, ERR_REJECT, CODE_NOT_FOUND, "posix", errnum, "%s: no such object", step);
	if (errnum == ENOTDIR || errnum == EISDIR || errnum == ELOOP || errnum == ENAMETOOLONG)
		return err_set_native(e, ERR_REJECT, CODE_BAD_NAME, "posix", errnum,
		        "%s: this name is not possible in the directory tree (part of it is an "
		        "object or a link): %s",
		        step, strerror(errnum));
	if (errnum == ENOMEM)
		return err_set_native(
		        e, ERR_FATAL, "out_of_memory", "posix", errnum, "%s: out of memory", step);
	return err_set_native(e, ERR_RETRY, CODE_STORE_UNAVAILABLE, "posix", errnum, "%s: %s", step,
	        strerror(errnum));
}

int file_temp_open(const struct file_store *s, const char *name, struct temp *out, struct err *e)
{
	char path[STORE_NAME_MAX + sizeof "/" STORE_TEMP_COMPONENT];
	const char *slash = strchr(name, '/');
	int first = slash ? (int)(slash - name) : 0;
	int n = snprintf(
	        path, sizeof path, "%.*s%s" STORE_TEMP_COMPONENT, first, name, slash ? "/" : "");
	int dir_fd = beneath_dir(s->root_fd, path, (size_t)n, BENEATH_CREATE, DIR_MODE);
	if (dir_fd < 0)
		return file_failed(
		        e, errno == ENOENT ? EIO : errno, "open the temporary directory");
	struct temp t = {.dir_fd = dir_fd};
	unsigned char drawn[(TEMP_NAME_BYTES - 1) / 2];
	random_bytes(drawn, sizeof drawn);
	hex_encode(drawn, sizeof drawn, t.name);
	t.fd = openat(
	        dir_fd, t.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	if (t.fd < 0) {
		int errnum = errno;
		(void)close(dir_fd);
		return file_failed(e, errnum == ENOENT ? EIO : errnum, "create a temporary");
	}
	*out = t;
	return 0;
}

int file_temp_write(const struct temp *t, const void *p, size_t n, struct err *e)
{
	const char *at = p;
	while (n > 0) {
		ssize_t wrote = write(t->fd, at, n);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return file_failed(e, errno, "write");
		at += wrote;
		n -= (size_t)wrote;
	}
	return 0;
}

void file_temp_drop(struct temp *t)
{
	(void)unlinkat(t->dir_fd, t->name, 0); /* on failure a dead temporary stays */
	(void)close(t->fd);                    /* its data was synced before */
	(void)close(t->dir_fd);
}

int file_temp_failed(struct err *e, int errnum, const char *step)
{
	if (errnum != ENOENT)
		return file_failed(e, errnum, step);
	return err_set_native(e, ERR_RETRY, CODE_STORE_UNAVAILABLE, "posix", errnum,
	        "%s: the temporary was removed because its writer was inactive for too long; the "
	        "task starts over",
	        step);
}
