/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge_pieces.h"

#include <stdio.h>
#include <stdlib.h>

struct values_writer {
	struct piece_side *side;
	size_t columns;
	int64_t shard_bytes;
	struct sealed_writer *piece; /* NULL between shards */
	unsigned shard;
	uint64_t first, records;     /* in the whole version */
	uint64_t data;               /* bytes of values in this shard */
	struct buf lengths, offsets; /* of this shard */
};

int values_writer_new(struct piece_side *side, size_t columns, int64_t shard_bytes,
        struct values_writer **out, struct err *e)
{
	struct values_writer *w = calloc(1, sizeof(*w));
	if (!w)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to write values");
	w->side = side;
	w->columns = columns;
	w->shard_bytes = shard_bytes;
	buf_init(&w->lengths, (size_t)4 << 30);
	buf_init(&w->offsets, (size_t)1 << 30);
	*out = w;
	return 0;
}

static void shard_name(const struct values_writer *w, char out[32])
{
	(void)snprintf(out, 32, "values.%03u", w->shard);
}

static int append_le(struct buf *b, uint64_t value, size_t bytes, struct err *e)
{
	unsigned char raw[8];
	for (size_t i = 0; i < bytes; i++)
		raw[i] = (unsigned char)(value >> (8 * i));
	return buf_append(b, raw, bytes, e);
}

static int close_shard(struct values_writer *w, struct err *e)
{
	if (!w->piece)
		return 0;
	char name[32];
	shard_name(w, name);
	int act = sealed_write(w->piece, w->lengths.p, w->lengths.n, e);
	if (act == 0)
		act = sealed_write(w->piece, w->offsets.p, w->offsets.n, e);
	if (act != 0)
		return act;
	struct sealed_writer *piece = w->piece;
	w->piece = NULL;
	act = piece_close(w->side, name, piece, w->first, w->records - w->first, e);
	w->shard++;
	w->first = w->records;
	w->data = 0;
	buf_clear(&w->lengths);
	buf_clear(&w->offsets);
	return act;
}

int values_writer_add(struct values_writer *w, const struct str *values, struct err *e)
{
	int act = 0;
	if (!w->piece) {
		char name[32];
		shard_name(w, name);
		act = piece_open(w->side, name, &w->piece, e);
	}
	if (act == 0 && (w->records - w->first) % VALUES_STRIDE == 0)
		act = append_le(&w->offsets, w->data, 8, e);
	for (size_t c = 0; act == 0 && c < w->columns; c++) {
		act = sealed_write(w->piece, values[c].p, values[c].n, e);
		if (act == 0)
			act = append_le(&w->lengths, values[c].n, 2, e);
		w->data += values[c].n;
	}
	if (act != 0)
		return act;
	w->records++;
	uint64_t bytes = w->data + w->lengths.n + w->offsets.n;
	return bytes >= (uint64_t)w->shard_bytes ? close_shard(w, e) : 0;
}

int values_writer_finish(struct values_writer *w, struct err *e)
{
	return close_shard(w, e);
}

void values_writer_free(struct values_writer *w)
{
	if (!w)
		return;
	sealed_abandon(w->piece);
	buf_release(&w->lengths);
	buf_release(&w->offsets);
	free(w);
}
