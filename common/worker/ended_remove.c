/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/ended.h"

#include <stdio.h>

struct removal {
	const struct ended_owner *owner;
	const atomic_bool *stop;
	int64_t *removed;
};

static int remove_one(void *arg, const struct ended *what, struct err *e)
{
	const struct removal *r = arg;
	char name[64];
	int64_t removed = 0;
	(void)snprintf(name, sizeof name, "%s/" STR_FMT, r->owner->prefix, STR_ARG(what->delivery));
	int act = store_remove_below(r->owner->staging, str_c(name), r->stop, &removed, e);
	*r->removed += removed;
	return act;
}

int ended_remove(const struct ended_owner *owner, const struct tidy_run *run, int64_t *out_removed,
        struct err *e)
{
	struct removal r = {.owner = owner, .stop = run->stop, .removed = out_removed};
	const struct ended_walk walk = {.staging = owner->staging,
	        .keys = owner->keys,
	        .prefix = owner->prefix,
	        .mark = "tidied",
	        .keep_ms = run->keep_ms,
	        .stop = run->stop,
	        .each = remove_one,
	        .arg = &r};
	return ended_walk(&walk, e);
}
