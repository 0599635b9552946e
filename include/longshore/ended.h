/* SPDX-License-Identifier: Apache-2.0
 *
 * Deliveries that are over, as the scheduler names them in staging, so that each service can remove
 * what it staged for them. Nobody but the scheduler knows what is over, and nobody but its owner
 * writes below a prefix.
 *
 *   specs/ended/<15 digits>-<8 hex>   a list, sealed for the scope "ended". The digits are its time in
 *                                     Unix milliseconds by the store's clock
 *   <prefix>/<mark>/<list>            how far the owner of the prefix has come, through all replicas
 *
 * A delivery may be named twice. It is never named while it can still change, nor while it is the
 * last accepted one of its route, which the next one is compared with.
 */
#ifndef LONGSHORE_ENDED_H
#define LONGSHORE_ENDED_H

#include "longshore/keyring.h"
#include "longshore/store.h"
#include "longshore/tidy.h"

enum { ENDED_LIST_MAX = 10000, ENDED_LISTS_A_TURN = 8 };

struct ended {
	struct str delivery; /* 32 hex digits each */
	struct str route_id;
};

/* Writes a list; of at most ENDED_LIST_MAX, else ERR_REJECT ("too_large"). */
int ended_tell(struct store *staging, const struct keyring *keys, const struct ended *items,
        size_t count, struct err *e) ERR_MUST_USE;

struct ended_walk {
	struct store *staging;
	const struct keyring *keys;
	const char *prefix; /* that the caller owns */
	const char *mark;   /* "tidied": what for; a walk of another name has its own place */
	int64_t keep_ms;    /* lists that are younger wait */
	const atomic_bool *stop;
	/* Must be idempotent. ERR_REJECT: this one never can; it is passed over, and told. */
	int (*each)(void *arg, const struct ended *what, struct err *e);
	void *arg;
};

/* Through the lists that are due, from where the last walk ended, a few at a time. A failure ends it;
 * the next one begins with the same list. */
int ended_walk(const struct ended_walk *w, struct err *e) ERR_MUST_USE;

/* The plain walk, to be called by a service's `tidy`: what lies below "<prefix>/<delivery>/" goes.
 * *out_removed grows by the objects, also on failure. */
struct ended_owner {
	struct store *staging;
	const struct keyring *keys;
	const char *prefix;
};
int ended_remove(const struct ended_owner *owner, const struct tidy_run *run, int64_t *out_removed,
        struct err *e) ERR_MUST_USE;

/* Removes lists that are older than that; for the owner of specs/. *out_removed counts. */
int ended_forget(
        struct store *staging, int64_t age_ms, int64_t *out_removed, struct err *e) ERR_MUST_USE;

#endif
