/* SPDX-License-Identifier: Apache-2.0
 *
 * An id is computed from its cause: SHA-256 over a tag and length-prefixed fields, the first 16
 * bytes in hex. The same cause gives the same id, and another cause another id; nothing is random.
 *
 * Encoding: each field is an 8-byte little-endian length and its bytes. A number is a field with
 * its decimal text.
 */
#ifndef LONGSHORE_ID_H
#define LONGSHORE_ID_H

#include "longshore/str.h"

enum { ID_TEXT_BYTES = 33 };

struct id {
	char text[ID_TEXT_BYTES]; /* 32 hex digits, terminated */
};

struct id_hash;

struct id_hash *id_begin(struct str tag) __attribute__((returns_nonnull)); /* "delivery/1" */
void id_add(struct id_hash *h, struct str field);
void id_add_num(struct id_hash *h, int64_t number);
struct id id_end(struct id_hash *h); /* frees h */

/* tag and fields in one call. */
struct id id_of(const char *tag, const struct str *fields, size_t count);

static inline struct str id_str(const struct id *id)
{
	return str_c(id->text);
}

#endif
