/* SPDX-License-Identifier: Apache-2.0
 * Looks ids up in one bridge version, in batches, by their fingerprints. One thread owns a
 * lookup. */
#ifndef BRIDGE_WORKER_LOOKUP_H
#define BRIDGE_WORKER_LOOKUP_H

#include "op.h"

enum { LOOKUP_BATCH = 4096 };

struct lookup;

/* on_hits gets `count` hits in the order of the ids, with the tags of the ids. */
typedef int (*lookup_on_hits)(
        void *arg, const struct bridge_hit *hits, const uint8_t *tags, size_t count, struct err *e);

int lookup_new(const struct op *op, lookup_on_hits on_hits, void *arg, struct lookup **out,
        struct err *e) ERR_MUST_USE;
void lookup_free(struct lookup *l); /* accepts NULL */
/* The id must pass bridge_id_is_valid. */
int lookup_add(struct lookup *l, struct str id, uint8_t tag, struct err *e) ERR_MUST_USE;
int lookup_flush(struct lookup *l, struct err *e) ERR_MUST_USE;
const struct bridge_keys *lookup_keys(const struct lookup *l);

#endif
