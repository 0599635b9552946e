/* SPDX-License-Identifier: Apache-2.0
 *
 * Configuration as people write it: YAML files of one or more documents, each with kind and name.
 * Reading turns them into canonical JSON bodies (keys sorted, compact): plain whole numbers, true,
 * false and null keep their meaning, everything else is text.
 *
 * Mistakes are collected, all of them, as lines "FILE:LINE: what is wrong" in `report`.
 */
#ifndef LONGSHORE_DOCUMENTS_H
#define LONGSHORE_DOCUMENTS_H

#include "longshore/buf.h"
#include "longshore/spec.h"

#include <stdbool.h>

#define DOCUMENT_KINDS \
	"Tenant, Audience, Bridge, Destination, Bucket, SuppressionList, Route, ConceptGroup, " \
	"Credential"
bool documents_has_kind(struct str kind);

enum { DOCUMENTS_MAX = 10000, DOCUMENT_FILE_MAX = 16 * 1024 * 1024 };

struct read_document {
	struct spec_document document;
	const char *file;      /* where it stands, for messages; borrowed */
	int line;              /* from 1 */
	char hash[SHA256_HEX]; /* of the body */
};

struct read_documents {
	struct read_document *items; /* DOCUMENTS_MAX; the caller's */
	size_t count;
};

/* Appends the documents of one file; text lives as long as the caller needs the messages. Returns 0
 * also where mistakes were reported; ERR_REJECT ("too_large") past DOCUMENTS_MAX. */
int documents_read(const char *file, struct str text, struct arena *mem, struct read_documents *out,
        struct buf *report, struct err *e) ERR_MUST_USE;

/* What can only be seen together: a document twice, and every route and bridge of `read` resolved
 * over `read` and `applied` (whatever `read` replaces must not be in `applied`). */
int documents_check(const struct read_documents *read, const struct spec_document *applied,
        size_t applied_count, struct arena *mem, struct buf *report, struct err *e) ERR_MUST_USE;

#endif
