/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads one piece of a slice again. Its bytes and those of its header are hashed on the way and must be the
 * ones that inspect pinned, else ERR_REJECT ("source_changed").
 */
#ifndef BRIDGE_WORKER_SLICE_READ_H
#define BRIDGE_WORKER_SLICE_READ_H

#include "op.h"
#include "slices.h"

#include "longshore/csv.h"

/* Calls on_header once and then on_record for each row. Whether the bytes are the pinned ones is
 * known only at the end: what the calls gathered counts for nothing unless 0 is returned. */
int slice_read_piece(const struct op *op, const struct slice_piece *piece, csv_on_record on_header,
        csv_on_record on_record, void *arg, struct err *e) ERR_MUST_USE;

#endif
