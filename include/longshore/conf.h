/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings. One table per service is the parser, the --help text, the reference page and the
 * comparison with the chart. Values come only from the environment and are read once, into a const
 * struct. All mistakes are reported together. */
#ifndef LONGSHORE_CONF_H
#define LONGSHORE_CONF_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/err.h"

enum conf_kind {
	CONF_TEXT,         /* empty only if that is the default */
	CONF_TEXT_OR_NONE, /* empty: none */
	CONF_INT,
	CONF_BOOL
};

struct conf_field {
	const char *env; /* LONGSHORE_... */
	enum conf_kind kind;
	size_t offset;      /* of a `const char *`, int64_t or bool in the settings struct */
	const char *preset; /* the default as text; NULL: must be set */
	int64_t min, max;   /* CONF_INT */
	const char *unit;   /* "ms", "bytes", "count"; NULL for texts */
	bool is_secret;     /* never printed; must name a file that holds the value */
	const char *help;   /* one line */
};

/* Reads fields from the environment into *settings and copies texts into mem. ERR_FATAL
 * ("bad_settings"): `report` has all mistakes, one per line. This file alone looks at the
 * environment. */
int conf_read(const struct conf_field *fields, size_t count, void *settings, struct arena *mem,
        struct buf *report, struct err *e) ERR_MUST_USE;

/* ERR_FATAL ("bad_settings") if a variable begins with the prefix and is in no row: a misspelt limit must not
 * silently have its default. The names that Kubernetes gives to the addresses of its Services are let through. */
int conf_refuse_unknown(const char *prefix, const struct conf_field *fields, size_t count,
        struct buf *report, struct err *e) ERR_MUST_USE;

/* Appends the table as help text: one line per field with default, range and unit. */
int conf_help(
        const struct conf_field *fields, size_t count, struct buf *out, struct err *e) ERR_MUST_USE;

#endif
