/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads one piece of a slice again. The piece's bytes and its object's header are hashed on the
 * way and must be those that inspect pinned, else ERR_REJECT ("source_changed").
 */
#ifndef BRIDGE_WORKER_SLICE_READ_H
#define BRIDGE_WORKER_SLICE_READ_H

#include "op.h"
#include "slices.h"

#include "longshore/row_reader.h"

/* Whether the bytes are the pinned ones is known only at the end: discard what the calls collected
 * unless this returns 0. */
int slice_read_piece(const struct op *op, const struct slice_piece *piece,
        const struct row_calls *calls, struct err *e) ERR_MUST_USE;

#endif
