/* SPDX-License-Identifier: Apache-2.0
 * Decoding of events whose writer may be newer than this program. */
#ifndef COMMON_WORKER_READING_H
#define COMMON_WORKER_READING_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/event.h"

/* Where unknown writer schemas are asked for; find may be NULL. */
struct schema_source {
	/* fingerprint: eight bytes as on the wire. ERR_REJECT ("unknown_schema"): there is none.
	 * ERR_RETRY: ask later. */
	int (*find)(void *arg, struct str fingerprint, struct arena *mem, struct str *out_json,
	        struct err *e);
	void *arg;
};

/* event_decode and event_check_numbers; an unknown fingerprint is asked for once. ERR_RETRY: the source is away; all else
 * is as there. */
int reading_decode(const struct schema_source *source, const struct ev_type *type, struct str bytes,
        struct arena *mem, void *out_value, struct err *e) ERR_MUST_USE;

/* The same for any event of ours, as event_decode_any. */
int reading_decode_any(const struct schema_source *source, struct str bytes, struct arena *mem,
        const struct ev_type **out_type, void **out_value, struct err *e) ERR_MUST_USE;

#endif
