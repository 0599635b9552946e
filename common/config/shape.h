/* SPDX-License-Identifier: Apache-2.0
 *
 * Structs and their canonical JSON, both ways, from the rows of their fields (field.h).
 *
 * Canonical: keys sorted, compact, UTF-8, integers only, defaults left out (an object of defaults
 * only is left out, too). Reading is strict: an unknown field, another type, a value out of range
 * is ERR_REJECT ("bad_spec") with its JSON path.
 */
#ifndef LONGSHORE_CONFIG_SHAPE_H
#define LONGSHORE_CONFIG_SHAPE_H

#include "field.h"

#include "longshore/arena.h"
#include "longshore/err.h"

#include <jansson.h>

struct shape {
	const struct field *fields; /* ends with a name of NULL */
	size_t bytes;               /* of the struct */
};

/* Fills *out (zeroed by this) with defaults and what is there; texts and arrays live in mem. */
int shape_read(const struct shape *shape, json_t *json, struct arena *mem, void *out,
        struct err *e) ERR_MUST_USE;

/* A new reference; NULL: out of memory or a text that is no UTF-8. */
json_t *shape_write(const struct shape *shape, const void *value);

/* Sets every field to its default. */
void shape_preset(const struct shape *shape, void *out);

/* A reference that its scope gives back. */
static inline void json_drop(json_t **json)
{
	json_decref(*json);
}
#define AUTO_JSON __attribute__((cleanup(json_drop))) json_t *

/* The canonical bytes in mem; absent: out of memory. */
struct str json_canonical(const json_t *json, struct arena *mem);

#endif
