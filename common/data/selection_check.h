/* SPDX-License-Identifier: Apache-2.0
 * Is this the portable Roaring format, arrays and bitsets only, whole and in order? Pure; trusts no byte.
 * ERR_REJECT ("corrupt") otherwise. Format: github.com/RoaringBitmap/RoaringFormatSpec. */
#ifndef LONGSHORE_DATA_SELECTION_CHECK_H
#define LONGSHORE_DATA_SELECTION_CHECK_H

#include "longshore/err.h"
#include "longshore/str.h"

int selection_check(struct str bytes, struct err *e) ERR_MUST_USE;

#endif
