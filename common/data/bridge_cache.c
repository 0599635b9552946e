/* SPDX-License-Identifier: Apache-2.0
 *
 * A piece is on disk (found at the start), loading, or mapped. One lock protects the list. One
 * thread loads a piece without holding the lock. Threads that want the same piece wait; others
 * continue.
 */
#include "bridge_cache.h"

#include "cache_files.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { OBJECT_NAME_MEMORY = 64 * 1024 };

enum piece_state { PIECE_ON_DISK, PIECE_LOADING, PIECE_MAPPED };

struct cached_piece {
	char sha256[SHA256_HEX];
	enum piece_state state;
	const unsigned char *map;
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
	pthread_cond_t loaded;
	struct cached_piece *pieces;
};

/* --- open and close --- */

static struct cached_piece *add_piece(struct bridge_cache *c, const char *sha256, int64_t bytes)
{
	struct cached_piece *p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	memcpy(p->sha256, sha256, sizeof(p->sha256));
	p->bytes = (size_t)bytes;
	p->next = c->pieces;
	c->pieces = p;
	c->bytes += bytes;
	return p;
}

static int found_on_disk(void *arg, const char *sha256, int64_t bytes, struct err *e)
{
	if (!add_piece(arg, sha256, bytes))
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for the bridge cache");
	return 0;
}

int bridge_cache_dir(const char *dir, const char *service, struct err *e)
{
	int fd = -1;
	int act = cache_dir_open(dir, &fd, e);
	if (act != 0)
		return act;
	act = cache_dir_claim(fd, dir, service, e);
	(void)close(fd); /* a directory: nothing was written */
	return act;
}

int bridge_cache_open(struct store *staging, const struct keyring *keys, const char *dir,
        int64_t max_bytes, struct bridge_cache **out, struct err *e)
{
	int fd = -1;
	int act = cache_dir_open(dir, &fd, e);
	if (act != 0)
		return act;
	struct bridge_cache *c = calloc(1, sizeof(*c));
	if (!c) {
		(void)close(fd);
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for the bridge cache");
	}
	c->staging = staging;
	c->keys = keys;
	c->dir_fd = fd;
	c->max_bytes = max_bytes;
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->loaded, NULL);
	act = cache_dir_scan(fd, found_on_disk, c, e);
	if (act != 0) {
		bridge_cache_close(c);
		return act;
	}
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
		cache_file_unmap(p->map, p->bytes);
		free(p);
	}
	(void)close(c->dir_fd);
	(void)pthread_cond_destroy(&c->loaded);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

/* --- the list; the caller holds the lock --- */

static struct cached_piece *find(struct bridge_cache *c, const char *sha256)
{
	for (struct cached_piece *p = c->pieces; p; p = p->next) {
		if (strcmp(p->sha256, sha256) == 0)
			return p;
	}
	return NULL;
}

static void drop_piece(struct bridge_cache *c, struct cached_piece *gone)
{
	struct cached_piece **at = &c->pieces;
	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	c->bytes -= (int64_t)gone->bytes;
	cache_file_unmap(gone->map, gone->bytes);
	free(gone);
}

/* Evicts the least recently used pieces, but none that is in use or loading. */
static void make_room(struct bridge_cache *c)
{
	while (c->bytes > c->max_bytes) {
		struct cached_piece *oldest = NULL;
		for (struct cached_piece *p = c->pieces; p; p = p->next) {
			if (p->users == 0 && p->state != PIECE_LOADING &&
			        (!oldest || p->used < oldest->used))
				oldest = p;
		}
		if (!oldest)
			return;
		cache_file_remove(c->dir_fd, oldest->sha256);
		drop_piece(c, oldest);
	}
}

/* Returns the piece's entry, either mapped or marked as loading by us. */
static int claim(struct bridge_cache *c, const struct bridge_piece *piece,
        struct cached_piece **out, struct err *e)
{
	struct cached_piece *p;
	while ((p = find(c, piece->sha256)) && p->state == PIECE_LOADING)
		(void)pthread_cond_wait(&c->loaded, &c->lock); /* gone if it failed to load */
	if (!p)
		p = add_piece(c, piece->sha256, piece->bytes);
	if (!p)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for the bridge cache");
	if (p->state == PIECE_ON_DISK) {
		c->bytes += piece->bytes - (int64_t)p->bytes;
		p->bytes = (size_t)piece->bytes;
		p->state = PIECE_LOADING;
		make_room(c);
	}
	*out = p;
	return 0;
}

/* --- loading; the caller does not hold the lock --- */

static int fetch(struct bridge_cache *c, struct str prefix, struct str version,
        const struct bridge_piece *piece, const unsigned char **out, struct err *e)
{
	struct arena mem;
	struct secret key;
	struct sealed_reader *from = NULL;
	arena_init(&mem, OBJECT_NAME_MEMORY);
	struct str object = arena_printf(&mem, STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(prefix),
	        STR_ARG(version), STR_ARG(piece->name));
	int act = keyring_staging(c->keys, prefix, version, &key, e);
	if (act == 0)
		act = sealed_open(c->staging, object, &key, &from, e);
	secret_wipe(&key);
	arena_release(&mem);
	if (act == 0)
		act = cache_file_put(c->dir_fd, piece->sha256, (size_t)piece->bytes, from, out, e);
	sealed_close(from);
	return act;
}

static int version_gone(struct str version, struct err *e)
{
	return err_set(e, ERR_REJECT, CODE_BRIDGE_VERSION_GONE,
	        "bridge version " STR_FMT " is not in staging: rebuild the bridge",
	        STR_ARG(version));
}

static int load(struct bridge_cache *c, struct str prefix, struct str version,
        const struct bridge_piece *piece, const unsigned char **out, struct err *e)
{
	int act = cache_file_map(c->dir_fd, piece->sha256, (size_t)piece->bytes, out, e);
	if (act != 0 || *out)
		return act;
	act = fetch(c, prefix, version, piece, out, e);
	if (act == ERR_REJECT && strcmp(e->code, CODE_NOT_FOUND) == 0)
		return version_gone(version, e);
	if (act == 0 && !*out)
		act = err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "piece " STR_FMT " of bridge version " STR_FMT
		        " is not what its manifest says",
		        STR_ARG(piece->name), STR_ARG(version));
	return act;
}

/* --- use --- */

int cache_map(struct bridge_cache *c, struct str prefix, struct str version,
        const struct bridge_piece *piece, struct cached_piece **out, struct err *e)
{
	struct cached_piece *p = NULL;
	(void)pthread_mutex_lock(&c->lock);
	int act = claim(c, piece, &p, e);
	if (act == 0 && p && p->state == PIECE_LOADING) {
		const unsigned char *map = NULL;
		(void)pthread_mutex_unlock(&c->lock);
		act = load(c, prefix, version, piece, &map, e);
		(void)pthread_mutex_lock(&c->lock);
		if (act == 0) {
			p->map = map;
			p->state = PIECE_MAPPED;
		} else {
			drop_piece(c, p);
		}
		(void)pthread_cond_broadcast(&c->loaded);
	}
	if (act == 0 && p) {
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
	make_room(c);
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
	struct str text;
	struct str name = arena_printf(
	        mem, STR_FMT "/" STR_FMT "/manifest", STR_ARG(prefix), STR_ARG(version));
	int act = keyring_staging(c->keys, prefix, version, &key, e);
	if (act == 0)
		act = sealed_get(c->staging, name, &key, MANIFEST_MAX, mem, &text, e);
	secret_wipe(&key);
	if (act == ERR_REJECT && strcmp(e->code, CODE_NOT_FOUND) == 0)
		return version_gone(version, e);
	if (act == 0)
		act = bridge_manifest_read(text, mem, out, e);
	if (act == 0 && !str_eq(out->version, version))
		act = err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "the manifest of bridge version " STR_FMT " is another one's",
		        STR_ARG(version));
	return act;
}
