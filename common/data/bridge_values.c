/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge_cache.h"

#include <stdlib.h>

struct values_shard {
	struct cached_piece *piece;
	const unsigned char *data, *lengths, *offsets;
	size_t data_bytes;
	uint64_t first, count;
};

struct bridge_values {
	struct bridge_cache *cache;
	struct arena mem;
	struct bridge_manifest manifest;
	struct values_shard *shards;
	size_t shards_count;
};

enum { ARENA_MAX = 8 * 1024 * 1024 };

static uint64_t get_le(const unsigned char *p, int n)
{
	uint64_t v = 0;
	for (int i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

static int open_shard(struct bridge_values *v, const struct bridge_piece *piece, struct err *e)
{
	struct values_shard *s = &v->shards[v->shards_count];
	uint64_t strides = (piece->count + VALUES_STRIDE - 1) / VALUES_STRIDE;
	uint64_t tail = piece->count * 2 * v->manifest.columns_count + strides * 8;
	if ((uint64_t)piece->bytes < tail)
		return err_set(e, ERR_REJECT, CODE_CORRUPT, "piece " STR_FMT " is too short",
		        STR_ARG(piece->name));
	int act = cache_map(v->cache, STR("values"), v->manifest.version, piece, &s->piece, e);
	if (act != 0)
		return act;
	s->data = cached_bytes(s->piece);
	s->data_bytes = (size_t)((uint64_t)piece->bytes - tail);
	s->lengths = s->data + s->data_bytes;
	s->offsets = s->lengths + piece->count * 2 * v->manifest.columns_count;
	s->first = piece->first;
	s->count = piece->count;
	v->shards_count++;
	return 0;
}

int bridge_values_open(
        struct bridge_cache *c, struct str version, struct bridge_values **out, struct err *e)
{
	struct bridge_values *v = calloc(1, sizeof(*v));
	if (!v)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to open a bridge");
	v->cache = c;
	arena_init(&v->mem, ARENA_MAX);
	int act = cache_manifest(c, STR("values"), version, &v->mem, &v->manifest, e);
	if (act == 0)
		v->shards =
		        arena_alloc(&v->mem, (v->manifest.pieces_count + 1) * sizeof(*v->shards));
	for (size_t i = 0; act == 0 && i < v->manifest.pieces_count; i++)
		act = open_shard(v, &v->manifest.pieces[i], e);
	if (act != 0) {
		bridge_values_release(v);
		return act;
	}
	*out = v;
	return 0;
}

void bridge_values_release(struct bridge_values *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->shards_count; i++)
		cache_release(v->cache, v->shards[i].piece);
	arena_release(&v->mem);
	free(v);
}

size_t bridge_values_columns(const struct bridge_values *v)
{
	return v->manifest.columns_count;
}

struct str bridge_values_column_name(const struct bridge_values *v, size_t column)
{
	return v->manifest.columns[column];
}

static const struct values_shard *shard_of(const struct bridge_values *v, uint32_t ordinal)
{
	size_t low = 0, high = v->shards_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct values_shard *s = &v->shards[middle];
		if (ordinal < s->first)
			high = middle;
		else if (ordinal >= s->first + s->count)
			low = middle + 1;
		else
			return s;
	}
	return NULL;
}

/* Offset of record i in the shard: the offset of its stride, plus the lengths of the records
 * between. */
static uint64_t record_offset(
        const struct bridge_values *v, const struct values_shard *s, uint64_t i)
{
	size_t columns = v->manifest.columns_count;
	uint64_t at = get_le(s->offsets + i / VALUES_STRIDE * 8, 8);
	for (uint64_t k = i / VALUES_STRIDE * VALUES_STRIDE * columns; k < i * columns; k++)
		at += get_le(s->lengths + k * 2, 2);
	return at;
}

int bridge_values_fetch(struct bridge_values *v, const uint32_t *ordinals, size_t count,
        struct arena *scratch, struct str *out, struct err *e)
{
	(void)scratch; /* the values stay in the mapped piece */
	size_t columns = v->manifest.columns_count;
	const struct values_shard *s = NULL;
	uint64_t at = 0;
	for (size_t i = 0; i < count; i++) {
		bool follows = s && i > 0 && ordinals[i] == ordinals[i - 1] + 1 &&
		               ordinals[i] < s->first + s->count;
		if (!follows) {
			s = shard_of(v, ordinals[i]);
			if (!s)
				return err_set(e, ERR_REJECT, CODE_BAD_ORDINAL,
				        "a member is not in bridge version " STR_FMT,
				        STR_ARG(v->manifest.version));
			at = record_offset(v, s, ordinals[i] - s->first);
		}
		for (size_t c = 0; c < columns; c++) {
			uint64_t n = get_le(
			        s->lengths + ((ordinals[i] - s->first) * columns + c) * 2, 2);
			if (at > s->data_bytes || n > s->data_bytes - at)
				return err_set(e, ERR_REJECT, CODE_CORRUPT,
				        "bridge version " STR_FMT ": a value exceeds its piece",
				        STR_ARG(v->manifest.version));
			out[i * columns + c] = str_bytes(s->data + at, (size_t)n);
			at += n;
		}
	}
	return 0;
}
