/* SPDX-License-Identifier: Apache-2.0 */
#include "key_file.h"

#include "longshore/hex.h"
#include "longshore/random.h"
#include "longshore/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_TEXT = 2 * SECRET_BYTES + 1 };

static int system_failed(
        struct err *e, int errnum, const char *step, const char *dir, const char *file)
{
	return err_set_native(e, ERR_FATAL, "key_unreadable", "posix", errnum,
	        "key file %s/%s: %s: %s", dir, file, step, strerror(errnum));
}

/* Reads up to n bytes, plus one to detect a longer file. */
static ssize_t read_all(int fd, char *p, size_t n)
{
	size_t done = 0;
	while (done < n) {
		ssize_t got = read(fd, p + done, n - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -1 : (ssize_t)done;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* Refuses a key that others can read or replace. */
static int guard(int dir_fd, int fd, const char *dir, const char *file, struct err *e)
{
	struct stat of_dir, st;
	if (fstat(dir_fd, &of_dir) != 0 || fstat(fd, &st) != 0)
		return system_failed(e, errno, "stat", dir, file);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_FATAL, "key_exposed",
		        "key file %s/%s: is not a regular file; replace it with one", dir, file);
	if ((st.st_mode & KEY_FILE_FORBIDDEN) != 0)
		return err_set(e, ERR_FATAL, "key_exposed",
		        "key file %s/%s: others can reach it (mode %04o); run chmod 0600 on it",
		        dir, file, (unsigned)(st.st_mode & 07777));
	if (st.st_uid != of_dir.st_uid)
		return err_set(e, ERR_FATAL, "key_exposed",
		        "key file %s/%s: belongs to user %ld and its directory to user %ld; run "
		        "chown "
		        "on it",
		        dir, file, (long)st.st_uid, (long)of_dir.st_uid);
	return 0;
}

static int parse(int fd, const char *dir, const char *file, struct secret *out, struct err *e)
{
	char text[KEY_TEXT + 1];
	ssize_t n = read_all(fd, text, sizeof text);
	if (n < 0)
		return system_failed(e, errno, "read", dir, file);
	bool is_key = n == KEY_TEXT && text[KEY_TEXT - 1] == '\n' &&
	              hex_decode(str_bytes(text, KEY_TEXT - 1), out->bytes, SECRET_BYTES);
	wipe(text, sizeof text);
	if (!is_key)
		return err_set(e, ERR_FATAL, "key_bad",
		        "key file %s/%s: does not consist of 64 hex digits and a line end; restore "
		        "it from your copy of the keys",
		        dir, file);
	return 0;
}

int key_file_read(int dir_fd, const char *dir, const char *file, struct secret *out,
        bool *out_there, struct err *e)
{
	int fd = openat(dir_fd, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) {
		*out_there = false;
		return 0;
	}
	if (fd < 0 && errno == ELOOP)
		return err_set(e, ERR_FATAL, "key_exposed",
		        "key file %s/%s: is a symbolic link; replace it with the file itself", dir,
		        file);
	if (fd < 0)
		return system_failed(e, errno, "open", dir, file);
	struct secret key = {{0}};
	int act = guard(dir_fd, fd, dir, file, e);
	act = act == 0 ? parse(fd, dir, file, &key, e) : act;
	(void)close(fd); /* nothing was written */
	if (act == 0) {
		*out = key;
		*out_there = true;
	}
	secret_wipe(&key);
	return act;
}

/* Root creates keys for services that run as other users. */
static int give_to_owner(int dir_fd, int fd)
{
	struct stat st;
	if (fstat(dir_fd, &st) != 0)
		return errno;
	return st.st_uid == geteuid() || fchown(fd, st.st_uid, st.st_gid) == 0 ? 0 : errno;
}

static int write_text(int fd, const struct secret *key)
{
	char text[KEY_TEXT + 1];
	hex_encode(key->bytes, SECRET_BYTES, text);
	text[KEY_TEXT - 1] = '\n';
	ssize_t n = write(fd, text, KEY_TEXT);
	int errnum = n < 0 ? errno : n == KEY_TEXT ? 0 : EIO;
	wipe(text, sizeof text);
	if (errnum == 0 && (fchmod(fd, 0400) != 0 || fsync(fd) != 0))
		errnum = errno;
	return errnum;
}

int key_file_create(
        int dir_fd, const char *dir, const char *file, const struct secret *key, struct err *e)
{
	unsigned char salt[8];
	char hex[2 * sizeof salt + 1];
	random_bytes(salt, sizeof salt);
	hex_encode(salt, sizeof salt, hex);
	char temp[sizeof KEY_FILE_TEMP + sizeof hex];
	(void)snprintf(temp, sizeof temp, "%s%s", KEY_FILE_TEMP, hex);
	int fd = openat(dir_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);
	if (fd < 0)
		return system_failed(e, errno, "create", dir, file);
	int errnum = give_to_owner(dir_fd, fd);
	errnum = errnum == 0 ? write_text(fd, key) : errnum;
	if (close(fd) != 0 && errnum == 0)
		errnum = errno;
	if (errnum == 0 && linkat(dir_fd, temp, dir_fd, file, 0) != 0 && errno != EEXIST)
		errnum = errno;
	(void)unlinkat(dir_fd, temp, 0); /* if this fails, the next keyring_init removes the file */
	if (errnum == 0 && fsync(dir_fd) != 0)
		errnum = errno;
	return errnum == 0 ? 0 : system_failed(e, errnum, "write", dir, file);
}

int key_file_epoch(const char *file)
{
	struct str s = str_c(file);
	struct str head = STR("fingerprint-");
	struct str tail = STR(".key");
	if (s.n <= head.n + tail.n || !str_has_prefix(s, head) || !str_has_suffix(s, tail))
		return 0;
	struct str digits = {s.p + head.n, s.n - head.n - tail.n};
	int64_t epoch = 0;
	if (digits.n > 6 || digits.p[0] < '1' || digits.p[0] > '9' || !str_to_i64(digits, &epoch))
		return 0;
	return (int)epoch;
}

bool key_file_is_name(const char *file)
{
	struct str s = str_c(file);
	return s.n < KEY_FILE_NAME_MAX && file[0] != '.' && str_has_suffix(s, STR(".key"));
}
