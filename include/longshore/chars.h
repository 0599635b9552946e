/* SPDX-License-Identifier: Apache-2.0
 * Character classes, as far as names and ids need them. Pure. */
#ifndef LONGSHORE_CHARS_H
#define LONGSHORE_CHARS_H

#include "longshore/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Decodes the first character of s and returns its length in bytes; 0 if it is not UTF-8. */
size_t char_first(struct str s, uint32_t *out);

/* White_Space of the Unicode Character Database, and the invisible characters that exports leave
 * around a value: joiners, direction marks, soft hyphens and byte order marks. */
bool char_is_blank(uint32_t c);

/* Lower case of Latin, Greek, Cyrillic, Armenian and full-width ASCII, which becomes plain ASCII.
 * Returns other characters unchanged. */
uint32_t char_fold(uint32_t c);

/* True if both are the name of the same person. Only blanks and case are ignored: two spellings of
 * a letter with an accent are two names. */
bool person_is_same(struct str a, struct str b);
/* True if the name has only blanks, or nothing. */
bool person_is_nobody(struct str name);

#endif
