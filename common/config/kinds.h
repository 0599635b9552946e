/* SPDX-License-Identifier: Apache-2.0
 *
 * The kinds of documents and the fields of each. Tables and look-ups only.
 */
#ifndef LONGSHORE_CONFIG_KINDS_H
#define LONGSHORE_CONFIG_KINDS_H

#include "field.h"

#include "longshore/str.h"

#include <stdbool.h>

struct kind {
	const char *name;
	bool of_tenant; /* has a field `tenant` */
	bool is_idle;   /* documents of this kind have no effect yet */
	/* In the order in which people see them. */
	const struct field *fields;
	size_t fields_count;
};

/* Returns the i-th kind; NULL past the last. */
const struct kind *kind_at(size_t i);
/* Returns NULL if there is no such kind. */
const struct kind *kind_find(struct str name);

enum field_is { FIELD_UNKNOWN, FIELD_GROUP, FIELD_VALUE };
/* path: without indices. A group contains other fields. */
enum field_is kind_field(const struct kind *kind, struct str path);
/* Returns the known path that was probably meant; empty if none is close. */
struct str kind_nearest(const struct kind *kind, struct str path);
/* Lists the fields next to the path: "min_size, max_size". Truncated to fit. */
void kind_siblings(const struct kind *kind, struct str path, char *out, size_t bytes);
/* Returns the row of exactly this path; NULL if there is none. */
const struct field *kind_row(const struct kind *kind, struct str path);
/* Returns the index of exactly this path among the rows that have no effect yet, less than
 * KIND_IDLE_MAX; -1 if the field has an effect. */
enum { KIND_IDLE_MAX = 32 };
int kind_idle(const struct kind *kind, struct str path);

#endif
