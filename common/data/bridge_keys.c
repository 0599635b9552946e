/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks up a batch in two passes. The first computes all home lines and prefetches them, the second
 * searches.
 */
#include "bridge_cache.h"

#include <stdlib.h>

struct keys_shard {
	struct cached_piece *piece;
	const unsigned char *slots;
	uint64_t first, count;
};

struct bridge_keys {
	struct bridge_cache *cache;
	struct arena mem;
	struct bridge_manifest manifest;
	struct keys_shard *shards;
	size_t shards_count;
	struct selection *leader;
};

enum { ARENA_MAX = 8 * 1024 * 1024, BATCH = 1024 };

static int open_shard(struct bridge_keys *k, const struct bridge_piece *piece, struct err *e)
{
	struct keys_shard *s = &k->shards[k->shards_count];
	if ((uint64_t)piece->bytes != piece->count * SLOT_BYTES ||
	        piece->count <= k->manifest.lines * LINE_SLOTS - 1)
		return err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "piece " STR_FMT " is not as long as its manifest says",
		        STR_ARG(piece->name));
	int act = cache_map(k->cache, STR("keys"), k->manifest.version, piece, &s->piece, e);
	if (act != 0)
		return act;
	s->slots = cached_bytes(s->piece);
	s->first = piece->first;
	s->count = piece->count;
	k->shards_count++;
	if (slot_ordinal(s->slots + (s->count - 1) * SLOT_BYTES) != SLOT_FREE)
		return err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "piece " STR_FMT " does not end in a free slot", STR_ARG(piece->name));
	return 0;
}

static int load_leader(struct bridge_keys *k, const struct bridge_piece *piece, struct err *e)
{
	struct cached_piece *p = NULL;
	int act = cache_map(k->cache, STR("keys"), k->manifest.version, piece, &p, e);
	if (act != 0)
		return act;
	act = selection_load(str_bytes(cached_bytes(p), (size_t)piece->bytes), &k->leader, e);
	cache_release(k->cache, p);
	return act;
}

static int open_pieces(struct bridge_keys *k, struct err *e)
{
	int act = 0;
	k->shards = arena_alloc(&k->mem, (k->manifest.pieces_count + 1) * sizeof(*k->shards));
	for (size_t i = 0; act == 0 && i < k->manifest.pieces_count; i++) {
		const struct bridge_piece *piece = &k->manifest.pieces[i];
		if (str_has_prefix(piece->name, STR("keys.")))
			act = open_shard(k, piece, e);
		else if (str_eq(piece->name, STR("leader")))
			act = load_leader(k, piece, e);
	}
	if (act == 0 && (k->shards_count == 0 || !k->leader || k->manifest.lines == 0))
		act = err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "bridge version " STR_FMT " lacks pieces", STR_ARG(k->manifest.version));
	return act;
}

int bridge_keys_open(
        struct bridge_cache *c, struct str version, struct bridge_keys **out, struct err *e)
{
	struct bridge_keys *k = calloc(1, sizeof(*k));
	if (!k)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to open a bridge");
	k->cache = c;
	arena_init(&k->mem, ARENA_MAX);
	int act = cache_manifest(c, STR("keys"), version, &k->mem, &k->manifest, e);
	if (act == 0)
		act = open_pieces(k, e);
	if (act != 0) {
		bridge_keys_release(k);
		return act;
	}
	*out = k;
	return 0;
}

void bridge_keys_release(struct bridge_keys *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->shards_count; i++)
		cache_release(k->cache, k->shards[i].piece);
	selection_free(k->leader);
	arena_release(&k->mem);
	free(k);
}

int bridge_keys_epoch(const struct bridge_keys *k)
{
	return (int)k->manifest.key_epoch;
}

struct str bridge_keys_tenant(const struct bridge_keys *k)
{
	return k->manifest.tenant;
}

struct str bridge_keys_bridge(const struct bridge_keys *k)
{
	return k->manifest.bridge;
}

struct str bridge_keys_id_kind(const struct bridge_keys *k)
{
	return k->manifest.id_kind;
}

int bridge_keys_check(
        const struct bridge_keys *k, const struct secret *fingerprint_key, struct err *e)
{
	char check[KEY_CHECK_BYTES];
	int act = bridge_key_check(fingerprint_key, check, e);
	if (act == 0 && !str_eq(str_c(check), k->manifest.key_check))
		act = err_set(e, ERR_REJECT, CODE_WRONG_KEY,
		        "bridge version " STR_FMT
		        " was built with another fingerprint key of epoch %d: give this service "
		        "the builder's key, or rebuild the bridge",
		        STR_ARG(k->manifest.version), (int)k->manifest.key_epoch);
	return act;
}

const struct selection *bridge_keys_leader(const struct bridge_keys *k)
{
	return k->leader;
}

/* The last bytes of a slot's fingerprint, after its head, as a number. */
static uint32_t fingerprint_rest(const unsigned char *fp)
{
	return (uint32_t)fp[8] << 16 | (uint32_t)fp[9] << 8 | fp[10];
}

/* Searches from the home line until the entry, a free slot or a larger fingerprint. The last slot
 * of a shard is free. */
static struct bridge_hit search(const struct keys_shard *s, uint64_t home, const unsigned char *fp)
{
	uint64_t head = fingerprint_head(fp);
	uint32_t rest = fingerprint_rest(fp);
	for (uint64_t i = home; i < s->count; i++) {
		const unsigned char *slot = s->slots + i * SLOT_BYTES;
		uint64_t slot_head = fingerprint_head(slot);
		if (slot_head < head)
			continue;
		uint64_t ordinal = slot_ordinal(slot);
		if (slot_head > head || ordinal == SLOT_FREE || fingerprint_rest(slot) > rest)
			break;
		if (fingerprint_rest(slot) == rest)
			return (struct bridge_hit){(int64_t)ordinal, (int64_t)(s->first + i)};
	}
	return (struct bridge_hit){BRIDGE_NO_ORDINAL, BRIDGE_NO_ORDINAL};
}

int bridge_keys_lookup(struct bridge_keys *k, const unsigned char *fingerprints, size_t count,
        struct bridge_hit *out, struct err *e)
{
	(void)e; /* cannot fail: pieces are verified when opened */
	struct slot_home homes[BATCH];
	for (size_t done = 0; done < count; done += BATCH) {
		size_t n = count - done < BATCH ? count - done : BATCH;
		const unsigned char *fps = fingerprints + done * 16;
		for (size_t i = 0; i < n; i++) {
			homes[i] = slot_home(fps + i * 16, k->shards_count, k->manifest.lines);
			__builtin_prefetch(k->shards[homes[i].shard].slots +
			                   homes[i].line * LINE_SLOTS * SLOT_BYTES);
		}
		for (size_t i = 0; i < n; i++)
			out[done + i] = search(&k->shards[homes[i].shard],
			        homes[i].line * LINE_SLOTS, fps + i * 16);
	}
	return 0;
}
