/* SPDX-License-Identifier: Apache-2.0
 *
 * Bridge versions: immutable sets of sealed pieces in staging that map ids to ordinals (keys side)
 * and ordinals to the partner's records (values side). No service holds both sides once a build is
 * over.
 *
 *   keys/<version>/manifest, keys.NNN, leader, marks       read by bridge-worker
 *   values/<version>/manifest, values.NNN                  read by formatter
 *
 * Every piece is sealed under keyring_staging(prefix, version). Readers decrypt pieces once into a
 * cache directory (mode 0700) by content hash, verify them once, and map them; maps are shared
 * between threads.
 *
 * Ordinals: rank of a record among all records, ordered by the bytes of their columns, primary id
 * first; 0-based; fewer than 2^32.
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

/* The id that a text stands for, as a slice of it: without the white space (Unicode's White_Space) and
 * the invisible characters around it. Some systems add them and others do not, and a suppressed person
 * must be found either way. Otherwise ids are compared byte by byte: case and leading zeros count.
 * Audiences, suppression lists and both sides of a bridge go by it. Pure. */
struct str bridge_id_canonical(struct str text);

/* Can this be an id of a person or of the partner? Its canonical form is not empty, at most
 * BRIDGE_ID_MAX bytes and UTF-8, and holds no control character, no invisible character and no white
 * space but plain spaces. Pure. */
bool bridge_id_is_valid(struct str id);

struct bridge_cache; /* one a process; any thread */

/* dir is for decrypted pieces and spilled pairs: made with mode 0700 if it is not there; ERR_FATAL
 * ("cache_unusable") where others may read it, or another service was here before: what one service knows lies in no
 * directory of another. */
int bridge_cache_dir(const char *dir, const char *service, struct err *e) ERR_MUST_USE;

/* Pieces found in dir count to max_bytes too; the least recently used are removed past it, never
 * one in use: a version whose pieces are larger is held whole all the same. Processes of one service
 * may share a dir; bridge_cache_dir comes first. */
int bridge_cache_open(struct store *staging, const struct keyring *keys, const char *dir,
        int64_t max_bytes, struct bridge_cache **out, struct err *e) ERR_MUST_USE;
void bridge_cache_close(struct bridge_cache *c);

/* --- values side (formatter) --- */

struct bridge_values; /* borrowed from the cache: release when done; any thread */

/* ERR_REJECT ("bridge_version_gone") if the version is not there. */
int bridge_values_open(struct bridge_cache *c, struct str version, struct bridge_values **out,
        struct err *e) ERR_MUST_USE;
void bridge_values_release(struct bridge_values *v); /* accepts NULL */
size_t bridge_values_columns(const struct bridge_values *v);
struct str bridge_values_column_name(const struct bridge_values *v, size_t column);

/* Records of ascending ordinals: out[i * columns + c]. Slices live in *scratch until it is reset.
 * ERR_REJECT ("bad_ordinal") past the end. */
int bridge_values_fetch(struct bridge_values *v, const uint32_t *ordinals, size_t count,
        struct arena *scratch, struct str *out, struct err *e) ERR_MUST_USE;

/* --- keys side (bridge-worker) --- */

struct bridge_keys;

enum { BRIDGE_NO_ORDINAL = -1 };

struct bridge_hit {
	int64_t ordinal; /* BRIDGE_NO_ORDINAL: unknown id */
	int64_t person;  /* position among the distinct ids of the keys; BRIDGE_NO_ORDINAL: unknown
	                  */
};

int bridge_keys_open(struct bridge_cache *c, struct str version, struct bridge_keys **out,
        struct err *e) ERR_MUST_USE;
void bridge_keys_release(struct bridge_keys *k);
int bridge_keys_epoch(const struct bridge_keys *k);
struct str bridge_keys_tenant(const struct bridge_keys *k);
struct str bridge_keys_bridge(const struct bridge_keys *k);
struct str bridge_keys_id_kind(const struct bridge_keys *k);

/* Was the version built with this fingerprint key? ERR_REJECT ("wrong_key") if not: its ids would
 * all be unknown. */
int bridge_keys_check(const struct bridge_keys *k, const struct secret *fingerprint_key,
        struct err *e) ERR_MUST_USE;

/* Fingerprints as fingerprint_batch gives them. */
int bridge_keys_lookup(struct bridge_keys *k, const unsigned char *fingerprints, size_t count,
        struct bridge_hit *out, struct err *e) ERR_MUST_USE;
/* First record of each primary id. Borrowed. */
const struct selection *bridge_keys_leader(const struct bridge_keys *k);

#endif
