/* SPDX-License-Identifier: Apache-2.0
 *
 * How the values of one writer's schema get into one of our structs: decided once, when the schema
 * becomes known, by Avro's rules of resolution. Fields are mapped by name; what the writer lacks
 * takes our default, what we lack is skipped, int becomes long, string and bytes stand for each
 * other, symbols are mapped by name.
 */
#ifndef LONGSHORE_EVENT_PLAN_H
#define LONGSHORE_EVENT_PLAN_H

#include "ev_type.h"
#include "schema.h"

enum plan_how {
	PLAN_SKIP,     /* nobody here knows the field */
	PLAN_NULL,     /* absent; the target is nullable and stays NULL */
	PLAN_SCALAR,   /* text, bytes, number, boolean: as the target's kind says */
	PLAN_ENUM,     /* through symbols[] */
	PLAN_RECORD,   /* record, embedded or behind a pointer */
	PLAN_ARRAY,    /* each item by items */
	PLAN_UNION,    /* branches[] */
	PLAN_MISMATCH, /* a branch that we have no place for: an error where it occurs */
};

struct plan_record;

struct plan_step {
	enum plan_how how;
	const struct schema *writer;
	const struct ev_field *field; /* NULL: skip */
	const int32_t *symbols;       /* writer's symbol to ours, -1: none */
	struct plan_record *record;
	struct plan_step *items;    /* one */
	struct plan_step *branches; /* writer->count of them */
};

struct plan_record {
	const struct ev_record *reader;
	size_t count;
	struct plan_step *steps;        /* in the order of the wire */
	const struct ev_field **absent; /* to be filled with their defaults */
	size_t absent_count;
};

/* ERR_REJECT, "incompatible": a field without default is missing, or a type cannot become ours. All
 * memory in mem. */
int plan_make(const struct schema *writer, const struct ev_record *reader, struct arena *mem,
        struct plan_record **out, struct err *e) ERR_MUST_USE;

#endif
