/* SPDX-License-Identifier: Apache-2.0
 *
 * Maps the values of one writer's schema to one of our structs. The plan is made once, when the
 * schema becomes known, by Avro's rules of schema resolution. Fields and symbols are matched by
 * name. A field that the writer lacks gets our default; a field that we lack is skipped. int is
 * promoted to long; string and bytes are interchangeable.
 */
#ifndef LONGSHORE_EVENT_PLAN_H
#define LONGSHORE_EVENT_PLAN_H

#include "ev_type.h"
#include "schema.h"

enum plan_how {
	PLAN_SKIP,     /* we do not have this field */
	PLAN_NULL,     /* the target is nullable and stays NULL */
	PLAN_SCALAR,   /* text, bytes, number or boolean, by the target's kind */
	PLAN_ENUM,     /* maps through symbols[] */
	PLAN_RECORD,   /* an embedded record, or one behind a pointer */
	PLAN_ARRAY,    /* each item by `items` */
	PLAN_UNION,    /* branches[] */
	PLAN_MISMATCH, /* a branch that cannot be converted: an error when it occurs */
};

struct plan_record;

struct plan_step {
	enum plan_how how;
	const struct schema *writer;
	const struct ev_field *field; /* NULL: skip */
	const int32_t *symbols;       /* writer's symbol to ours; -1: none */
	struct plan_record *record;
	struct plan_step *items;    /* exactly one */
	struct plan_step *branches; /* writer->count of them */
};

struct plan_record {
	const struct ev_record *reader;
	size_t count;
	struct plan_step *steps;        /* in the order of the encoding */
	const struct ev_field **absent; /* fields that get their defaults */
	size_t absent_count;
};

/* ERR_REJECT, "incompatible": a field without a default is missing, or a type cannot be converted
 * to ours. All memory is in mem. */
int plan_make(const struct schema *writer, const struct ev_record *reader, struct arena *mem,
        struct plan_record **out, struct err *e) ERR_MUST_USE;

#endif
