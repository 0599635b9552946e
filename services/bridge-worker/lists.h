/* SPDX-License-Identifier: Apache-2.0
 *
 * Suppression lists: sources of ids that must not be sent. A list's version is SHA-256 over a line
 * "name\tbytes\tsha256\n" for each of its objects, in order.
 */
#ifndef BRIDGE_WORKER_LISTS_H
#define BRIDGE_WORKER_LISTS_H

#include "op.h"

struct list_facts {
	char version[SHA256_HEX];
	int64_t ids, bytes;
	int64_t modified_ms; /* newest object; Unix ms */
};

/* Calls on_id for each id of the list as it streams by, and gives what was read. A list that is
 * missing or not complete is ERR_RETRY ("source_missing"). */
int list_read(const struct op *op, const struct spec_suppression *list,
        int (*on_id)(void *arg, struct str id, struct err *e), void *arg, struct list_facts *out,
        struct err *e) ERR_MUST_USE;

#endif
