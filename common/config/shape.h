/* SPDX-License-Identifier: Apache-2.0
 *
 * Converts structs to canonical JSON and back, as the rows of their fields (field.h) say.
 *
 * Canonical form: sorted keys, compact, UTF-8, integers only, defaults left out (also an object
 * that has only defaults). Reading is strict: an unknown field, a wrong type or a value out of
 * range is ERR_REJECT ("bad_spec") with its JSON path.
 */
#ifndef LONGSHORE_CONFIG_SHAPE_H
#define LONGSHORE_CONFIG_SHAPE_H

#include "field.h"

#include "longshore/arena.h"
#include "longshore/err.h"

#include <jansson.h>

struct shape {
	const struct field *fields; /* ends with a NULL name */
	size_t bytes;               /* size of the struct */
};

/* Zeroes *out, then fills it with the defaults and the given values. Texts and arrays live in
 * mem. */
int shape_read(const struct shape *shape, json_t *json, struct arena *mem, void *out,
        struct err *e) ERR_MUST_USE;

/* Returns a new reference; NULL if memory ran out or a text is not UTF-8. */
json_t *shape_write(const struct shape *shape, const void *value);

/* Sets every field to its default. */
void shape_preset(const struct shape *shape, void *out);

/* A reference that is released at the end of its scope. */
static inline void json_drop(json_t **json)
{
	json_decref(*json);
}
#define AUTO_JSON __attribute__((cleanup(json_drop))) json_t *

/* Returns the canonical bytes, in mem; an absent slice if memory ran out. */
struct str json_canonical(const json_t *json, struct arena *mem);

#endif
