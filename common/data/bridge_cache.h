/* SPDX-License-Identifier: Apache-2.0
 *
 * Decrypted, verified and mapped pieces, shared by all threads of a process.
 */
#ifndef LONGSHORE_DATA_BRIDGE_CACHE_H
#define LONGSHORE_DATA_BRIDGE_CACHE_H

#include "bridge_format.h"

#include "longshore/bridge.h"

struct cached_piece;

/* Maps the piece. The caller releases it with cache_release. prefix: keys or values. */
int cache_map(struct bridge_cache *c, struct str prefix, struct str version,
        const struct bridge_piece *piece, struct cached_piece **out, struct err *e) ERR_MUST_USE;
void cache_release(struct bridge_cache *c, struct cached_piece *p); /* accepts NULL */
const unsigned char *cached_bytes(const struct cached_piece *p);

/* Reads and checks the manifest of one side. It is allocated in mem. */
int cache_manifest(struct bridge_cache *c, struct str prefix, struct str version, struct arena *mem,
        struct bridge_manifest *out, struct err *e) ERR_MUST_USE;

#endif
