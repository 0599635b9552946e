/* SPDX-License-Identifier: Apache-2.0
 *
 * The slice list that inspect writes and select reads. Each line is a slice of one or more pieces,
 * so that many small objects make few slices. A piece is part of one object and has six fields,
 * separated by tabs: object, offset, length, first row, rows, and the SHA-256 of the object's
 * header, with its line end, and of the piece's bytes. Object names contain no control characters
 * (source.h).
 */
#ifndef BRIDGE_WORKER_SLICES_H
#define BRIDGE_WORKER_SLICES_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/sha256.h"

enum {
	SLICES_MAX = 100000,
	SLICE_PIECES_MAX = 1000, /* limits the objects that one task reads */
	SLICES_MAX_BYTES = 64 * 1024 * 1024,
};

struct slice_piece {
	struct str object;
	int64_t offset, length;
	int64_t first_row, rows; /* in the object, from 1 */
	char sha256[SHA256_HEX];
};

/* Appends a piece to the list, after the previous one of its slice unless it is the first. */
int slice_add_piece(
        struct buf *list, bool is_first, const struct slice_piece *p, struct err *e) ERR_MUST_USE;
int slice_end(struct buf *list, struct err *e) ERR_MUST_USE;

/* slice_at returns line `index` of the list, and slice_next_piece takes the next piece of a line.
 * ERR_REJECT ("corrupt") if there is none or it is damaged. *out_more is false after the last
 * piece. The piece's object points into list. */
int slice_at(struct str list, int32_t index, struct str *out, struct err *e) ERR_MUST_USE;
int slice_next_piece(
        struct str *slice, struct slice_piece *out, bool *out_more, struct err *e) ERR_MUST_USE;

#endif
