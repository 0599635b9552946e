/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge_pieces.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOAD_SLOTS = 3 }; /* out of LINE_SLOTS: a load of 3/4 */

struct keys_writer {
	struct piece_side *side;
	uint64_t shards, lines;
	struct sealed_writer *piece;
	uint64_t shard; /* the shard being written */
	uint64_t slots; /* slots written to it, including free ones */
	uint64_t first; /* global number of its first slot */
};

int keys_writer_new(struct piece_side *side, uint64_t total, int64_t shard_bytes,
        struct keys_writer **out, struct err *e)
{
	struct keys_writer *w = calloc(1, sizeof(*w));
	if (!w)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to write keys");
	uint64_t bytes = total / LOAD_SLOTS * LINE_SLOTS * SLOT_BYTES;
	w->side = side;
	w->shards = bytes / (uint64_t)shard_bytes + 1;
	w->lines = total / w->shards / LOAD_SLOTS + 1;
	*out = w;
	return 0;
}

static void shard_name(const struct keys_writer *w, char out[32])
{
	(void)snprintf(out, 32, "keys.%03u", (unsigned)w->shard);
}

static int open_shard(struct keys_writer *w, struct err *e)
{
	char name[32];
	shard_name(w, name);
	w->slots = 0;
	return piece_open(w->side, name, &w->piece, e);
}

static int write_free(struct keys_writer *w, uint64_t until, struct err *e)
{
	unsigned char free_line[LINE_SLOTS * SLOT_BYTES];
	memset(free_line, 0xff, sizeof(free_line));
	int act = 0;
	while (act == 0 && w->slots < until) {
		uint64_t n = until - w->slots < LINE_SLOTS ? until - w->slots : LINE_SLOTS;
		act = sealed_write(w->piece, free_line, (size_t)n * SLOT_BYTES, e);
		w->slots += n;
	}
	return act;
}

static int close_shard(struct keys_writer *w, struct err *e)
{
	/* Ends the shard with a free slot, so that every search ends inside the table. */
	uint64_t until =
	        w->slots + 1 > w->lines * LINE_SLOTS ? w->slots + 1 : w->lines * LINE_SLOTS;
	int act = write_free(w, until, e);
	if (act != 0)
		return act;
	char name[32];
	shard_name(w, name);
	struct sealed_writer *piece = w->piece;
	w->piece = NULL;
	act = piece_close(w->side, name, piece, w->first, w->slots, e);
	w->first += w->slots;
	w->shard++;
	return act;
}

static int go_to_shard(struct keys_writer *w, uint64_t shard, struct err *e)
{
	int act = 0;
	while (act == 0 && (w->shard < shard || !w->piece)) {
		if (!w->piece)
			act = open_shard(w, e);
		if (act == 0 && w->shard < shard)
			act = close_shard(w, e);
	}
	return act;
}

int keys_writer_add(struct keys_writer *w, const unsigned char *fp, uint64_t ordinal, struct err *e)
{
	struct slot_home home = slot_home(fp, w->shards, w->lines);
	int act = go_to_shard(w, home.shard, e);
	if (act == 0)
		act = write_free(w, home.line * LINE_SLOTS, e);
	if (act != 0)
		return act;
	unsigned char slot[SLOT_BYTES];
	slot_put(slot, fp, ordinal);
	w->slots++;
	return sealed_write(w->piece, slot, sizeof(slot), e);
}

int keys_writer_finish(
        struct keys_writer *w, uint64_t *out_lines, uint64_t *out_slots, struct err *e)
{
	int act = go_to_shard(w, w->shards - 1, e);
	if (act == 0)
		act = close_shard(w, e);
	if (act != 0)
		return act;
	*out_lines = w->lines;
	*out_slots = w->first;
	return 0;
}

void keys_writer_free(struct keys_writer *w)
{
	if (!w)
		return;
	sealed_abandon(w->piece);
	free(w);
}
