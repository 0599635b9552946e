/* SPDX-License-Identifier: Apache-2.0
 *
 * Events: plain structs generated from schemas/ (longshore/events.h), encoded and decoded by one
 * walker.
 *
 * Wire form inside the fleet: Avro single-object encoding (C3 01, CRC-64-AVRO fingerprint of the
 * writer's schema in canonical form, little-endian, then the Avro body). A body is decoded with its
 * writer's schema; fields are mapped by name, absent ones take the reader's default, unknown ones
 * are skipped, unknown enum symbols take the enum's default.
 *
 * Shape of the generated structs: string and bytes are `struct str` (absent nullable: p == NULL),
 * int int32_t, long int64_t, boolean bool, enum a C enum, record an embedded struct, nullable
 * record a pointer (absent: NULL), array `struct ev_x *items` plus `size_t items_count`. Names are
 * snake case: `struct ev_bridge_task`, EV_BRIDGE_OP_INSPECT, `extern const struct ev_type
 * ev_bridge_task_type`.
 *
 * Limits, all answered with ERR_REJECT: message at most EVENT_MAX_BYTES, array items
 * EVENT_MAX_ITEMS, text without NUL, no byte left over, memory at most EVENT_MAX_DECODED_BYTES
 * whatever a length prefix claims.
 *
 * Threads: avro-c's error text is one buffer for the whole process, so one thread of a process
 * calls this module.
 */
#ifndef LONGSHORE_EVENT_H
#define LONGSHORE_EVENT_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/err.h"

#include <stdint.h>

enum {
	EVENT_MAX_BYTES =
	        1000 * 1000 - 4096, /* below the broker's default of 1,048,588 with headers */
	EVENT_MAX_ITEMS = 10000,
	EVENT_MAX_DECODED_BYTES = 16 * 1024 * 1024,
	EVENT_NAME_MAX = 200,
};

struct ev_type; /* generated: name, size, field table, schema JSON, fingerprint */

const char *ev_type_name(const struct ev_type *type); /* "BridgeTask" */
uint64_t ev_type_fingerprint(const struct ev_type *type);
struct str ev_type_schema(const struct ev_type *type); /* canonical JSON as compiled in */
const struct ev_type *const *ev_types(size_t *out_count);
const struct ev_type *ev_type_by_name(struct str name); /* NULL: no such event */
size_t ev_type_struct_bytes(const struct ev_type *type);

/* Makes a foreign writer schema known, so that older and newer producers can be read. Idempotent.
 */
int event_add_writer(struct str schema_json, struct err *e) ERR_MUST_USE;

/* Appends the single-object encoding of *value. ERR_REJECT ("too_large") past EVENT_MAX_BYTES. */
int event_encode(
        const struct ev_type *type, const void *value, struct buf *out, struct err *e) ERR_MUST_USE;

/* Decodes into *out_value (ev_type_struct_bytes(type), texts (terminated too) and arrays in mem).
 * Codes: "undecodable", "unknown_schema" (fingerprint not in the table), "wrong_type", "too_large".
 */
int event_decode(const struct ev_type *type, struct str bytes, struct arena *mem, void *out_value,
        struct err *e) ERR_MUST_USE;

/* Any event of ours by its fingerprint: *out_value is allocated in mem. */
int event_decode_any(struct str bytes, struct arena *mem, const struct ev_type **out_type,
        void **out_value, struct err *e) ERR_MUST_USE;

/* Largest count of rows, people or files that is believed; and the first moment that is no time any
 * more: no time of an event lies outside 1970 to 9999. */
#define EVENT_COUNT_MAX INT64_C(1000000000000)
#define EVENT_YEAR_10000_MS INT64_C(253402300800000)

/* Are all numbers of an event from a topic within their bounds (`range` in the schemas)? ERR_REJECT
 * ("out_of_range") names the field. Whoever reads topics asks before it believes. */
int event_check_numbers(const struct ev_type *type, const void *value, struct err *e) ERR_MUST_USE;

/* A field that one column can hold, by its name in the schema: of the event itself, or of a record that
 * is embedded in it. Numbers are ints, longs and booleans. */
struct event_field {
	bool is_text;
	size_t offset, bytes;
};
bool event_field(const struct ev_type *type, const char *name, struct event_field *out);
struct str event_field_text(const struct event_field *field, const void *event);
int64_t event_field_number(const struct event_field *field, const void *event);

/* What may stand for a name in a trigger (tenant, route, bridge, actor, source, trigger id): 1 to
 * EVENT_NAME_MAX bytes of UTF-8 without control characters. It goes into rows, events and file names. */
bool event_name_is_good(struct str name);

#endif
