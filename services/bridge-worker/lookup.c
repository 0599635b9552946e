/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup.h"

#include "longshore/fingerprint.h"

#include <stdlib.h>

struct lookup {
	struct bridge_keys *keys;
	struct fingerprinter *prints;
	lookup_on_hits on_hits;
	void *arg;
	struct buf ids;
	size_t ends[LOOKUP_BATCH];
	uint8_t tags[LOOKUP_BATCH];
	size_t count;
	struct str slices[LOOKUP_BATCH];
	struct bridge_hit hits[LOOKUP_BATCH];
	unsigned char fingerprints[LOOKUP_BATCH * FINGERPRINT_BYTES];
};

/* The version of another bridge would only fail to match. Say so instead. */
static int check_version(const struct bridge_keys *keys, const struct spec *spec, struct err *e)
{
	if (!str_eq(bridge_keys_tenant(keys), spec->tenant) ||
	        !str_eq(bridge_keys_bridge(keys), spec->bridge.name))
		return err_set(e, ERR_REJECT, CODE_BAD_TASK,
		        "the task's bridge version is not one of bridge " STR_FMT,
		        STR_ARG(spec->bridge.name));
	if (!str_eq(bridge_keys_id_kind(keys), spec->audience.id_kind))
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC,
		        "audience " STR_FMT " has ids of kind " STR_FMT
		        ", its bridge maps " STR_FMT,
		        STR_ARG(spec->audience.name), STR_ARG(spec->audience.id_kind),
		        STR_ARG(bridge_keys_id_kind(keys)));
	return 0;
}

static int open_keys(struct lookup *l, const struct op *op, struct err *e)
{
	const struct spec *spec = op->spec;
	struct secret key;
	int act = bridge_keys_open(op->worker->cache, op->task->bridge_version, &l->keys, e);
	if (act == 0)
		act = check_version(l->keys, spec, e);
	if (act == 0)
		act = keyring_fingerprint(op->worker->keys, spec->tenant, spec->bridge.name,
		        bridge_keys_epoch(l->keys), &key, e);
	if (act != 0)
		return act;
	act = fingerprinter_new(&key, spec->tenant, spec->audience.id_kind, &l->prints, e);
	if (act == 0)
		act = bridge_keys_check(l->keys, &key, e);
	secret_wipe(&key);
	return act;
}

int lookup_new(
        const struct op *op, lookup_on_hits on_hits, void *arg, struct lookup **out, struct err *e)
{
	struct lookup *l = calloc(1, sizeof(*l));
	if (!l)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to look ids up");
	buf_init(&l->ids, (size_t)LOOKUP_BATCH * FINGERPRINT_ID_MAX);
	l->on_hits = on_hits;
	l->arg = arg;
	int act = open_keys(l, op, e);
	if (act != 0) {
		lookup_free(l);
		return act;
	}
	*out = l;
	return 0;
}

void lookup_free(struct lookup *l)
{
	if (!l)
		return;
	bridge_keys_release(l->keys);
	fingerprinter_free(l->prints);
	if (l->ids.p)
		wipe(l->ids.p, l->ids.cap);
	buf_release(&l->ids);
	free(l);
}

int lookup_add(struct lookup *l, struct str id, uint8_t tag, struct err *e)
{
	int act = buf_append_str(&l->ids, bridge_id_canonical(id), e);
	if (act != 0)
		return act;
	l->ends[l->count] = l->ids.n;
	l->tags[l->count++] = tag;
	return l->count == LOOKUP_BATCH ? lookup_flush(l, e) : 0;
}

int lookup_flush(struct lookup *l, struct err *e)
{
	size_t at = 0, n = l->count;
	for (size_t i = 0; i < n; i++) {
		l->slices[i] = str_bytes(l->ids.p + at, l->ends[i] - at);
		at = l->ends[i];
	}
	l->count = 0;
	int act = fingerprint_batch(l->prints, l->slices, n, l->fingerprints, e);
	if (act == 0)
		act = bridge_keys_lookup(l->keys, l->fingerprints, n, l->hits, e);
	buf_clear(&l->ids);
	return act == 0 ? l->on_hits(l->arg, l->hits, l->tags, n, e) : act;
}

const struct bridge_keys *lookup_keys(const struct lookup *l)
{
	return l->keys;
}
