/* SPDX-License-Identifier: Apache-2.0
 * AES-256-GCM and HKDF-SHA256 (RFC 5869), a thin layer over OpenSSL. A context belongs to one
 * thread. */
#ifndef LONGSHORE_AEAD_H
#define LONGSHORE_AEAD_H

#include "longshore/err.h"
#include "longshore/secret.h"
#include "longshore/str.h"

enum { AEAD_NONCE_BYTES = 12, AEAD_TAG_BYTES = 16 };

struct aead;

int aead_new(const struct secret *key, struct aead **out, struct err *e) ERR_MUST_USE;
void aead_free(struct aead *a); /* wipes; accepts NULL */

/* out: in.n bytes, then the tag; may be the same memory as in. The caller must never use a nonce
 * twice with the same key. */
int aead_seal(struct aead *a, const unsigned char nonce[AEAD_NONCE_BYTES], struct str associated,
        struct str in, unsigned char *out, struct err *e) ERR_MUST_USE;
/* in: cipher text and tag; out: in.n - 16 bytes. ERR_REJECT ("corrupt") if anything was changed;
 * out is then wiped. */
int aead_open(struct aead *a, const unsigned char nonce[AEAD_NONCE_BYTES], struct str associated,
        struct str in, unsigned char *out, struct err *e) ERR_MUST_USE;

int hkdf(const struct secret *master, struct str salt, struct str info, struct secret *out,
        struct err *e) ERR_MUST_USE;

#endif
