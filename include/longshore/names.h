/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of files at a drop: how a template becomes one, which names a drop can have, and which two
 * cannot be there together. `apply` and the scheduler ask the same functions. Pure.
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

/* ERR_REJECT ("bad_name"): unknown token, or no name that a file can have. *out in mem. */
int name_expand(struct str template, name_token *value, const void *arg, struct arena *mem,
        struct str *out, struct err *e) ERR_MUST_USE;

/* ERR_REJECT ("bad_name") unless it is a path below the drop that a file can have. */
int name_check(struct str name, struct err *e) ERR_MUST_USE;

/* Two that cannot both be there: one name for two files, also where only the case of ASCII letters
 * differs; or a file where the other needs a directory. False: all can. Without memory for the names
 * it says nothing and sets *out_first to NULL. */
struct name_clash {
	const struct str *first, *second; /* of names; `second` is the same, or lies below */
	bool is_below;
};
bool names_clash(const struct str *names, size_t count, struct arena *mem, struct name_clash *out);

#endif
