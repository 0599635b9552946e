/* SPDX-License-Identifier: Apache-2.0
 *
 * A slice of bytes that somebody else owns. Not terminated; may hold any byte. p is NULL only where
 * a header says that the value may be absent; then n is 0. Terminated strings exist only at a
 * foreign border.
 */
#ifndef LONGSHORE_STR_H
#define LONGSHORE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_c(const char *text) /* text may be NULL: absent */
{
	return (struct str){text, text ? strlen(text) : 0};
}

static inline struct str str_bytes(const void *p, size_t n)
{
	return (struct str){p, n};
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Byte order, a prefix before what it begins. */
int str_cmp(struct str a, struct str b);
bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);
/* Position of byte c at or after `from`, or -1. */
ptrdiff_t str_find(struct str s, char c, size_t from);
/* Without spaces, tabs and line ends on both sides. */
struct str str_trim(struct str s);
/* Whole slice as a decimal number; false (out untouched) for anything else, including overflow and
 * an empty slice. */
bool str_to_i64(struct str s, int64_t *out);
/* Bytes of the well-formed UTF-8 character that s begins with; 0 where there is none. */
size_t str_utf8_length(struct str s);
bool str_is_utf8(struct str s);
/* How many bytes from the beginning are printable ASCII (0x20 to 0x7e) for sure: counted by eight,
 * so up to seven more may be. For passing quickly over what needs no closer look. */
size_t str_plain_length(struct str s);

#endif
