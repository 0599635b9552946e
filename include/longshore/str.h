/* SPDX-License-Identifier: Apache-2.0
 *
 * A slice of bytes that somebody else owns. It is not terminated and may have any byte. p is NULL
 * only if a header allows an absent value; then n is 0. Terminated strings exist only at the border
 * to foreign APIs. */
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

/* Byte order; a prefix sorts before longer slices. */
int str_cmp(struct str a, struct str b);
bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);
/* Position of byte c at or after `from`, or -1. */
ptrdiff_t str_find(struct str s, char c, size_t from);
/* Removes spaces, tabs and line ends from both ends. */
struct str str_trim(struct str s);
/* Parses the whole slice as a decimal number. false (out untouched) for anything else, including
 * overflow and an empty slice. */
bool str_to_i64(struct str s, int64_t *out);
/* Length in bytes of the well-formed UTF-8 character at the start of s; 0 if there is none. */
size_t str_utf8_length(struct str s);
bool str_is_utf8(struct str s);
/* Number of leading bytes known to be printable ASCII (0x20 to 0x7e). It counts in steps of eight,
 * so up to seven more may be. For skipping quickly what needs no closer look. */
size_t str_plain_length(struct str s);

#endif
