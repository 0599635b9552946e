/* SPDX-License-Identifier: Apache-2.0
 *
 * The kinds of documents and the fields of each. Tables only, and how to ask them.
 */
#ifndef LONGSHORE_CONFIG_KINDS_H
#define LONGSHORE_CONFIG_KINDS_H

#include "longshore/str.h"

#include <stdbool.h>

struct kind {
	const char *name;
	bool of_tenant; /* it has a field `tenant` */
	bool is_idle;   /* a document of this kind decides nothing yet */
	/* Paths of values, without indices: "record.name". One that ends in ".*" has whatever names
	 * people give to what is below it. Ends with NULL. */
	const char *const *fields;
	/* Those that decide nothing yet, with all that is below them. Ends with NULL. */
	const char *const *idle;
};

/* A Destination has the model of a partner. */
extern const char *const destination_fields[], *const destination_idle[];

/* NULL: no such kind. */
const struct kind *kind_find(struct str name);

enum field_is { FIELD_UNKNOWN, FIELD_GROUP, FIELD_VALUE };
/* path without indices. A group has fields of its own. */
enum field_is kind_field(const struct kind *kind, struct str path);
/* The known path that was probably meant; empty: none is near. */
struct str kind_nearest(const struct kind *kind, struct str path);
/* What stands beside the path: "min_size, max_size"; cut to fit. */
void kind_siblings(const struct kind *kind, struct str path, char *out, size_t bytes);
/* The place in kind->idle of exactly this path, at most KIND_IDLE_MAX; -1: it decides something. */
enum { KIND_IDLE_MAX = 32 };
int kind_idle(const struct kind *kind, struct str path);

#endif
