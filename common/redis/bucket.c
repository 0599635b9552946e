/* SPDX-License-Identifier: Apache-2.0 */
#include "bucket.h"

enum { SWEEP_PAUSE_US = 1000000 };

/* --- names --- */

static uint64_t hash_on(uint64_t hash, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	return (hash ^ 0xff) * UINT64_C(1099511628211); /* ends the text */
}

/* FNV-1a with its high half mixed into the low bits, which select the slot. Two names with the same
 * hash share a time; that only costs time. */
static uint64_t hash_of(struct str name, struct str claim)
{
	uint64_t hash = hash_on(UINT64_C(14695981039346656037), name);
	if (claim.p)
		hash = hash_on(hash, claim);
	hash ^= hash >> 32;
	return hash ? hash : 1;
}

/* --- claims --- */

static size_t slot_after(size_t at)
{
	return (at + 1) % CLAIMS_SLOTS;
}

/* Returns the claim's slot, or the free slot where it belongs. */
static struct claim *find(struct buckets *b, uint64_t name)
{
	size_t at = name % CLAIMS_SLOTS;
	while (b->claims[at].name && b->claims[at].name != name)
		at = slot_after(at);
	return &b->claims[at];
}

/* Moves later claims of the same probe sequence up, so no search ends at the gap. */
static void drop(struct buckets *b, struct claim *gone)
{
	size_t gap = (size_t)(gone - b->claims);
	b->claims[gap].name = 0;
	b->claims_count--;
	for (size_t at = slot_after(gap); b->claims[at].name; at = slot_after(at)) {
		size_t home = b->claims[at].name % CLAIMS_SLOTS;
		size_t way = (at + CLAIMS_SLOTS - home) % CLAIMS_SLOTS;
		if (way < (at + CLAIMS_SLOTS - gap) % CLAIMS_SLOTS)
			continue;
		b->claims[gap] = b->claims[at];
		b->claims[at].name = 0;
		gap = at;
	}
}

/* Drops claims whose owners never came back. After a drop, looks at the same slot again, because
 * another claim may have moved there. */
static void sweep(struct buckets *b, int64_t now_us)
{
	int64_t since_us = now_us - b->swept_us;
	if (b->swept_us && since_us >= 0 && since_us < SWEEP_PAUSE_US)
		return;
	b->swept_us = now_us;
	for (size_t at = 0; at < CLAIMS_SLOTS;) {
		struct claim *c = &b->claims[at];
		if (c->name && c->at_us + CLAIM_KEEP_MS * INT64_C(1000) < now_us)
			drop(b, c);
		else
			at++;
	}
}

static bool has_room(struct buckets *b, int64_t now_us)
{
	if (b->claims_count >= CLAIMS_MAX)
		sweep(b, now_us);
	return b->claims_count < CLAIMS_MAX;
}

/* --- buckets --- */

/* If all buckets are in use, one whose time has passed restarts under the new name, which only
 * slows that name down. If none has passed, the bucket with the earliest time is shared, which
 * slows down both. */
static struct bucket *bucket_of(
        struct buckets *b, uint64_t name, int64_t now_us, int64_t tolerance_us)
{
	struct bucket *best = &b->items[0];
	for (size_t i = 0; i < BUCKETS_MAX; i++) {
		struct bucket *item = &b->items[i];
		if (item->name == name)
			return item;
		if (best->name && (!item->name || item->at_us < best->at_us))
			best = item;
	}
	if (!best->name || best->at_us <= now_us)
		*best = (struct bucket){.name = name, .at_us = now_us + tolerance_us};
	return best;
}

static int64_t ms_up(int64_t us)
{
	return (us + 999) / 1000;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t buckets_take(struct buckets *b, struct str name, struct str claim,
        const struct memo_rate *rate, int64_t now_ms)
{
	int64_t now_us = now_ms * 1000;
	struct claim *held = claim.p ? find(b, hash_of(name, claim)) : NULL;
	if (held && held->name) {
		if (held->at_us > now_us)
			return ms_up(held->at_us - now_us);
		drop(b, held);
		return 0;
	}
	double interval_us = 1e6 / rate->per_second;
	int64_t tolerance_us = (int64_t)(rate->burst * interval_us);
	int64_t cost_us = (int64_t)(rate->cost * interval_us);
	struct bucket *bucket =
	        bucket_of(b, hash_of(name, (struct str){NULL, 0}), now_us, tolerance_us);
	bucket->at_us = later(bucket->at_us, now_us);
	int64_t wait_us = bucket->at_us + cost_us - tolerance_us - now_us;
	if (wait_us > 0 && claim.p && !has_room(b, now_us)) {
		bucket->queue_us = later(bucket->queue_us, bucket->at_us) + cost_us;
		return ms_up(bucket->queue_us - tolerance_us - now_us);
	}
	bucket->at_us += cost_us;
	if (wait_us <= 0)
		return 0;
	if (claim.p) {
		*find(b, hash_of(name, claim)) =
		        (struct claim){hash_of(name, claim), now_us + wait_us};
		b->claims_count++;
	}
	return ms_up(wait_us);
}
