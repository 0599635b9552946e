/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings: one table per service is the parser, the --help text, the reference page and the
 * comparison with the chart. Values come from the environment only, are read once into a const
 * struct, and all mistakes are reported at once.
 */
#ifndef LONGSHORE_CONF_H
#define LONGSHORE_CONF_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/err.h"

enum conf_kind {
	CONF_TEXT,         /* empty only where that is the default */
	CONF_TEXT_OR_NONE, /* empty says: none */
	CONF_INT,
	CONF_BOOL
};

struct conf_field {
	const char *env; /* LONGSHORE_... */
	enum conf_kind kind;
	size_t offset;      /* of a `const char *`, int64_t or bool in the settings struct */
	const char *preset; /* the default as text; NULL = must be set */
	int64_t min, max;   /* CONF_INT */
	const char *unit;   /* "ms", "bytes", "count"; NULL for texts */
	bool is_secret;     /* never printed; must name a file, not hold the value */
	const char *help;   /* one line */
};

/* Reads fields from the environment into *settings; texts are copied into mem. On mistakes returns
 * ERR_FATAL
 * ("bad_settings") with all of them in `report`, a line each. The one caller of getenv in the tree.
 */
int conf_read(const struct conf_field *fields, size_t count, void *settings, struct arena *mem,
        struct buf *report, struct err *e) ERR_MUST_USE;

/* The table as help text: a line per field with default, range and unit. */
int conf_help(
        const struct conf_field *fields, size_t count, struct buf *out, struct err *e) ERR_MUST_USE;

#endif
