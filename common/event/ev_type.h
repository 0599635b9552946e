/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables that scripts/gen-events generates from the schemas. They describe the generated structs.
 * Encoding and decoding share them, so the two cannot disagree. Constant.
 */
#ifndef LONGSHORE_EVENT_EV_TYPE_H
#define LONGSHORE_EVENT_EV_TYPE_H

#include "longshore/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ev_kind {
	EVK_TEXT,   /* struct str, UTF-8 without NUL; nullable: p == NULL */
	EVK_BYTES,  /* struct str; nullable: p == NULL */
	EVK_INT,    /* int32_t */
	EVK_LONG,   /* int64_t */
	EVK_BOOL,   /* bool */
	EVK_ENUM,   /* a C enum, stored as int32_t */
	EVK_RECORD, /* embedded struct; nullable: a pointer to it */
	EVK_ARRAY,  /* pointer to records; another member has their number */
};

struct ev_enum {
	const char *name;
	const char *const *symbols;
	size_t count;
	int32_t default_index; /* replaces an unknown symbol; -1: an unknown symbol is an error */
};

struct ev_record;

struct ev_field {
	const char *name;
	enum ev_kind kind;
	bool is_nullable;
	bool has_default; /* nullable: NULL; array: empty; others: the members below */
	size_t offset;
	size_t count_offset; /* EVK_ARRAY */
	size_t limit;        /* EVK_ARRAY: items; EVK_TEXT, EVK_BYTES: bytes */
	bool is_bounded;     /* EVK_INT, EVK_LONG: a message's value must be in the range */
	int64_t least, most;
	const struct ev_record *record; /* EVK_RECORD, EVK_ARRAY */
	const struct ev_enum *symbols;  /* EVK_ENUM */
	const char *default_text;
	size_t default_text_bytes;
	int64_t default_number;
};

struct ev_record {
	const char *name;
	const struct ev_field *fields; /* in the order of the encoding */
	size_t count;
	size_t struct_bytes;
};

struct ev_type {
	const struct ev_record *record;
	uint64_t fingerprint;
	struct str schema; /* parsing canonical form */
};

extern const struct ev_type *const ev_type_list[]; /* sorted by name */
extern const size_t ev_type_list_count;

#endif
