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
	struct row_places
	        invalid; /* rows whose id cannot be one: they suppress nobody; in op->mem */
};

/* Calls on_id, which may be NULL, for each valid id of the list as it streams by; counts the others. A
 * list that is missing or not complete is ERR_RETRY ("source_missing"); an empty list is an object with
 * a header. */
int list_read(const struct op *op, const struct spec_suppression *list, list_on_id on_id, void *arg,
        struct list_facts *out, struct err *e) ERR_MUST_USE;

#endif
