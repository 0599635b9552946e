/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of files at a drop: expands templates, and checks which names are valid and which two cannot
 * coexist. `apply` and the scheduler call the same functions. Pure.
 */
#ifndef LONGSHORE_NAMES_H
#define LONGSHORE_NAMES_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>

enum { NAME_MAX_BYTES = 512, NAME_COMPONENT_MAX_BYTES = 255 };

/* The value of a token; false: there is none. */
typedef bool name_token(const void *arg, struct str token, struct arena *mem, struct str *out);

/* ERR_REJECT ("bad_name"): unknown token, or an invalid file name. *out is in mem. */
int name_expand(struct str template, name_token *value, const void *arg, struct arena *mem,
        struct str *out, struct err *e) ERR_MUST_USE;

/* ERR_REJECT ("bad_name") unless it is a valid path below the drop. */
int name_check(struct str name, struct err *e) ERR_MUST_USE;

/* Finds two names that cannot coexist: the same name for two files, ignoring the case of ASCII letters,
 * or a file where the other needs a directory. False: all can coexist. If memory for the names runs out,
 * it reports nothing and sets out->first to NULL. */
struct name_clash {
	const struct str *first, *second; /* of names; `second` is the same, or lies below */
	bool is_below;
};
bool names_clash(const struct str *names, size_t count, struct arena *mem, struct name_clash *out);

#endif
