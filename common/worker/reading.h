/* SPDX-License-Identifier: Apache-2.0
 * Decodes events whose writer can be newer than this program. */
#ifndef COMMON_WORKER_READING_H
#define COMMON_WORKER_READING_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/event.h"

/* Where unknown writer schemas are looked up; find can be NULL. */
struct schema_source {
	/* fingerprint: eight bytes as on the wire. ERR_REJECT ("unknown_schema"): there is
	 * none. ERR_RETRY: try again later. */
	int (*find)(void *arg, struct str fingerprint, struct arena *mem, struct str *out_json,
	        struct err *e);
	void *arg;
};

/* Calls event_decode and event_check_numbers; looks an unknown fingerprint up once. ERR_RETRY:
 * the source is unavailable. Other errors are theirs. */
int reading_decode(const struct schema_source *source, const struct ev_type *type, struct str bytes,
        struct arena *mem, void *out_value, struct err *e) ERR_MUST_USE;

/* The same for any of our events, like event_decode_any. */
int reading_decode_any(const struct schema_source *source, struct str bytes, struct arena *mem,
        const struct ev_type **out_type, void **out_value, struct err *e) ERR_MUST_USE;

#endif
