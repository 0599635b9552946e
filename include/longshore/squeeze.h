/* SPDX-License-Identifier: Apache-2.0
 * Short records in less room: raw deflate (RFC 1951) with a preset dictionary, for records of a few
 * hundred bytes that share most of their words. What is squeezed carries its length and a CRC-32C, so
 * a wrong dictionary or a damaged record is an error and never other bytes. Safe from several
 * threads; nothing blocks. */
#ifndef LONGSHORE_SQUEEZE_H
#define LONGSHORE_SQUEEZE_H

#include "longshore/arena.h"
#include "longshore/err.h"

enum {
	SQUEEZE_MARK = 0x5a,                 /* the first byte of everything squeezed */
	SQUEEZE_WORDS_MAX = 16 * 1024,       /* bytes of a dictionary */
	SQUEEZE_MAX_BYTES = 16 * 1024 * 1024 /* of a record before it is squeezed */
};

/* words: the dictionary, most useful words last; reading needs the same. Bytes that would not get
 * smaller come back as they are, unless they begin with the mark. An absent slice stays absent.
 * Errors: too_large (REJECT), out_of_memory. */
int squeeze(struct str bytes, struct str words, struct arena *mem, struct str *out,
        struct err *e) ERR_MUST_USE;

/* Bytes without the mark come back as they are, and uncopied. Errors: corrupt (REJECT), out_of_memory. */
int unsqueeze(struct str bytes, struct str words, struct arena *mem, struct str *out,
        struct err *e) ERR_MUST_USE;

#endif
