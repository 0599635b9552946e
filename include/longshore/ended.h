/* SPDX-License-Identifier: Apache-2.0
 *
 * Finished deliveries, as the scheduler lists them in staging, so that each service can remove the data
 * that it staged for them. Only the scheduler knows which deliveries are over, and only its owner writes
 * below a prefix.
 *
 *   specs/ended/<15 digits>-<8 hex>   a list, sealed for the scope "ended". The digits are its time in
 *                                     Unix milliseconds by the store's clock
 *   <prefix>/<mark>/<list>            how far the owner of the prefix has come, over all replicas
 *
 * A delivery may be listed twice. It is never listed while it can still change, or while it is the last
 * accepted delivery of its route, because the next one is compared with it.
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
	const char *prefix; /* owned by the caller */
	const char *mark;   /* "tidied": what for; a walk of another name has its own place */
	int64_t keep_ms;    /* lists that are younger wait */
	const atomic_bool *stop;
	/* Must be idempotent. ERR_REJECT: this delivery will never work; it is skipped and reported. */
	int (*each)(void *arg, const struct ended *what, struct err *e);
	void *arg;
};

/* Processes due lists, from where the last walk ended, a few at a time. A failure ends the walk; the next
 * one starts with the same list. */
int ended_walk(const struct ended_walk *w, struct err *e) ERR_MUST_USE;

/* The usual walk, called by a service's `tidy`: removes everything below "<prefix>/<delivery>/".
 * *out_removed grows by the number of objects, also on failure. */
struct ended_owner {
	struct store *staging;
	const struct keyring *keys;
	const char *prefix;
};
int ended_remove(const struct ended_owner *owner, const struct tidy_run *run, int64_t *out_removed,
        struct err *e) ERR_MUST_USE;

/* Removes lists older than age_ms; for the owner of specs/. *out_removed counts. */
int ended_forget(
        struct store *staging, int64_t age_ms, int64_t *out_removed, struct err *e) ERR_MUST_USE;

#endif
