/* SPDX-License-Identifier: Apache-2.0
 *
 * What `apply` looks at outside the documents: zones, drops; and what it warns of.
 */
#ifndef CLI_APPLY_H
#define CLI_APPLY_H

#include "longshore/documents.h"

/* Zones as the scheduler finds them below `folder`; borrowed. */
struct document_world apply_world(const char *folder);

/* Tries every drop of the buckets that were read; what one cannot do becomes a mistake. */
void apply_probe_drops(struct read_documents *read);

/* Routes that were read and will be held for a property that is not honoured yet, on standard
 * error. */
void apply_warn(const struct read_documents *read, const struct spec_document *applied,
        size_t applied_count);

#endif
