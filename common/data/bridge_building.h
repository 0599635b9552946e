/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of a build, shared by its files: bridge_build.c takes pairs in, bridge_assemble.c
 * writes the pieces.
 */
#ifndef LONGSHORE_DATA_BRIDGE_BUILDING_H
#define LONGSHORE_DATA_BRIDGE_BUILDING_H

#include "bridge_conflicts.h"
#include "bridge_pieces.h"
#include "extsort.h"

#include "longshore/fingerprint.h"
#include "longshore/selection.h"

enum { BUILD_BATCH = 1024 }; /* ids encrypted in one batch */

/* Values waiting for their batch, one directly after the other. */
struct build_batch {
	struct buf bytes;
	size_t ends[BUILD_BATCH];
	size_t count;
};

struct bridge_build {
	struct bridge_build_spec spec;
	struct arena mem;
	struct fingerprinter *ids, *marks;
	struct sorter *pairs, *slots;
	struct bridge_build_facts facts;
	struct conflicts conflicts;
	/* rows that have no fingerprint yet */
	struct build_batch waiting_ids, waiting_records;
	int64_t waiting_rows[BUILD_BATCH];
	struct buf entry;
	/* used while walking the records */
	struct buf last; /* the previous pair */
	struct build_batch waiting_primaries;
	uint64_t slots_count;
	struct selection *leader;
	struct sealed_writer *mark_piece;
	struct values_writer *values;
	struct keys_writer *keys;
};

int build_batch_add(struct build_batch *b, const void *p, size_t n, struct err *e) ERR_MUST_USE;
struct str build_batch_at(const struct build_batch *b, size_t i);
void build_batch_clear(struct build_batch *b);

/* Turns the waiting rows into sort entries. */
int build_flush_rows(struct bridge_build *b, struct err *e) ERR_MUST_USE;

/* Ordinals and slots have 32 bits. ERR_REJECT ("bad_bridge") if one more does not fit. */
int build_check_room(uint64_t records, uint64_t slots, struct err *e) ERR_MUST_USE;

#endif
