/* SPDX-License-Identifier: Apache-2.0
 *
 * A writer's schema as a graph of nodes, parsed by avro-c and then checked by us. Refused with
 * ERR_REJECT, "bad_schema": schemas that avro-c cannot parse or that nest too deeply, types of
 * infinite width, and arrays of zero-width items (five bytes could claim any number of them).
 */
#ifndef LONGSHORE_EVENT_SCHEMA_H
#define LONGSHORE_EVENT_SCHEMA_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schema_kind {
	SCHEMA_NULL,
	SCHEMA_BOOLEAN,
	SCHEMA_INT,
	SCHEMA_LONG,
	SCHEMA_FLOAT,
	SCHEMA_DOUBLE,
	SCHEMA_BYTES,
	SCHEMA_STRING,
	SCHEMA_FIXED,
	SCHEMA_ENUM,
	SCHEMA_ARRAY,
	SCHEMA_MAP,
	SCHEMA_UNION,
	SCHEMA_RECORD,
};

enum { SCHEMA_MAX_BYTES = 256 * 1024, SCHEMA_MAX_DEPTH = 32, SCHEMA_MAX_MEMBERS = 1000 };

/* Whether a value takes at least one byte. */
enum schema_width {
	SCHEMA_WIDTH_UNKNOWN,
	SCHEMA_WIDTH_OPEN, /* being computed */
	SCHEMA_WIDTH_NONE,
	SCHEMA_WIDTH_SOME,
	SCHEMA_WIDTH_ENDLESS,
};

struct schema {
	enum schema_kind kind;
	struct str name;         /* record, enum, fixed: the full name */
	size_t fixed_bytes;      /* fixed */
	size_t count;            /* fields, symbols, branches; 1 for array and map */
	struct str *names;       /* names of fields or symbols */
	struct schema **members; /* types of fields, branches, items, values; can contain cycles */
	struct schema *next;     /* links all nodes */
	enum schema_width width;
	bool is_written; /* set by schema_canonical */
};

/* All memory is in mem. */
int schema_parse(
        struct str json, struct arena *mem, struct schema **out, struct err *e) ERR_MUST_USE;

/* Writes the parsing canonical form, the input of the fingerprint. Call once per parsed schema. */
int schema_canonical(struct schema *schema, struct buf *out, struct err *e) ERR_MUST_USE;

/* CRC-64-AVRO. */
uint64_t schema_fingerprint(struct str canonical);

#endif
