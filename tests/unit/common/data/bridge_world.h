/* SPDX-License-Identifier: Apache-2.0
 * Bridges to test: staging, keys and a cache directory of their own, and how to fill and ask one.
 */
#ifndef LONGSHORE_TESTS_BRIDGE_WORLD_H
#define LONGSHORE_TESTS_BRIDGE_WORLD_H

#include "folder.h"

#include "longshore/bridge.h"
#include "longshore/bridge_build.h"
#include "longshore/fingerprint.h"
#include "longshore/place.h"
#include "longshore/sealed.h"

enum { SHARD = 64 * 1024, MEMORY = 2 * 1024 * 1024 };

struct world {
	struct folder folder;
	struct store *staging;
	struct keyring *keys;
	char key_dir[128], cache_dir[128];
	struct secret fingerprint, mark;
};

static inline void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static inline int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err e;
	char root[96];
	assert_non_null(w);
	folder_make(&w->folder);
	folder_mkdir(&w->folder, "staging");
	(void)snprintf(root, sizeof(root), "%s/staging", w->folder.url);
	must(store_open(PLACE_AT(root), &w->staging, &e), &e);
	(void)snprintf(root, sizeof(root), "%s/keys", w->folder.path);
	must(keyring_init(root, false, &e), &e);
	(void)snprintf(w->key_dir, sizeof(w->key_dir), "%s/bridge-builder", root);
	must(keyring_open(w->key_dir, &w->keys, &e), &e);
	(void)snprintf(w->cache_dir, sizeof(w->cache_dir), "%s/cache", w->folder.path);
	memset(&w->fingerprint, 1, sizeof(w->fingerprint));
	memset(&w->mark, 2, sizeof(w->mark));
	*state = w;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *w = *state;
	keyring_close(w->keys);
	store_close(w->staging);
	folder_drop(&w->folder);
	free(w);
	return 0;
}

static const struct str columns[] = {{"token", 5}, {"extra", 5}};

static inline struct bridge_build_spec spec_of(
        struct world *w, const char *version, bool one_to_one, size_t columns_count)
{
	struct bridge_build_spec spec = {.staging = w->staging,
	        .version = str_c(version),
	        .tenant = STR("acme"),
	        .bridge = STR("tokens"),
	        .id_kind = STR("patient_id"),
	        .recipient = STR("partner"),
	        .columns = columns,
	        .columns_count = columns_count,
	        .one_to_one = one_to_one,
	        .key_epoch = 1,
	        .fingerprint_key = w->fingerprint,
	        .mark_key = w->mark,
	        .spill_dir = w->folder.path,
	        .memory_bytes = MEMORY,
	        .shard_bytes = SHARD};
	struct err e;
	must(keyring_staging(w->keys, STR("keys"), spec.version, &spec.keys_scope, &e), &e);
	must(keyring_staging(w->keys, STR("values"), spec.version, &spec.values_scope, &e), &e);
	return spec;
}

/* Pair i: id "p<i>", token by a permutation so that the order of ids is not that of tokens. */
static inline void token_of(unsigned i, char out[32])
{
	(void)snprintf(out, 32, "t%08x", i * 2654435761u);
}

static inline void add_pair(struct bridge_build *b, unsigned i, unsigned token, int64_t row)
{
	char id[32], value[32];
	struct err e;
	(void)snprintf(id, sizeof(id), "p%u", i);
	token_of(token, value);
	struct str values[2] = {str_c(value), STR("x")};
	must(bridge_build_add(b, str_c(id), values, row, &e), &e);
}

static inline void lookup(
        struct world *w, struct bridge_keys *keys, unsigned i, struct bridge_hit *out)
{
	char id[32];
	unsigned char fp[FINGERPRINT_BYTES];
	struct err e;
	struct fingerprinter *f = NULL;
	(void)snprintf(id, sizeof(id), "p%u", i);
	struct str s = str_c(id);
	must(fingerprinter_new(&w->fingerprint, STR("acme"), STR("patient_id"), &f, &e), &e);
	must(fingerprint_batch(f, &s, 1, fp, &e), &e);
	must(bridge_keys_lookup(keys, fp, 1, out, &e), &e);
	fingerprinter_free(f);
}

/* A version of n pairs, each person with a record of his own. */
static inline void build_plain(struct world *w, const char *version, unsigned n)
{
	struct bridge_build_spec spec = spec_of(w, version, true, 1);
	struct bridge_build *b = NULL;
	struct bridge_build_facts facts;
	struct err e;
	must(bridge_build_new(&spec, &b, &e), &e);
	for (unsigned i = 0; i < n; i++)
		add_pair(b, i, i, i + 1);
	must(bridge_build_finish(b, &facts, &e), &e);
	bridge_build_free(b);
}

static inline void open_cache(struct world *w, int64_t max_bytes, struct bridge_cache **out)
{
	struct err e;
	must(bridge_cache_open(w->staging, w->keys, w->cache_dir, max_bytes, out, &e), &e);
}

#endif
