/* SPDX-License-Identifier: Apache-2.0
 *
 * The kinds of documents and the fields of each. Tables only, and how to ask them.
 */
#ifndef LONGSHORE_CONFIG_KINDS_H
#define LONGSHORE_CONFIG_KINDS_H

#include "field.h"

#include "longshore/str.h"

#include <stdbool.h>

struct kind {
	const char *name;
	bool of_tenant; /* it has a field `tenant` */
	bool is_idle;   /* a document of this kind decides nothing yet */
	/* In the order in which people are told of them. */
	const struct field *fields;
	size_t fields_count;
};

/* The i-th kind; NULL past the last. */
const struct kind *kind_at(size_t i);
/* NULL: no such kind. */
const struct kind *kind_find(struct str name);

enum field_is { FIELD_UNKNOWN, FIELD_GROUP, FIELD_VALUE };
/* path without indices. A group has fields of its own. */
enum field_is kind_field(const struct kind *kind, struct str path);
/* The known path that was probably meant; empty: none is near. */
struct str kind_nearest(const struct kind *kind, struct str path);
/* What stands beside the path: "min_size, max_size"; cut to fit. */
void kind_siblings(const struct kind *kind, struct str path, char *out, size_t bytes);
/* The row of exactly this path; NULL: there is none. */
const struct field *kind_row(const struct kind *kind, struct str path);
/* The place of exactly this path among the rows that decide nothing yet, less than KIND_IDLE_MAX; -1:
 * it decides something. */
enum { KIND_IDLE_MAX = 32 };
int kind_idle(const struct kind *kind, struct str path);

#endif
