/* SPDX-License-Identifier: Apache-2.0
 *
 * The kinds of documents, and the fields that each may have, as paths; types and values are checked
 * when they are resolved. A destination holds the partner's whole model: any field. */
#ifndef LONGSHORE_CONFIG_KINDS_H
#define LONGSHORE_CONFIG_KINDS_H

#include "longshore/str.h"

#include <stdbool.h>

enum { KIND_FIELDS_MAX = 40 };

struct kind {
	const char *name;
	bool of_tenant, any_field;
	const char *fields[KIND_FIELDS_MAX];
};

/* NULL: there is no such kind. */
const struct kind *kind_of(struct str name);

/* path is a field, or leads to one; items of a list have the path of the list. */
bool kind_has(const struct kind *kind, const char *path);

#endif
