/* SPDX-License-Identifier: Apache-2.0
 * Streaming hashes (OpenSSL inside). Aborts if the library cannot hash at all. */
#ifndef LONGSHORE_SHA256_H
#define LONGSHORE_SHA256_H

#include "longshore/str.h"

enum { SHA256_BYTES = 32, SHA256_HEX = 65, MD5_BYTES = 16, MD5_HEX = 33 };

struct hash; /* one running digest */

struct hash *hash_new_sha256(void) __attribute__((returns_nonnull));
struct hash *hash_new_md5(void) __attribute__((returns_nonnull));
void hash_add(struct hash *h, const void *p, size_t n);
/* Writes the digest and restarts. */
void hash_take(struct hash *h, unsigned char *out);
void hash_take_hex(struct hash *h, char *out); /* the digest in hex, terminated */
void hash_free(struct hash *h);

void sha256(const void *p, size_t n, unsigned char out[SHA256_BYTES]);
void sha256_hex(const void *p, size_t n, char out[SHA256_HEX]);

#endif
