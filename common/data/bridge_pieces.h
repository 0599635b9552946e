/* SPDX-License-Identifier: Apache-2.0
 *
 * Writers of the pieces of a version that is being built. Each one adds what it wrote to the
 * manifest's list.
 */
#ifndef LONGSHORE_DATA_BRIDGE_PIECES_H
#define LONGSHORE_DATA_BRIDGE_PIECES_H

#include "bridge_format.h"

#include "longshore/sealed.h"

/* One side of a version, and where its pieces are stored. */
struct piece_side {
	struct store *staging;
	struct str prefix; /* keys or values */
	struct str version;
	struct secret scope;
	struct arena *mem; /* for names and pieces */
	struct bridge_piece *pieces;
	size_t count;
};

int piece_open(struct piece_side *side, const char *name, struct sealed_writer **out,
        struct err *e) ERR_MUST_USE;
/* Takes ownership of w. */
int piece_close(struct piece_side *side, const char *name, struct sealed_writer *w, uint64_t first,
        uint64_t count, struct err *e) ERR_MUST_USE;
int piece_put(struct piece_side *side, const char *name, struct str bytes, uint64_t count,
        struct err *e) ERR_MUST_USE;
int manifest_put(
        struct piece_side *side, const struct bridge_manifest *m, struct err *e) ERR_MUST_USE;

struct values_writer;
int values_writer_new(struct piece_side *side, size_t columns, int64_t shard_bytes,
        struct values_writer **out, struct err *e) ERR_MUST_USE;
int values_writer_add(
        struct values_writer *w, const struct str *values, struct err *e) ERR_MUST_USE;
int values_writer_finish(struct values_writer *w, struct err *e) ERR_MUST_USE;
void values_writer_free(struct values_writer *w);

struct keys_writer;
/* total: number of slots that will be added. It must be known before the first one, because it
 * determines the number of lines. */
int keys_writer_new(struct piece_side *side, uint64_t total, int64_t shard_bytes,
        struct keys_writer **out, struct err *e) ERR_MUST_USE;
/* Call it in the order of fingerprints. */
int keys_writer_add(struct keys_writer *w, const unsigned char *fp, uint64_t ordinal,
        struct err *e) ERR_MUST_USE;
int keys_writer_finish(struct keys_writer *w, uint64_t *out_lines, uint64_t *out_slots,
        struct err *e) ERR_MUST_USE;
void keys_writer_free(struct keys_writer *w);

#endif
