/* SPDX-License-Identifier: Apache-2.0
 *
 * The store's directory, and the check that it is still the right one. A process keeps the
 * directory that it opened, even if the path leads elsewhere later. After an unmount it would write
 * where newer processes do not look. So before each operation, the path is compared with the open
 * directory. This takes two calls that touch no disk. The identity is read only if they differ.
 *
 * If the path leads to a directory with the same identity, that directory replaces the old one
 * under the same descriptor. dup3() does this for all threads at once. A call in progress finishes
 * in the directory where it started.
 */
#include "file.h"

#include "longshore/hex.h"
#include "longshore/place.h"
#include "longshore/random.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IDENTITY_MODE = 0444 };

static int away(const struct file_store *s, int errnum, struct err *e)
{
	return err_set_native(e, ERR_RETRY, CODE_STORE_UNAVAILABLE, "posix", errnum, "open %s: %s",
	        s->path, strerror(errnum));
}

/* *out is empty if there is no identity. Content other than 32 hex digits and a newline is
 * refused. */
static int read_identity(const struct file_store *s, int root_fd, char *out, struct err *e)
{
	char text[STORE_IDENTITY_BYTES + 1];
	unsigned char bytes[(STORE_IDENTITY_BYTES - 1) / 2];
	out[0] = '\0';
	int fd = openat(
	        root_fd, STORE_IDENTITY_COMPONENT, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	int errnum = n < 0 ? errno : 0;
	if (fd >= 0)
		(void)close(fd);
	if (errnum != 0)
		return err_set_native(e, ERR_RETRY, CODE_STORE_UNAVAILABLE, "posix", errnum,
		        "read %s/" STORE_IDENTITY_COMPONENT ": %s", s->path, strerror(errnum));
	if (n != STORE_IDENTITY_BYTES || text[n - 1] != '\n' ||
	        !hex_decode(str_bytes(text, (size_t)n - 1), bytes, sizeof bytes))
		return err_set(e, ERR_RETRY, CODE_STORE_UNAVAILABLE,
		        "%s/" STORE_IDENTITY_COMPONENT " is not what was written there; restore it",
		        s->path);
	hex_encode(bytes, sizeof bytes, out);
	return 0;
}

/* Opens the right directory or fails. Never opens a different one. */
static int open_root(const struct file_store *s, int *out_fd, struct err *e)
{
	char found[STORE_IDENTITY_BYTES];
	int fd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return away(s, errno, e);
	int act = s->identity[0] == '\0' ? 0 : read_identity(s, fd, found, e);
	if (act == 0 && s->identity[0] != '\0' && strcmp(found, s->identity) != 0)
		act = err_set(e, ERR_RETRY, CODE_STORE_UNAVAILABLE,
		        found[0] == '\0' ? "%s has no identity, like an empty mount point: mount "
		                           "staging there, or prepare a new staging area with "
		                           "longshore keys init --new-staging"
		                         : "%s is a different staging area, which does not belong "
		                           "to these keys: mount the right one, or correct "
		                           "LONGSHORE_STAGING or LONGSHORE_KEYS",
		        s->path);
	if (act != 0)
		(void)close(fd);
	else
		*out_fd = fd;
	return act;
}

int file_open(const struct place *place, const char *identity, struct store **out, struct err *e)
{
	char path[PLACE_URL_MAX + 1];
	if (place->url.n > PLACE_URL_MAX)
		return err_set(
		        e, ERR_FATAL, CODE_BAD_URL, "a URL has at most %d bytes", PLACE_URL_MAX);
	memcpy(path, place->url.p + 7, place->url.n - 7); /* after file:// */
	path[place->url.n - 7] = '\0';
	if (path[0] != '/')
		return err_set(e, ERR_FATAL, CODE_BAD_URL,
		        "file://%s: give an absolute path, as in file:///var/lib/longshore", path);
	if (!identity && mkdir(path, DIR_MODE) != 0 && errno != EEXIST)
		return err_set_native(e, ERR_RETRY, CODE_STORE_UNAVAILABLE, "posix", errno,
		        "create %s: %s", path, strerror(errno));
	struct file_store *s = calloc(1, sizeof *s);
	if (!s || !(s->path = strdup(path))) {
		free(s);
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory");
	}
	(void)snprintf(s->identity, sizeof s->identity, "%s", identity ? identity : "");
	if (open_root(s, &s->root_fd, e) != 0) {
		free(s->path);
		free(s);
		return e->act;
	}
	*out = &s->base;
	return 0;
}

void file_close(struct store *s)
{
	(void)close(file_of(s)->root_fd);
	free(file_of(s)->path);
	free(file_of(s));
}

int file_check(struct store *store, struct err *e)
{
	struct file_store *s = file_of(store);
	struct stat at_path, held;
	if (s->identity[0] == '\0')
		return 0;
	if (fstatat(AT_FDCWD, s->path, &at_path, 0) != 0)
		return away(s, errno, e);
	if (fstat(s->root_fd, &held) == 0 && held.st_dev == at_path.st_dev &&
	        held.st_ino == at_path.st_ino)
		return 0;
	int fd = -1;
	if (open_root(s, &fd, e) != 0)
		return e->act;
	int errnum = dup3(fd, s->root_fd, O_CLOEXEC) < 0 ? errno : 0;
	(void)close(fd);
	return errnum == 0 ? 0 : away(s, errnum, e);
}

int file_identity(struct store *s, char *out, struct err *e)
{
	return read_identity(file_of(s), file_of(s)->root_fd, out, e);
}

static int write_draft(int fd, const char *identity)
{
	char text[STORE_IDENTITY_BYTES + 1];
	int n = snprintf(text, sizeof text, "%s\n", identity);
	ssize_t wrote = write(fd, text, (size_t)n);
	if (wrote != n)
		return wrote < 0 ? errno : EIO;
	/* Regardless of the umask: all services read it, and it is not a secret. */
	return fchmod(fd, IDENTITY_MODE) != 0 || fsync(fd) != 0 ? errno : 0;
}

/* Writes a complete draft, then links it. If several processes do this at once, one wins, and no
 * reader sees a partial identity. */
int file_identify(struct store *store, const char *identity, struct err *e)
{
	int root_fd = file_of(store)->root_fd;
	unsigned char drawn[8];
	char hex[2 * sizeof drawn + 1], draft[sizeof STORE_IDENTITY_COMPONENT + sizeof hex];
	random_bytes(drawn, sizeof drawn);
	hex_encode(drawn, sizeof drawn, hex);
	(void)snprintf(draft, sizeof draft, STORE_IDENTITY_COMPONENT "-%s", hex);
	int fd = openat(
	        root_fd, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	int errnum = fd < 0 ? errno : write_draft(fd, identity);
	if (errnum == 0 && linkat(root_fd, draft, root_fd, STORE_IDENTITY_COMPONENT, 0) != 0)
		errnum = errno;
	if (fd >= 0) {
		(void)unlinkat(root_fd, draft, 0);
		(void)close(fd);
	}
	if (errnum == 0 && fsync(root_fd) != 0)
		errnum = errno;
	if (errnum == EEXIST)
		return err_set(
		        e, ERR_REJECT, CODE_EXISTS, "%s has an identity", file_of(store)->path);
	return errnum == 0 ? 0
	                   : err_set_native(e, ERR_RETRY, CODE_STORE_UNAVAILABLE, "posix", errnum,
	                             "write %s/" STORE_IDENTITY_COMPONENT ": %s",
	                             file_of(store)->path, strerror(errnum));
}

/* Counts only names that an object or prefix of ours can have. Ignores what an administrator's
 * tools put there, such as lost+found. */
int file_is_empty(struct store *store, bool *out, struct err *e)
{
	int fd = openat(file_of(store)->root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	int errnum = !d ? errno : 0;
	*out = true;
	for (struct dirent *entry; d && (errno = 0, entry = readdir(d));)
		if (store_name_is_good(str_c(entry->d_name)))
			*out = false;
	if (d) {
		errnum = errno;
		(void)closedir(d);
	} else if (fd >= 0) {
		(void)close(fd);
	}
	return errnum == 0 ? 0 : away(file_of(store), errnum, e);
}
