/* SPDX-License-Identifier: Apache-2.0
 *
 * Compresses short records: raw deflate (RFC 1951) with a preset dictionary, for records of a few
 * hundred bytes that share most of their words. The output has its length and a CRC-32C, so a wrong
 * dictionary or a damaged record is an error and never gives other bytes. Safe from several
 * threads; does not block.
 */
#ifndef LONGSHORE_SQUEEZE_H
#define LONGSHORE_SQUEEZE_H

#include "longshore/arena.h"
#include "longshore/err.h"

enum {
	SQUEEZE_MARK = 0x5a,                 /* the first byte of all squeezed output */
	SQUEEZE_WORDS_MAX = 16 * 1024,       /* bytes of a dictionary */
	SQUEEZE_MAX_BYTES = 16 * 1024 * 1024 /* of a record before compression */
};

/* words: the dictionary, most useful words last; unsqueeze needs the same one. Bytes that would not
 * get smaller are returned unchanged, unless they begin with the mark. An absent slice stays
 * absent. Errors: too_large (REJECT), out_of_memory. */
int squeeze(struct str bytes, struct str words, struct arena *mem, struct str *out,
        struct err *e) ERR_MUST_USE;

/* Bytes without the mark are returned as they are, without a copy. Errors: corrupt (REJECT),
 * out_of_memory. */
int unsqueeze(struct str bytes, struct str words, struct arena *mem, struct str *out,
        struct err *e) ERR_MUST_USE;

#endif
