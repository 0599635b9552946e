/* SPDX-License-Identifier: Apache-2.0
 *
 * Keyed fingerprints of canonical ids: AES-256-CMAC (RFC 4493) over tenant, id kind and id, in
 * batches.
 *
 * Message = len8(tenant) tenant len8(kind) kind id, where len8 is one byte: so no two triples share
 * a message.
 * All 128 bits are given; the bridge truncates. The block cipher is OpenSSL's; the chaining is ours
 * so that AES-NI is kept busy over a batch; a test holds it against OpenSSL's own CMAC.
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

/* out holds count * 16 bytes. An id longer than FINGERPRINT_ID_MAX: ERR_REJECT ("bad_id") before
 * anything is written. */
int fingerprint_batch(struct fingerprinter *f, const struct str *ids, size_t count,
        unsigned char *out, struct err *e) ERR_MUST_USE;

/* 32-bit keyed hashes by the same function, for marks. */
int fingerprint_marks(struct fingerprinter *f, const struct str *ids, size_t count, uint32_t *out,
        struct err *e) ERR_MUST_USE;

#endif
