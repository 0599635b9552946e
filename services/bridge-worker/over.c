/* SPDX-License-Identifier: Apache-2.0 */
#include "over.h"

#include <stdio.h>

enum { NAME_BYTES = 160 };

struct removal {
	struct store *staging;
	const atomic_bool *stop;
	int64_t *removed;
	struct str route_id; /* of the current delivery */
};

/* A baseline has the name of the combine task whose members it copies. */
static int remove_baseline(void *arg, struct str name, struct err *e)
{
	const struct removal *r = arg;
	char baseline[NAME_BYTES];
	size_t at = name.n;
	while (at > 0 && name.p[at - 1] != '/')
		at--;
	if (!str_has_suffix(name, STR(".members")))
		return 0;
	int n = snprintf(baseline, sizeof baseline, "selections/" STR_FMT "/%.*s",
	        STR_ARG(r->route_id), (int)(name.n - at), name.p + at);
	if (n < 0 || (size_t)n >= sizeof baseline)
		return err_set(e, ERR_REJECT, CODE_BAD_NAME, "the name of a baseline is too long");
	if (store_remove(r->staging, str_c(baseline), e) != 0)
		return e->act;
	++*r->removed;
	return 0;
}

/* Baselines first: a repeat after a crash still finds their names. */
static int remove_one(void *arg, const struct ended *what, struct err *e)
{
	struct removal *r = arg;
	char name[NAME_BYTES];
	int64_t removed = 0;
	int n = snprintf(name, sizeof name, "selections/" STR_FMT "/", STR_ARG(what->delivery));
	r->route_id = what->route_id;
	if (store_list(r->staging, str_bytes(name, (size_t)n), remove_baseline, r, e) != 0)
		return e->act;
	int act = store_remove_below(
	        r->staging, str_bytes(name, (size_t)n - 1), r->stop, &removed, e);
	*r->removed += removed;
	return act;
}

int over_remove(struct store *staging, const struct keyring *keys, const struct tidy_run *run,
        int64_t *out_removed, struct err *e)
{
	struct removal r = {.staging = staging, .stop = run->stop, .removed = out_removed};
	const struct ended_walk walk = {.staging = staging,
	        .keys = keys,
	        .prefix = "selections",
	        .mark = "tidied",
	        .keep_ms = run->keep_ms,
	        .stop = run->stop,
	        .each = remove_one,
	        .arg = &r};
	return ended_walk(&walk, e);
}
