/* SPDX-License-Identifier: Apache-2.0
 *
 * What `apply` reads and looks at outside the documents: files, zones, drops; and what it warns of.
 */
#ifndef CLI_APPLY_H
#define CLI_APPLY_H

#include "cli.h"
#include "longshore/documents.h"

/* The documents of a file, or of the *.yaml and *.yml directly below a directory, in order of their
 * names. What is read borrows from cli->mem. */
int apply_read_files(
        struct cli *cli, const char *path, struct read_documents *read, struct err *e) ERR_MUST_USE;

/* Zones as the scheduler finds them below `folder`; borrowed. */
struct document_world apply_world(const char *folder);

/* Tries every drop of the buckets that were read; what one cannot do becomes a mistake. */
void apply_probe_drops(struct read_documents *read);

/* Routes that were read and will be held for a property that is not honoured yet, on standard
 * error. */
void apply_warn(const struct read_documents *read, const struct spec_document *applied,
        size_t applied_count);

#endif
