/* SPDX-License-Identifier: Apache-2.0
 *
 * What the writer and the reader of sealed objects share: key, nonce and associated data of a
 * chunk.
 */
#ifndef LONGSHORE_STORE_SEALED_FORMAT_H
#define LONGSHORE_STORE_SEALED_FORMAT_H

#include "longshore/aead.h"
#include "longshore/sealed.h"

enum {
	SEALED_SALT_AT = 8,
	SEALED_SALT_BYTES = 32,
	SEALED_HEADER_BYTES = SEALED_SALT_AT + SEALED_SALT_BYTES,
	SEALED_FULL_BYTES = SEALED_CHUNK_BYTES + AEAD_TAG_BYTES,
	SEALED_NAME_MAX = 512,
};

struct sealed_key {
	struct aead *aead;
	char associated[SEALED_HEADER_BYTES + SEALED_NAME_MAX]; /* header, then name */
	size_t associated_bytes;
};

/* header: SEALED_HEADER_BYTES, including the salt. ERR_REJECT ("bad_name") if the name is too
 * long. */
int sealed_key_init(struct sealed_key *k, const unsigned char *header, struct str name,
        const struct secret *scope_key, struct err *e) ERR_MUST_USE;
void sealed_key_release(struct sealed_key *k); /* accepts a zeroed key */

void sealed_header_fill(unsigned char *header); /* everything except the salt */
bool sealed_header_is_ours(const unsigned char *header);

/* seal: `in` is plain text, and out has in.n + AEAD_TAG_BYTES. open: the reverse. in and out may be
 * the same memory. */
int sealed_chunk_seal(struct sealed_key *k, uint64_t number, bool is_last, struct str in,
        unsigned char *out, struct err *e) ERR_MUST_USE;
int sealed_chunk_open(struct sealed_key *k, uint64_t number, bool is_last, struct str in,
        unsigned char *out, struct err *e) ERR_MUST_USE;

#endif
