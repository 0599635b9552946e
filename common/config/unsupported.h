/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds properties in a destination's model that are not honoured yet, so that none is silently
 * ignored.
 */
#ifndef LONGSHORE_CONFIG_UNSUPPORTED_H
#define LONGSHORE_CONFIG_UNSUPPORTED_H

#include "document.h"

/* Returns paths such as "packaging.encryption", in the order of the document. They live in the
 * documents' arena. */
void unsupported_find(const struct document *destination, struct str **out, size_t *out_count);

#endif
