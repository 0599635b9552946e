/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of staged objects that are too long for an event. The scheduler writes them to
 * specs/<delivery>/<sha256>.list, sealed under the delivery's key; combine and manifest tasks read
 * them. One line per object, in order of the tasks' index, with fields separated by tabs: name,
 * sha256, bytes, rows, label, plain_sha256. No field has a tab or a line end.
 */
#ifndef LONGSHORE_REFLIST_H
#define LONGSHORE_REFLIST_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/err.h"

struct reflist_item {
	struct str name; /* in staging */
	struct str sha256;
	int64_t bytes;
	int64_t rows;
	struct str label;        /* file name at the destination, for manifests; may be empty */
	struct str plain_sha256; /* may be empty */
};

enum { REFLIST_MAX_BYTES = 64 * 1024 * 1024 };

int reflist_add(struct buf *out, const struct reflist_item *item, struct err *e) ERR_MUST_USE;
/* *out lives in mem; ERR_REJECT ("corrupt") names the line. */
int reflist_parse(struct str text, struct arena *mem, struct reflist_item **out, size_t *out_count,
        struct err *e) ERR_MUST_USE;

#endif
