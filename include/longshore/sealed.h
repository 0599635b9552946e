/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealed objects: everything that holds audience or bridge data in staging is encrypted and
 * authenticated.
 *
 * Format: header (magic "LSSO1\0", 2-byte version, 32-byte random salt), then AES-256-GCM chunks of
 * 64 KiB plain text each followed by its 16-byte tag. Key = HKDF-SHA256(scope key, salt, object
 * name); nonce = chunk number with a flag for the last chunk; associated data = header and name. So
 * a chunk that is changed, dropped, reordered, truncated or moved to another name is detected:
 * ERR_REJECT ("corrupt"). The last chunk is always shorter than 64 KiB (possibly empty).
 *
 * Bodies are written as streams, create-once. A writer that loses the race reads the winner's
 * object back: facts always describe the stored object ("won" says whether it is ours).
 * Memory: one chunk. Threads: a writer or reader belongs to one thread.
 */
#ifndef LONGSHORE_SEALED_H
#define LONGSHORE_SEALED_H

#include "longshore/secret.h"
#include "longshore/sha256.h"
#include "longshore/store.h"

enum { SEALED_CHUNK_BYTES = 64 * 1024 };

struct sealed_facts {
	int64_t bytes;           /* plain length */
	char sha256[SHA256_HEX]; /* of the plain bytes */
	bool won;                /* false: the object was there before */
};

struct sealed_writer;
struct sealed_reader;

int sealed_create(struct store *s, struct str name, const struct secret *scope_key,
        struct sealed_writer **out, struct err *e) ERR_MUST_USE;
int sealed_write(struct sealed_writer *w, const void *p, size_t n, struct err *e) ERR_MUST_USE;
int sealed_finish(struct sealed_writer *w, struct sealed_facts *out,
        struct err *e) ERR_MUST_USE;          /* frees w */
void sealed_abandon(struct sealed_writer *w); /* accepts NULL */

int sealed_put_once(struct store *s, struct str name, const struct secret *scope_key,
        struct str bytes, struct sealed_facts *out, struct err *e) ERR_MUST_USE;
int sealed_get(struct store *s, struct str name, const struct secret *scope_key, size_t max_bytes,
        struct arena *mem, struct str *out, struct err *e) ERR_MUST_USE;

/* Sequential and positioned reading; bytes are returned only after their chunk was authenticated.
 */
int sealed_open(struct store *s, struct str name, const struct secret *scope_key,
        struct sealed_reader **out, struct err *e) ERR_MUST_USE;
int sealed_read(struct sealed_reader *r, int64_t offset, void *p, size_t n, size_t *out_n,
        struct err *e) ERR_MUST_USE;        /* *out_n < n only at the end */
void sealed_close(struct sealed_reader *r); /* accepts NULL */

/* Reads the object whole, in one chunk of memory, and gives its facts (won = false). */
int sealed_check(struct store *s, struct str name, const struct secret *scope_key,
        struct sealed_facts *out, struct err *e) ERR_MUST_USE;

#endif
