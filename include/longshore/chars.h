/* SPDX-License-Identifier: Apache-2.0
 * What characters are, as far as names and ids need it. Pure. */
#ifndef LONGSHORE_CHARS_H
#define LONGSHORE_CHARS_H

#include "longshore/str.h"

#include <stdbool.h>
#include <stdint.h>

/* The character that s begins with, and its bytes; 0 bytes where that is not UTF-8. */
size_t char_first(struct str s, uint32_t *out);

/* White_Space of the Unicode Character Database, and the invisible ones that exports leave beside a
 * value: joiners, direction marks, soft hyphens and byte order marks. */
bool char_is_blank(uint32_t c);

/* The small letter of a capital one: Latin, Greek, Cyrillic, Armenian, and the wide forms of ASCII, which become
 * ASCII. Others as they are. */
uint32_t char_fold(uint32_t c);

/* Are these one person's name? Blanks and case make no difference; that is all: two ways to write a letter with
 * an accent are two names. */
bool person_is_same(struct str a, struct str b);
/* Is there nothing but blanks? */
bool person_is_nobody(struct str name);

#endif
