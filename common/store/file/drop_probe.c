/* SPDX-License-Identifier: Apache-2.0
 *
 * The mark that identifies the place.
 */
#include "../beneath.h"
#include "drop_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* *out_there is false if there is no mark. Content other than 32 hex digits and a newline is
 * refused, never replaced. */
static int identity_read(int dir_fd, char *out, bool *out_there, struct err *e)
{
	char text[DROP_IDENTITY_BYTES + 1];
	int fd = openat(dir_fd, DROP_IDENTITY_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		*out_there = false;
		return 0;
	}
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	int errnum = n < 0 ? errno : 0;
	if (fd >= 0)
		(void)close(fd);
	if (errnum != 0)
		return drop_file_failed(e, errnum, "read " DROP_TEMP_DIR "/" DROP_IDENTITY_FILE);
	if (drop_identity_parse(str_bytes(text, (size_t)n), out, e) != 0)
		return e->act;
	*out_there = true;
	return 0;
}

static int identity_rename(int dir_fd, const char *draft)
{
	if (renameat2(dir_fd, draft, dir_fd, DROP_IDENTITY_FILE, RENAME_NOREPLACE) == 0 ||
	        errno == EEXIST)
		return 0;
	return errno;
}

/* Writes a complete draft, then gives it its name. If several processes do this at once, one wins,
 * and no reader sees a partial mark. */
static int identity_make(const struct file_drop *d, int dir_fd, struct err *e)
{
	char text[DROP_IDENTITY_BYTES], draft[sizeof text + 8];
	drop_identity_draw(text, draft);
	int fd = openat(dir_fd, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	        DROP_TEMP_MODE);
	if (fd < 0)
		return drop_file_failed(e, errno, "create " DROP_TEMP_DIR "/" DROP_IDENTITY_FILE);
	ssize_t n = write(fd, text, sizeof text);
	int errnum = n < 0 ? errno : n != (ssize_t)sizeof text ? EIO : drop_file_give(d, fd);
	if (errnum == 0 && fsync(fd) != 0)
		errnum = errno;
	(void)close(fd);
	/* Nobody removes an identity, so a link of the draft is as good as a rename. */
	if (errnum == 0 && linkat(dir_fd, draft, dir_fd, DROP_IDENTITY_FILE, 0) != 0 &&
	        errno != EEXIST)
		errnum = identity_rename(dir_fd, draft);
	(void)unlinkat(dir_fd, draft, 0); /* already gone after a rename */
	if (errnum == 0 && fsync(dir_fd) != 0)
		errnum = errno;
	return errnum == 0
	               ? 0
	               : drop_file_failed(e, errnum, "write " DROP_TEMP_DIR "/" DROP_IDENTITY_FILE);
}

int drop_file_identity(struct drop *d, char *out, struct err *e)
{
	char text[DROP_IDENTITY_BYTES] = "";
	bool is_there = false;
	int dir_fd = beneath_dir(file_drop_of(d)->root_fd, DROP_TEMP_DIR, sizeof DROP_TEMP_DIR - 1,
	        BENEATH_MUST_EXIST, 0);
	if (dir_fd < 0 && errno != ENOENT)
		return drop_file_failed(e, errno, "open " DROP_TEMP_DIR);
	int act = dir_fd >= 0 ? identity_read(dir_fd, text, &is_there, e) : 0;
	if (dir_fd >= 0)
		(void)close(dir_fd);
	if (act == 0 && !is_there)
		act = drop_file_is_alive(file_drop_of(d), e);
	if (act == 0)
		memcpy(out, text, sizeof text);
	return act;
}

int drop_file_mark(struct drop *d, char *out, struct err *e)
{
	bool is_there = false;
	int dir_fd = beneath_dir(file_drop_of(d)->root_fd, DROP_TEMP_DIR, sizeof DROP_TEMP_DIR - 1,
	        BENEATH_CREATE, DROP_TEMP_DIR_MODE);
	if (dir_fd < 0)
		return drop_file_failed(e, errno, "open " DROP_TEMP_DIR);
	int act = identity_read(dir_fd, out, &is_there, e);
	if (act == 0 && !is_there) {
		act = identity_make(file_drop_of(d), dir_fd, e);
		if (act == 0)
			act = identity_read(dir_fd, out, &is_there, e);
		if (act == 0 && !is_there)
			act = drop_file_failed(
			        e, ESTALE, "read " DROP_TEMP_DIR "/" DROP_IDENTITY_FILE);
	}
	(void)close(dir_fd);
	return act;
}
