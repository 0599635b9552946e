/* SPDX-License-Identifier: Apache-2.0
 *
 * Suppression lists: CSV sources of ids that must not be sent. A list's version is the hash over
 * its objects' pins (row_source_facts.pins).
 */
#ifndef BRIDGE_WORKER_LISTS_H
#define BRIDGE_WORKER_LISTS_H

#include "op.h"

typedef int (*list_on_id)(void *arg, struct str id, struct err *e);

struct list_facts {
	struct row_source_facts source;
	struct row_places invalid; /* rows with an invalid id, which suppress nobody; in op->mem */
};

/* Reads the list and calls on_id, which may be NULL, for each valid id; counts the others.
 * ERR_RETRY ("source_missing") if the list is missing or incomplete. An empty list is an object
 * with a header. */
int list_read(const struct op *op, const struct spec_suppression *list, list_on_id on_id, void *arg,
        struct list_facts *out, struct err *e) ERR_MUST_USE;

#endif
