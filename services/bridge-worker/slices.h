/* SPDX-License-Identifier: Apache-2.0
 *
 * The slice list that inspect writes and select reads: a text line each, fields separated by tabs:
 * object, offset, length, first row, rows, SHA-256 of the object's header, with its line end,
 * and of the slice's bytes. Object names hold no control
 * character (source.h).
 */
#ifndef BRIDGE_WORKER_SLICES_H
#define BRIDGE_WORKER_SLICES_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/sha256.h"

enum {
	SLICES_MAX = 100000,
	SLICES_MAX_BYTES = 64 * 1024 * 1024,
	HEADER_MAX_BYTES = 4 * 1024 * 1024, /* as it lies in the object: quotes, doubled ones too */
};

struct slice {
	struct str object;
	int64_t offset, length;
	int64_t first_row, rows; /* rows of the object, from 1 */
	char sha256[SHA256_HEX];
};

int slice_add(struct buf *list, const struct slice *s, struct err *e) ERR_MUST_USE;
/* Line `index` of the list; ERR_REJECT ("corrupt") if there is none or it is damaged. object points
 * into list. */
int slice_at(struct str list, int32_t index, struct slice *out, struct err *e) ERR_MUST_USE;

#endif
