/* SPDX-License-Identifier: Apache-2.0
 *
 * The kinds of documents and the fields of each. A table only, and how to ask it.
 */
#ifndef LONGSHORE_CONFIG_KINDS_H
#define LONGSHORE_CONFIG_KINDS_H

#include "longshore/str.h"

#include <stdbool.h>

struct kind {
	const char *name;
	bool of_tenant; /* it has a field `tenant` */
	bool any_field; /* holds a model of its own: what is not honoured is found elsewhere */
	const char *const
	        *fields; /* paths of values, without indices: "record.name"; ends with NULL */
};

/* NULL: no such kind. */
const struct kind *kind_find(struct str name);

enum field_is { FIELD_UNKNOWN, FIELD_GROUP, FIELD_VALUE };
/* path without indices. A group has fields of its own. */
enum field_is kind_field(const struct kind *kind, struct str path);
/* The known path that is most like it; empty: none is. */
struct str kind_nearest(const struct kind *kind, struct str path);

#endif
