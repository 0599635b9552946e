/* SPDX-License-Identifier: Apache-2.0
 * Lower-case hexadecimal. Decoding accepts both cases and nothing else. */
#ifndef LONGSHORE_HEX_H
#define LONGSHORE_HEX_H

#include "longshore/str.h"

void hex_encode(const void *bytes, size_t n, char *out /* 2n + 1, terminated */);
bool hex_decode(struct str hex, void *out,
        size_t out_bytes); /* false unless hex.n == 2 * out_bytes and all digits */

#endif
