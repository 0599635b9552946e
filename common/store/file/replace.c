/* SPDX-License-Identifier: Apache-2.0
 *
 * Replace and remove without a lock, because a lock's owner can be stopped for any length of time.
 * A replacement of an object is linked next to it as "<object>+<number>", numbered from 1. No
 * object name contains "+". link() lets only one process win, as for the object itself. The name
 * stands for the replacement with the highest number. No replacement ever changes.
 */
#include "../beneath.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NEXT_BYTES = STORE_COMPONENT_MAX + sizeof "+255" };

/* Name of the object's replacement with this number. */
static void next_name(const char *base, int number, char out[static NEXT_BYTES])
{
	(void)snprintf(out, NEXT_BYTES, "%s+%d", base, number);
}

/* Only a regular file is an object. */
static int open_regular(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	(void)close(fd);
	errno = ENOENT;
	return -1;
}

/* Moves from the object in *fd to its newest replacement and counts in *number. Returns -1 and sets
 * errno if it fails. */
static int go_on(int dir_fd, const char *base, int *fd, int *number)
{
	char name[NEXT_BYTES];
	while (*number < FILE_REPLACE_TIMES_MAX) {
		next_name(base, *number + 1, name);
		int newer = open_regular(dir_fd, name);
		if (newer < 0)
			return errno == ENOENT ? 0 : -1;
		(void)close(*fd);
		*fd = newer;
		++*number;
	}
	return 0;
}

int file_newest(int dir_fd, const char *base, int *out_number)
{
	int fd = open_regular(dir_fd, base);
	if (fd < 0)
		return -1;
	int number = 0;
	if (go_on(dir_fd, base, &fd, &number) != 0) {
		int errnum = errno;
		(void)close(fd);
		errno = errnum;
		return -1;
	}
	*out_number = number;
	return fd;
}

/* Checks that the object is the one that was read. *out_number is the number of its next
 * replacement. */
static int compare(int dir_fd, const char *base, const char *tag, int *out_number, struct err *e)
{
	int number = 0;
	int fd = file_newest(dir_fd, base, &number);
	if (fd < 0)
		return file_failed(e, errno, "open");
	struct store_facts facts;
	int act = file_object_facts(fd, &facts, e);
	(void)close(fd);
	if (act != 0)
		return act;
	if (strcmp(facts.tag, tag) != 0)
		return err_set(e, ERR_FENCED, "changed", "the object is not the one that was read");
	if (number == FILE_REPLACE_TIMES_MAX)
		return err_set(e, ERR_REJECT, CODE_TOO_MANY,
		        "the object was already replaced %d times, the maximum on a directory",
		        FILE_REPLACE_TIMES_MAX);
	*out_number = number + 1;
	return 0;
}

static int link_next(int dir_fd, const char *base, const struct temp *t, int number, struct err *e)
{
	char name[NEXT_BYTES];
	next_name(base, number, name);
	int act = 0;
	if (linkat(t->dir_fd, t->name, dir_fd, name, 0) != 0)
		act = errno == EEXIST ? err_set(e, ERR_FENCED, "changed",
		                                "the object is not the one that was read")
		                      : file_temp_failed(e, errno, "link");
	/* Sync after a lost race, too: the replacement that the caller reads next must survive a
	 * crash. */
	int errnum = fsync(dir_fd) != 0 ? errno : 0;
	return errnum != 0 ? file_failed(e, errnum, "sync the directory") : act;
}

int file_replace(
        struct store *store, const char *name, struct str bytes, const char *tag, struct err *e)
{
	const struct file_store *s = file_of(store);
	char path[FILE_PATH_BYTES];
	const char *base = NULL;
	file_path(name, path);
	int dir_fd = beneath_parent(s->root_fd, path, BENEATH_MUST_EXIST, 0, &base);
	if (dir_fd < 0)
		return file_failed(e, errno == ENOTDIR ? ENOENT : errno, "open the directory");
	struct temp t;
	int number = 0;
	int act = compare(dir_fd, base, tag, &number, e);
	if (act == 0)
		act = file_temp_open(s, name, &t, e);
	if (act != 0) {
		(void)close(dir_fd);
		return act;
	}
	act = file_temp_write(&t, bytes.p, bytes.n, e);
	if (act == 0 && fsync(t.fd) != 0)
		act = file_failed(e, errno, "sync");
	if (act == 0)
		act = link_next(dir_fd, base, &t, number, e);
	file_temp_drop(&t);
	(void)close(dir_fd);
	return act;
}

/* Removes the replacements, which mean nothing without the object. Tries all numbers, because an
 * earlier removal may have died in the middle. A leftover would reappear with a new object of this
 * name. */
static int remove_next(int dir_fd, const char *base, struct err *e)
{
	int errnum = 0;
	bool is_any = false;
	for (int number = 1; number <= FILE_REPLACE_TIMES_MAX && errnum == 0; number++) {
		char name[NEXT_BYTES];
		next_name(base, number, name);
		if (unlinkat(dir_fd, name, 0) == 0)
			is_any = true;
		else if (errno != ENOENT)
			errnum = errno;
	}
	if (errnum != 0)
		return file_failed(e, errnum, "remove");
	return is_any && fsync(dir_fd) != 0 ? file_failed(e, errno, "sync the directory") : 0;
}

int file_remove(struct store *store, const char *name, struct err *e)
{
	char path[FILE_PATH_BYTES];
	const char *base = NULL;
	file_path(name, path);
	int dir_fd = beneath_parent(file_of(store)->root_fd, path, BENEATH_MUST_EXIST, 0, &base);
	if (dir_fd < 0)
		return errno == ENOENT || errno == ENOTDIR
		               ? 0
		               : file_failed(e, errno, "open the directory");
	int act = 0;
	if (unlinkat(dir_fd, base, 0) != 0 && errno != ENOENT)
		act = file_failed(e, errno, "remove");
	else if (fsync(dir_fd) != 0)
		act = file_failed(e, errno, "sync the directory");
	else
		act = remove_next(dir_fd, base, e);
	(void)close(dir_fd);
	return act;
}
