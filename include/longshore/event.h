/* SPDX-License-Identifier: Apache-2.0
 *
 * Events: plain structs generated from schemas/ (longshore/events.h). One table-driven walker
 * encodes and decodes them all.
 *
 * Wire form inside the fleet: Avro single-object encoding (C3 01, CRC-64-AVRO fingerprint of the
 * writer's schema in canonical form, little-endian, then the Avro body). A body is decoded with its
 * writer's schema. Fields are mapped by name: an absent field gets the reader's default, an unknown
 * field is skipped, an unknown enum symbol becomes the enum's default.
 *
 * Shape of the generated structs: string and bytes are `struct str` (absent nullable: p == NULL),
 * int int32_t, long int64_t, boolean bool, enum a C enum, record an embedded struct, nullable
 * record a pointer (absent: NULL), array `struct ev_x *items` plus `size_t items_count`. Names are
 * snake case: `struct ev_bridge_task`, EV_BRIDGE_OP_INSPECT, `extern const struct ev_type
 * ev_bridge_task_type`.
 *
 * Limits; exceeding one is ERR_REJECT: message EVENT_MAX_BYTES, array EVENT_MAX_ITEMS, no NUL in a
 * text, no bytes after the body, and EVENT_MAX_DECODED_BYTES of memory, whatever a length prefix
 * claims.
 *
 * Threads: avro-c has one error text for the whole process, so only one thread of a process may
 * call this module.
 */
#ifndef LONGSHORE_EVENT_H
#define LONGSHORE_EVENT_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/err.h"

#include <stdint.h>

enum {
	EVENT_MAX_BYTES =
	        1000 * 1000 -
	        4096, /* below the broker's default of 1,048,588, which includes headers */
	EVENT_MAX_ITEMS = 10000,
	EVENT_MAX_DECODED_BYTES = 16 * 1024 * 1024,
	EVENT_NAME_MAX = 200,
};

struct ev_type; /* generated: name, size, field table, schema JSON, fingerprint */

const char *ev_type_name(const struct ev_type *type); /* "BridgeTask" */
uint64_t ev_type_fingerprint(const struct ev_type *type);
struct str ev_type_schema(const struct ev_type *type); /* canonical JSON, as compiled in */
const struct ev_type *const *ev_types(size_t *out_count);
const struct ev_type *ev_type_by_name(struct str name); /* NULL: no such event */
size_t ev_type_struct_bytes(const struct ev_type *type);

/* Registers another writer's schema, so that events of older and newer producers can be read.
 * Idempotent. */
int event_add_writer(struct str schema_json, struct err *e) ERR_MUST_USE;

/* Appends the single-object encoding of *value. ERR_REJECT ("too_large") above EVENT_MAX_BYTES. */
int event_encode(
        const struct ev_type *type, const void *value, struct buf *out, struct err *e) ERR_MUST_USE;

/* Decodes into *out_value, which has ev_type_struct_bytes(type) bytes. Texts (terminated, too) and
 * arrays are in mem. Codes: "undecodable", "unknown_schema" (unknown fingerprint), "wrong_type",
 * "too_large". */
int event_decode(const struct ev_type *type, struct str bytes, struct arena *mem, void *out_value,
        struct err *e) ERR_MUST_USE;

/* Decodes any of our events by its fingerprint; allocates *out_value in mem. */
int event_decode_any(struct str bytes, struct arena *mem, const struct ev_type **out_type,
        void **out_value, struct err *e) ERR_MUST_USE;

/* Largest plausible count of rows, people or files; and the end of valid times, exclusive: the
 * times of an event are in the years 1970 to 9999. */
#define EVENT_COUNT_MAX INT64_C(1000000000000)
#define EVENT_YEAR_10000_MS INT64_C(253402300800000)

/* Checks that all numbers of an event are within their bounds (`range` in the schemas). ERR_REJECT
 * ("out_of_range") names the field. Every reader of a topic calls this before it uses an event. */
int event_check_numbers(const struct ev_type *type, const void *value, struct err *e) ERR_MUST_USE;

/* A field that fits one column, by its name in the schema. It belongs to the event itself or to an
 * embedded record. Numbers are ints, longs and booleans. */
struct event_field {
	bool is_text;
	size_t offset, bytes;
};
bool event_field(const struct ev_type *type, const char *name, struct event_field *out);
struct str event_field_text(const struct event_field *field, const void *event);
int64_t event_field_number(const struct event_field *field, const void *event);

/* Checks a name in a trigger (tenant, route, bridge, actor, source, trigger id): 1 to
 * EVENT_NAME_MAX bytes of UTF-8 without control characters. Names end up in rows, events and file
 * names. */
bool event_name_is_good(struct str name);

#endif
