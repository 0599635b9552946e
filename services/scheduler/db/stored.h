/* SPDX-License-Identifier: Apache-2.0
 * Avro records as stored in run.state and run.task. They are compressed, because every change
 * of a row writes the whole record to the WAL. The dictionary is stored.txt plus the row's own
 * ids, so a reader needs both. stored.txt must never change, or rows stored with it would be
 * lost. Rows of releases without compression are read unchanged. */
#ifndef SCHEDULER_STORED_H
#define SCHEDULER_STORED_H

#include "longshore/arena.h"
#include "longshore/err.h"

struct stored_key {
	struct str delivery_id, task_id, lane; /* absent if the row has none */
};

/* Both allocate in mem. An absent slice stays absent. Errors are those of squeeze and unsqueeze. */
int stored_pack(const struct stored_key *key, struct str bytes, struct arena *mem, struct str *out,
        struct err *e) ERR_MUST_USE;
int stored_unpack(const struct stored_key *key, struct str bytes, struct arena *mem,
        struct str *out, struct err *e) ERR_MUST_USE;

#endif
