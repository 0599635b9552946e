/* SPDX-License-Identifier: Apache-2.0
 *
 * Keyed fingerprints of canonical ids: AES-256-CMAC (RFC 4493) over tenant, id kind and id, in
 * batches.
 *
 * Message = len8(tenant) tenant len8(kind) kind id. len8 is one byte, so no two triples share a
 * message. The result has all 128 bits; the bridge truncates it. The block cipher is OpenSSL's. The
 * chaining is ours, to keep AES-NI busy over a batch; a test compares it with OpenSSL's own CMAC.
 */
#ifndef LONGSHORE_FINGERPRINT_H
#define LONGSHORE_FINGERPRINT_H

#include "longshore/err.h"
#include "longshore/secret.h"
#include "longshore/str.h"

enum { FINGERPRINT_BYTES = 16, FINGERPRINT_ID_MAX = 512 };

struct fingerprinter; /* one thread owns it */

int fingerprinter_new(const struct secret *key, struct str tenant, struct str id_kind,
        struct fingerprinter **out, struct err *e) ERR_MUST_USE;
void fingerprinter_free(struct fingerprinter *f); /* wipes; accepts NULL */

/* out has room for count * 16 bytes. ERR_REJECT ("bad_id"): an id is longer than
 * FINGERPRINT_ID_MAX; nothing was written. */
int fingerprint_batch(struct fingerprinter *f, const struct str *ids, size_t count,
        unsigned char *out, struct err *e) ERR_MUST_USE;

/* 32-bit keyed hashes from the same function, for marks. */
int fingerprint_marks(struct fingerprinter *f, const struct str *ids, size_t count, uint32_t *out,
        struct err *e) ERR_MUST_USE;

#endif
