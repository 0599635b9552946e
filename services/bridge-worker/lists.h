/* SPDX-License-Identifier: Apache-2.0
 *
 * Suppression lists: CSV sources of ids that must not be sent. A list's version is the hash over
 * its objects' pins (csv_source_facts.pins).
 */
#ifndef BRIDGE_WORKER_LISTS_H
#define BRIDGE_WORKER_LISTS_H

#include "op.h"

typedef int (*list_on_id)(void *arg, struct str id, struct err *e);

/* Calls on_id, which may be NULL, for each id of the list as it streams by. A list that is missing
 * or not complete is ERR_RETRY ("source_missing"); an empty list is an object with a header. */
int list_read(const struct op *op, const struct spec_suppression *list, list_on_id on_id, void *arg,
        struct csv_source_facts *out, struct err *e) ERR_MUST_USE;

#endif
