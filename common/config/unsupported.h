/* SPDX-License-Identifier: Apache-2.0
 * Which properties of a destination's model are asked for and not honoured yet: nothing is silently
 * ignored. */
#ifndef LONGSHORE_CONFIG_UNSUPPORTED_H
#define LONGSHORE_CONFIG_UNSUPPORTED_H

#include "document.h"

/* Paths such as "packaging.encryption", in the order of the document; lives in the documents'
 * arena. */
void unsupported_find(const struct document *destination, struct str **out, size_t *out_count);

#endif
