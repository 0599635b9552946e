/* SPDX-License-Identifier: Apache-2.0 */
#include "bucket.h"

#include <stdio.h>

static void name_of(char out[BUCKET_NAME_BYTES], struct str name, struct str claim)
{
	(void)snprintf(out, BUCKET_NAME_BYTES, STR_FMT "\n" STR_FMT, STR_ARG(name), STR_ARG(claim));
}

static struct bucket *find(struct buckets *b, const char *name)
{
	for (size_t i = 0; i < BUCKETS_MAX; i++) {
		if (b->items[i].is_used && strcmp(b->items[i].name, name) == 0)
			return &b->items[i];
	}
	return NULL;
}

static struct bucket *make(struct buckets *b, const char *name, int64_t at_us)
{
	struct bucket *best = &b->items[0];
	for (size_t i = 0; i < BUCKETS_MAX && best->is_used; i++) {
		if (!b->items[i].is_used || b->items[i].at_us < best->at_us)
			best = &b->items[i];
	}
	*best = (struct bucket){.at_us = at_us, .is_used = true};
	(void)snprintf(best->name, sizeof(best->name), "%s", name);
	return best;
}

static int64_t ms_up(int64_t us)
{
	return (us + 999) / 1000;
}

int64_t buckets_take(struct buckets *b, struct str name, struct str claim,
        const struct memo_rate *rate, int64_t now_ms)
{
	char key[BUCKET_NAME_BYTES];
	int64_t now_us = now_ms * 1000;
	if (claim.p) {
		name_of(key, name, claim);
		struct bucket *held = find(b, key);
		if (held && held->at_us > now_us)
			return ms_up(held->at_us - now_us);
		if (held) {
			held->is_used = false;
			return 0;
		}
	}
	double interval_us = 1e6 / rate->per_second;
	int64_t tolerance_us = (int64_t)(rate->burst * interval_us);
	char bucket_key[BUCKET_NAME_BYTES];
	name_of(bucket_key, name, (struct str){NULL, 0});
	struct bucket *bucket = find(b, bucket_key);
	if (!bucket)
		bucket = make(b, bucket_key, now_us + tolerance_us);
	if (bucket->at_us < now_us)
		bucket->at_us = now_us;
	bucket->at_us += (int64_t)(rate->cost * interval_us);
	int64_t wait_us = bucket->at_us - tolerance_us - now_us;
	if (wait_us <= 0)
		return 0;
	if (claim.p)
		(void)make(b, key, now_us + wait_us);
	return ms_up(wait_us);
}
