/* SPDX-License-Identifier: Apache-2.0
 *
 * A writer's schema as a graph of nodes: parsed by avro-c, then judged by us. Refused with
 * ERR_REJECT, "bad_schema": what avro-c cannot parse, what is nested too deeply, types of endless
 * width, and arrays whose items have no width (five bytes could claim any number of those).
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
	SCHEMA_WIDTH_OPEN, /* being looked at */
	SCHEMA_WIDTH_NONE,
	SCHEMA_WIDTH_SOME,
	SCHEMA_WIDTH_ENDLESS,
};

struct schema {
	enum schema_kind kind;
	struct str name;         /* record, enum, fixed: full name */
	size_t fixed_bytes;      /* fixed */
	size_t count;            /* fields, symbols, branches; 1 for array and map */
	struct str *names;       /* of fields or symbols */
	struct schema **members; /* of fields, branches, items, values; a record may be met again
	                            below itself */
	struct schema *next;     /* all nodes, to look at each once */
	enum schema_width width;
	bool is_written; /* by schema_canonical */
};

/* All memory in mem. */
int schema_parse(
        struct str json, struct arena *mem, struct schema **out, struct err *e) ERR_MUST_USE;

/* Parsing canonical form, which the fingerprint is of. Once for each parsed schema. */
int schema_canonical(struct schema *schema, struct buf *out, struct err *e) ERR_MUST_USE;

/* CRC-64-AVRO. */
uint64_t schema_fingerprint(struct str canonical);

#endif
