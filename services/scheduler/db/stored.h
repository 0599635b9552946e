/* SPDX-License-Identifier: Apache-2.0
 * Avro records as run.state and run.task keep them: squeezed, since every change of a row writes the
 * whole record to PostgreSQL's log. The dictionary is stored.txt and the row's own ids, so a reader
 * needs both; stored.txt never changes, since rows that were stored with it would be lost. Rows of
 * releases that did not squeeze are read as they are. */
#ifndef SCHEDULER_STORED_H
#define SCHEDULER_STORED_H

#include "longshore/arena.h"
#include "longshore/err.h"

struct stored_key {
	struct str delivery_id, task_id, lane; /* absent where the row has none */
};

/* Both work in mem; an absent slice stays absent. Errors as of squeeze and unsqueeze. */
int stored_pack(const struct stored_key *key, struct str bytes, struct arena *mem, struct str *out,
        struct err *e) ERR_MUST_USE;
int stored_unpack(const struct stored_key *key, struct str bytes, struct arena *mem,
        struct str *out, struct err *e) ERR_MUST_USE;

#endif
