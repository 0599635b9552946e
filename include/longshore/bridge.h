/* SPDX-License-Identifier: Apache-2.0
 *
 * Bridge versions: immutable sets of sealed pieces in staging. The keys side maps ids to ordinals,
 * the values side maps ordinals to the partner's records. After a build, no service has both sides.
 *
 *   keys/<version>/manifest, keys.NNN, leader, marks       read by bridge-worker
 *   values/<version>/manifest, values.NNN                  read by formatter
 *
 * Every piece is sealed under keyring_staging(prefix, version). Readers decrypt each piece once
 * into a cache directory (mode 0700), named by content hash, verify it once, and map it. Threads
 * share the maps.
 *
 * Ordinal: the rank of a record among all records, ordered by the bytes of their columns, primary
 * id first; 0-based; below 2^32.
 */
#ifndef LONGSHORE_BRIDGE_H
#define LONGSHORE_BRIDGE_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/keyring.h"
#include "longshore/secret.h"
#include "longshore/selection.h"
#include "longshore/store.h"
#include "longshore/str.h"

#include <stdint.h>

enum { BRIDGE_ID_MAX = 512 };

/* The canonical id in a text, as a slice of it: without white space (Unicode's White_Space) and
 * invisible characters on both sides. Some systems add them and others do not, and a suppressed
 * person must be found either way. Otherwise ids are compared byte by byte: case and leading zeros
 * count. Audiences, suppression lists and both sides of a bridge use this form. Pure. */
struct str bridge_id_canonical(struct str text);

/* True if this can be the id of a person or of the partner: its canonical form is not empty, has at
 * most BRIDGE_ID_MAX bytes of UTF-8, and has no control character, no invisible character and no
 * white space except plain spaces. Pure. */
bool bridge_id_is_valid(struct str id);

struct bridge_cache; /* one per process; any thread */

/* Prepares dir, for decrypted pieces and spilled pairs; creates it with mode 0700 if it is missing.
 * ERR_FATAL ("cache_unusable"): others may read it, or another service used it before. One
 * service's data must not be in another's directory. */
int bridge_cache_dir(const char *dir, const char *service, struct err *e) ERR_MUST_USE;

/* max_bytes includes pieces that are already in dir. Above it, the least recently used pieces are
 * removed, but never one in use. So a version larger than max_bytes is still cached completely.
 * Processes of one service may share dir. Call bridge_cache_dir first. */
int bridge_cache_open(struct store *staging, const struct keyring *keys, const char *dir,
        int64_t max_bytes, struct bridge_cache **out, struct err *e) ERR_MUST_USE;
void bridge_cache_close(struct bridge_cache *c);

/* --- values side (formatter) --- */

struct bridge_values; /* borrowed from the cache: release after use; any thread */

/* ERR_REJECT ("bridge_version_gone") if the version does not exist. */
int bridge_values_open(struct bridge_cache *c, struct str version, struct bridge_values **out,
        struct err *e) ERR_MUST_USE;
void bridge_values_release(struct bridge_values *v); /* accepts NULL */
size_t bridge_values_columns(const struct bridge_values *v);
struct str bridge_values_column_name(const struct bridge_values *v, size_t column);

/* Fetches records by ascending ordinals into out[i * columns + c]. Slices live in *scratch until it
 * is reset. ERR_REJECT ("bad_ordinal") past the end. */
int bridge_values_fetch(struct bridge_values *v, const uint32_t *ordinals, size_t count,
        struct arena *scratch, struct str *out, struct err *e) ERR_MUST_USE;

/* --- keys side (bridge-worker) --- */

struct bridge_keys;

enum { BRIDGE_NO_ORDINAL = -1 };

struct bridge_hit {
	int64_t ordinal; /* BRIDGE_NO_ORDINAL: unknown id */
	int64_t person;  /* position among the distinct ids of the keys; BRIDGE_NO_ORDINAL:
	                    unknown id */
};

int bridge_keys_open(struct bridge_cache *c, struct str version, struct bridge_keys **out,
        struct err *e) ERR_MUST_USE;
void bridge_keys_release(struct bridge_keys *k);
int bridge_keys_epoch(const struct bridge_keys *k);
struct str bridge_keys_tenant(const struct bridge_keys *k);
struct str bridge_keys_bridge(const struct bridge_keys *k);
struct str bridge_keys_id_kind(const struct bridge_keys *k);

/* ERR_REJECT ("wrong_key") if the version was not built with this fingerprint key: otherwise all
 * ids would look unknown. */
int bridge_keys_check(const struct bridge_keys *k, const struct secret *fingerprint_key,
        struct err *e) ERR_MUST_USE;

/* fingerprints: as fingerprint_batch makes them. */
int bridge_keys_lookup(struct bridge_keys *k, const unsigned char *fingerprints, size_t count,
        struct bridge_hit *out, struct err *e) ERR_MUST_USE;
/* The first record of each primary id. Borrowed. */
const struct selection *bridge_keys_leader(const struct bridge_keys *k);

#endif
