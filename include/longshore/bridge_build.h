/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds a bridge version from pairs of an id and a record. The same pairs in any order give the
 * same plain bytes.
 *
 *   bridge_build_new -> bridge_build_add, once per row -> bridge_build_finish -> bridge_build_free
 *
 * Memory: memory_bytes for sorting, two bytes per record and column of one values shard, and the
 * rows of one batch. The rest is spilled to unnamed files in spill_dir. One thread owns a build.
 * Only finish writes to staging: first the pieces, create-once, then values/<version>/manifest, and
 * keys/<version>/manifest last. So a version exists completely or not at all.
 */
#ifndef LONGSHORE_BRIDGE_BUILD_H
#define LONGSHORE_BRIDGE_BUILD_H

#include "longshore/err.h"
#include "longshore/secret.h"
#include "longshore/store.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	BRIDGE_COLUMNS_MAX = 16,
	BRIDGE_VALUE_MAX = 4096,  /* bytes of one column */
	BRIDGE_VERSION_BYTES = 32 /* hex digits */
};

/* Texts and columns are borrowed until bridge_build_free. */
struct bridge_build_spec {
	struct store *staging;
	struct str tenant, bridge, id_kind, recipient;
	const struct str *columns; /* names, primary id first */
	size_t columns_count;
	bool one_to_one; /* false: n:1 */
	int key_epoch;
	struct str version; /* empty: bridge_build_name sets it before finish */
	struct secret fingerprint_key, mark_key;
	struct secret keys_scope, values_scope; /* staging keys of the version */
	const char *spill_dir;
	size_t memory_bytes; /* at least 1 MiB */
	int64_t shard_bytes; /* of keys and of values; 256 MiB, less in tests */
};

struct bridge_build;

struct bridge_build_facts {
	uint64_t pairs;    /* rows added */
	uint64_t repeated; /* exact duplicates among them */
	uint64_t records;
	uint64_t persons; /* distinct ids */
	uint64_t primaries;
};

int bridge_build_new(const struct bridge_build_spec *spec, struct bridge_build **out,
        struct err *e) ERR_MUST_USE;
/* row: counted over all objects; bridge_build_finish names it if pairs contradict each other.
 * ERR_REJECT ("bad_bridge"): the id or primary id is not valid (bridge_id_is_valid), or a value is
 * too long, is not UTF-8, or has a control character. The caller adds object and row. */
int bridge_build_add(struct bridge_build *b, struct str id, const struct str *values, int64_t row,
        struct err *e) ERR_MUST_USE;
/* Sets the version's id, a hash of all inputs (sources, columns, key epoch, shard_bytes), which may
 * be known only after all rows were read. version is borrowed until bridge_build_free. */
void bridge_build_name(struct bridge_build *b, struct str version, const struct secret *keys_scope,
        const struct secret *values_scope);
/* ERR_REJECT ("bad_bridge"): pairs violate the cardinality (the text has their number and the first
 * rows), or there are 2^32 records or more. */
int bridge_build_finish(
        struct bridge_build *b, struct bridge_build_facts *out, struct err *e) ERR_MUST_USE;
void bridge_build_free(struct bridge_build *b); /* accepts NULL */

#endif
