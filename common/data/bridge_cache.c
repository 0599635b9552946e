/* SPDX-License-Identifier: Apache-2.0
 *
 * Files are named by the hash of their content, so processes of one host may share a directory: a
 * piece is written to a temporary and renamed, and each process verifies a file once before it
 * believes it.
 *
 * One lock guards the list; making a piece available happens under it too, so two threads never
 * fetch the same piece.
 */
#include "bridge_cache.h"

#include "longshore/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 1024 * 1024, PATH_BYTES = 128 };

struct cached_piece {
	char sha256[SHA256_HEX];
	unsigned char *map; /* NULL: only a file */
	size_t bytes;
	int users;
	uint64_t used; /* turn of the last use, for eviction */
	struct cached_piece *next;
};

struct bridge_cache {
	struct store *staging;
	const struct keyring *keys;
	int dir_fd;
	int64_t max_bytes, bytes;
	uint64_t turn;
	pthread_mutex_t lock;
	struct cached_piece *pieces;
};

int bridge_cache_open(struct store *staging, const struct keyring *keys, const char *dir,
        int64_t max_bytes, struct bridge_cache **out, struct err *e)
{
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return err_set_errno(
		        e, "cache_unusable", errno, "make the cache directory %s", dir);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0) {
		int errnum = errno;
		if (fd >= 0)
			(void)close(fd);
		return err_set_errno(
		        e, "cache_unusable", errnum, "open the cache directory %s", dir);
	}
	if ((st.st_mode & 077) != 0) {
		(void)close(fd);
		return err_set(e, ERR_FATAL, "cache_unusable",
		        "the cache directory %s may be read by others: chmod 700 it, it will hold "
		        "decrypted pieces",
		        dir);
	}
	struct bridge_cache *c = calloc(1, sizeof(*c));
	if (!c) {
		(void)close(fd);
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for the bridge cache");
	}
	*c = (struct bridge_cache){
	        .staging = staging, .keys = keys, .dir_fd = fd, .max_bytes = max_bytes};
	(void)pthread_mutex_init(&c->lock, NULL);
	*out = c;
	return 0;
}

void bridge_cache_close(struct bridge_cache *c)
{
	if (!c)
		return;
	while (c->pieces) {
		struct cached_piece *p = c->pieces;
		c->pieces = p->next;
		if (p->map)
			(void)munmap(p->map, p->bytes);
		free(p);
	}
	(void)close(c->dir_fd);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

static void file_name(const char *sha256, char out[PATH_BYTES])
{
	(void)snprintf(out, PATH_BYTES, "%s.piece", sha256);
}

static int write_all(int fd, const unsigned char *p, size_t n, struct err *e)
{
	for (size_t done = 0; done < n;) {
		ssize_t k = write(fd, p + done, n - done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set_errno(
			        e, "cache_unusable", errno, "write a piece to the cache");
		done += (size_t)k;
	}
	return 0;
}

static int copy(struct sealed_reader *from, int fd, struct err *e)
{
	unsigned char *block = malloc(COPY_BYTES);
	int act = block ? 0 : err_set(e, ERR_FATAL, "out_of_memory", "no memory to fetch a piece");
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

/* Decrypts the piece into the directory. */
static int fetch(struct bridge_cache *c, struct str prefix, struct str version,
        const struct bridge_piece *piece, struct err *e)
{
	char object[PATH_BYTES * 2], name[PATH_BYTES], temp[PATH_BYTES + 64];
	struct secret key;
	struct sealed_reader *from = NULL;
	(void)snprintf(object, sizeof(object), STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(prefix),
	        STR_ARG(version), STR_ARG(piece->name));
	int act = keyring_staging(c->keys, prefix, version, &key, e);
	if (act == 0)
		act = sealed_open(c->staging, str_c(object), &key, &from, e);
	secret_wipe(&key);
	if (act != 0)
		return act;
	file_name(piece->sha256, name);
	(void)snprintf(temp, sizeof(temp), "%s.%ld.tmp", name, (long)getpid());
	int fd = openat(
	        c->dir_fd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	act = fd < 0 ? err_set_errno(e, "cache_unusable", errno, "make a file in the cache")
	             : copy(from, fd, e);
	if (fd >= 0 && close(fd) != 0 && act == 0)
		act = err_set_errno(e, "cache_unusable", errno, "close a file in the cache");
	if (act == 0 && renameat(c->dir_fd, temp, c->dir_fd, name) != 0)
		act = err_set_errno(e, "cache_unusable", errno, "name a file in the cache");
	if (act != 0)
		(void)unlinkat(c->dir_fd, temp, 0);
	sealed_close(from);
	return act;
}

/* Maps the file if it is there and whole; *out NULL: it has to be fetched. */
static int map_file(struct bridge_cache *c, const struct bridge_piece *piece, unsigned char **out,
        struct err *e)
{
	char name[PATH_BYTES], sha[SHA256_HEX];
	struct stat st;
	*out = NULL;
	file_name(piece->sha256, name);
	int fd = openat(c->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0
		                       : err_set_errno(e, "cache_unusable", errno,
		                                 "open a file of the cache");
	if (fstat(fd, &st) != 0 || st.st_size != piece->bytes) {
		(void)close(fd);
		return 0;
	}
	size_t bytes = (size_t)piece->bytes;
	unsigned char *map = mmap(NULL, bytes ? bytes : 1, PROT_READ, MAP_SHARED, fd, 0);
	int errnum = errno;
	(void)close(fd);
	if (map == MAP_FAILED)
		return err_set_errno(e, "cache_unusable", errnum, "map a file of the cache");
	sha256_hex(map, bytes, sha);
	if (strcmp(sha, piece->sha256) != 0) {
		(void)munmap(map, bytes ? bytes : 1);
		return 0;
	}
	*out = map;
	return 0;
}

static struct cached_piece *find(struct bridge_cache *c, const char *sha256)
{
	for (struct cached_piece *p = c->pieces; p; p = p->next) {
		if (strcmp(p->sha256, sha256) == 0)
			return p;
	}
	return NULL;
}

/* Least recently used first, never one that is in use, until the new one fits. */
static void make_room(struct bridge_cache *c, int64_t bytes)
{
	while (c->bytes + bytes > c->max_bytes) {
		struct cached_piece **oldest = NULL;
		for (struct cached_piece **p = &c->pieces; *p; p = &(*p)->next) {
			if ((*p)->users == 0 && (!oldest || (*p)->used < (*oldest)->used))
				oldest = p;
		}
		if (!oldest)
			return;
		struct cached_piece *gone = *oldest;
		char name[PATH_BYTES];
		*oldest = gone->next;
		file_name(gone->sha256, name);
		(void)unlinkat(c->dir_fd, name, 0); /* not there: somebody else evicted it */
		(void)munmap(gone->map, gone->bytes ? gone->bytes : 1);
		c->bytes -= (int64_t)gone->bytes;
		free(gone);
	}
}

static int obtain(struct bridge_cache *c, struct str prefix, struct str version,
        const struct bridge_piece *piece, struct cached_piece **out, struct err *e)
{
	unsigned char *map = NULL;
	make_room(c, piece->bytes);
	int act = map_file(c, piece, &map, e);
	if (act == 0 && !map) {
		act = fetch(c, prefix, version, piece, e);
		if (act == 0)
			act = map_file(c, piece, &map, e);
		if (act == 0 && !map)
			act = err_set(e, ERR_REJECT, "corrupt",
			        "piece " STR_FMT " of bridge version " STR_FMT
			        " is not what its manifest says",
			        STR_ARG(piece->name), STR_ARG(version));
	}
	if (act != 0)
		return act;
	struct cached_piece *p = calloc(1, sizeof(*p));
	if (!p) {
		(void)munmap(map, piece->bytes ? (size_t)piece->bytes : 1);
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for the bridge cache");
	}
	memcpy(p->sha256, piece->sha256, sizeof(p->sha256));
	p->map = map;
	p->bytes = (size_t)piece->bytes;
	p->next = c->pieces;
	c->pieces = p;
	c->bytes += piece->bytes;
	*out = p;
	return 0;
}

int cache_map(struct bridge_cache *c, struct str prefix, struct str version,
        const struct bridge_piece *piece, struct cached_piece **out, struct err *e)
{
	(void)pthread_mutex_lock(&c->lock);
	struct cached_piece *p = find(c, piece->sha256);
	int act = p ? 0 : obtain(c, prefix, version, piece, &p, e);
	if (act == 0) {
		p->users++;
		p->used = ++c->turn;
		*out = p;
	}
	(void)pthread_mutex_unlock(&c->lock);
	return act;
}

void cache_release(struct bridge_cache *c, struct cached_piece *p)
{
	if (!p)
		return;
	(void)pthread_mutex_lock(&c->lock);
	p->users--;
	(void)pthread_mutex_unlock(&c->lock);
}

const unsigned char *cached_bytes(const struct cached_piece *p)
{
	return p->map;
}

int cache_manifest(struct bridge_cache *c, struct str prefix, struct str version, struct arena *mem,
        struct bridge_manifest *out, struct err *e)
{
	struct secret key;
	struct str text, name = arena_printf(mem, STR_FMT "/" STR_FMT "/manifest", STR_ARG(prefix),
	                         STR_ARG(version));
	int act = keyring_staging(c->keys, prefix, version, &key, e);
	if (act == 0)
		act = sealed_get(c->staging, name, &key, MANIFEST_MAX, mem, &text, e);
	secret_wipe(&key);
	if (act == ERR_REJECT && strcmp(e->code, "not_found") == 0)
		return err_set(e, ERR_REJECT, "bridge_version_gone",
		        "bridge version " STR_FMT " is not in staging: build anew",
		        STR_ARG(version));
	if (act == 0)
		act = bridge_manifest_read(text, mem, out, e);
	if (act == 0 && !str_eq(out->version, version))
		act = err_set(e, ERR_REJECT, "corrupt",
		        "the manifest of bridge version " STR_FMT " is another one's",
		        STR_ARG(version));
	return act;
}
