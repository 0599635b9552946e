/* SPDX-License-Identifier: Apache-2.0 */
#include "cache_files.h"

#include "longshore/hex.h"
#include "longshore/random.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 1024 * 1024, NAME_BYTES = SHA256_HEX + 8, RANDOM_BYTES = 16 };

/* A full, broken or read-only disk is a problem of this machine. The task is not at fault, and
 * another worker can do it. */
static int failed(struct err *e, const char *step)
{
	int errnum = errno;
	return err_set_native(e, errnum == ENOMEM ? ERR_FATAL : ERR_RETRY, CODE_CACHE_UNUSABLE,
	        "posix", errnum, "%s of the bridge cache (LONGSHORE_CACHE_DIR): %s", step,
	        strerror(errnum));
}

static void piece_name(const char *sha256, char out[NAME_BYTES])
{
	(void)snprintf(out, NAME_BYTES, "%s.piece", sha256);
}

/* --- directory --- */

int cache_dir_open(const char *path, int *out_fd, struct err *e)
{
	struct stat st;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return err_set_native(e, ERR_FATAL, CODE_CACHE_UNUSABLE, "posix", errno,
		        "create the cache directory %s: %s", path, strerror(errno));
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0) {
		int errnum = errno;
		if (fd >= 0)
			(void)close(fd);
		return err_set_native(e, ERR_FATAL, CODE_CACHE_UNUSABLE, "posix", errnum,
		        "open the cache directory %s: %s", path, strerror(errnum));
	}
	if (st.st_uid != geteuid()) {
		(void)close(fd);
		return err_set(e, ERR_FATAL, CODE_CACHE_UNUSABLE,
		        "the cache directory %s belongs to another user: set LONGSHORE_CACHE_DIR "
		        "to a directory of this service's user, because it will contain decrypted "
		        "pieces",
		        path);
	}
	if ((st.st_mode & 077) != 0) {
		(void)close(fd);
		return err_set(e, ERR_FATAL, CODE_CACHE_UNUSABLE,
		        "the cache directory %s may be read by others: chmod 700 it, because it "
		        "will contain decrypted pieces",
		        path);
	}
	*out_fd = fd;
	return 0;
}

#define MARK ".of-"

static int mark(int dir_fd, const char *service)
{
	char name[NAME_BYTES];
	(void)snprintf(name, sizeof(name), MARK "%s", service);
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	(void)close(fd); /* nothing was written */
	return 0;
}

int cache_dir_claim(int dir_fd, const char *path, const char *service, struct err *e)
{
	if (mark(dir_fd, service) != 0)
		return failed(e, "mark the directory");
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		int act = failed(e, "list the directory");
		if (fd >= 0)
			(void)close(fd);
		return act;
	}
	int act = 0;
	for (const struct dirent *entry; act == 0 && (entry = readdir(dir));) {
		struct str name = str_c(entry->d_name);
		if (str_has_prefix(name, STR(MARK)) &&
		        strcmp(entry->d_name + sizeof(MARK) - 1, service) != 0)
			act = err_set(e, ERR_FATAL, CODE_CACHE_UNUSABLE,
			        "the cache directory %s belongs to %s, according to its file %s: "
			        "set LONGSHORE_CACHE_DIR to a directory of this service's own, or "
			        "remove the whole directory",
			        path, entry->d_name + sizeof(MARK) - 1, entry->d_name);
	}
	(void)closedir(dir);
	return act;
}

/* The kernel releases a lock when its process ends. If we get the lock, nobody is writing this file
 * any more. */
static void remove_if_left(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)unlinkat(dir_fd, name, 0); /* if it fails, the next start does it */
	(void)close(fd);
}

static bool piece_of(const char *name, char sha256[SHA256_HEX])
{
	unsigned char digest[SHA256_BYTES];
	struct str text = str_c(name);
	if (text.n != SHA256_HEX - 1 + 6 || !str_has_suffix(text, STR(".piece")) ||
	        !hex_decode(str_bytes(name, SHA256_HEX - 1), digest, sizeof(digest)))
		return false;
	memcpy(sha256, name, SHA256_HEX - 1);
	sha256[SHA256_HEX - 1] = '\0';
	return true;
}

int cache_dir_scan(int dir_fd,
        int (*found)(void *arg, const char *sha256, int64_t bytes, struct err *e), void *arg,
        struct err *e)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		int act = failed(e, "list the directory");
		if (fd >= 0)
			(void)close(fd);
		return act;
	}
	int act = 0;
	for (const struct dirent *entry; act == 0 && (entry = readdir(dir));) {
		char sha256[SHA256_HEX];
		struct stat st;
		if (str_has_suffix(str_c(entry->d_name), STR(".tmp")))
			remove_if_left(dir_fd, entry->d_name);
		else if (piece_of(entry->d_name, sha256) &&
		         fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			act = found(arg, sha256, st.st_size, e);
	}
	(void)closedir(dir);
	return act;
}

/* --- files --- */

static int write_all(int fd, const unsigned char *p, size_t n, struct err *e)
{
	for (size_t done = 0; done < n;) {
		ssize_t k = write(fd, p + done, n - done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return failed(e, "write a file");
		done += (size_t)k;
	}
	return 0;
}

static int copy(struct sealed_reader *from, int fd, struct err *e)
{
	unsigned char *block = malloc(COPY_BYTES);
	int act = block ? 0 : err_set(e, ERR_FATAL, "out_of_memory", "no memory for a piece");
	for (int64_t at = 0; act == 0;) {
		size_t n = 0;
		act = sealed_read(from, at, block, COPY_BYTES, &n, e);
		if (act != 0 || n == 0)
			break;
		act = write_all(fd, block, n, e);
		at += (int64_t)n;
	}
	free(block);
	return act;
}

/* *out stays NULL if the file does not match its hash and length. */
static int map_checked(
        int fd, const char *sha256, size_t bytes, const unsigned char **out, struct err *e)
{
	char sha[SHA256_HEX];
	struct stat st;
	const unsigned char *map = (const unsigned char *)"";
	if (fstat(fd, &st) != 0)
		return failed(e, "look at a file");
	if (st.st_size != (int64_t)bytes)
		return 0;
	if (bytes > 0)
		map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return failed(e, "map a file");
	sha256_hex(map, bytes, sha);
	if (strcmp(sha, sha256) == 0)
		*out = map;
	else
		cache_file_unmap(map, bytes);
	return 0;
}

int cache_file_put(int dir_fd, const char *sha256, size_t bytes, struct sealed_reader *from,
        const unsigned char **out, struct err *e)
{
	unsigned char drawn[RANDOM_BYTES];
	const unsigned char *map = NULL;
	char name[NAME_BYTES], temp[2 * RANDOM_BYTES + sizeof(".tmp")];
	piece_name(sha256, name);
	random_bytes(drawn, sizeof(drawn));
	hex_encode(drawn, sizeof(drawn), temp);
	memcpy(temp + (size_t)2 * RANDOM_BYTES, ".tmp", sizeof(".tmp"));
	int fd = openat(dir_fd, temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(e, "make a file");
	int act = flock(fd, LOCK_EX | LOCK_NB) == 0 ? copy(from, fd, e) : failed(e, "lock a file");
	if (act == 0)
		act = map_checked(fd, sha256, bytes, &map, e);
	if (map && renameat(dir_fd, temp, dir_fd, name) != 0)
		act = failed(e, "name a file");
	if (!map || act != 0)
		(void)unlinkat(dir_fd, temp, 0); /* if it stays, the next start removes it */
	(void)close(fd);                         /* the content was checked through the map */
	if (act == 0)
		*out = map;
	else
		cache_file_unmap(map, bytes);
	return act;
}

int cache_file_map(
        int dir_fd, const char *sha256, size_t bytes, const unsigned char **out, struct err *e)
{
	char name[NAME_BYTES];
	piece_name(sha256, name);
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : failed(e, "open a file");
	int act = map_checked(fd, sha256, bytes, out, e);
	(void)close(fd); /* the map keeps the file alive */
	return act;
}

void cache_file_unmap(const unsigned char *map, size_t bytes)
{
	if (map && bytes > 0)
		(void)munmap((void *)(uintptr_t)map, bytes); /* cannot fail: it was mapped */
}

void cache_file_remove(int dir_fd, const char *sha256)
{
	char name[NAME_BYTES];
	piece_name(sha256, name);
	(void)unlinkat(dir_fd, name, 0); /* if it is missing, another process removed it */
}
