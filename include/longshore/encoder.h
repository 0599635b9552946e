/* SPDX-License-Identifier: Apache-2.0
 *
 * Turns bytes into a file: hashes, compresses and passes them on, in one pass and fixed memory.
 *
 *   row_writer -> encoder: SHA-256 of the plain bytes, gzip or nothing, MD5 and CRC-32C -> sink
 *
 * The same bytes give the same file, however they were batched. One thread owns an encoder.
 */
#ifndef LONGSHORE_ENCODER_H
#define LONGSHORE_ENCODER_H

#include "longshore/err.h"
#include "longshore/formats.h"
#include "longshore/sha256.h"

#include <stddef.h>
#include <stdint.h>

/* Receives the file's bytes as they will be stored. Its failure ends the encoder, too. */
typedef int (*encoder_sink)(void *arg, const void *p, size_t n, struct err *e);

enum { CRC32C_HEX = 9 };

struct encoded_facts {
	int64_t plain_bytes;
	char plain_sha256[SHA256_HEX]; /* before compression */
	int64_t bytes;
	char md5[MD5_HEX];       /* as stored */
	char crc32c[CRC32C_HEX]; /* as stored */
};

struct encoder;

int encoder_new(enum compression compression, encoder_sink sink, void *arg, struct encoder **out,
        struct err *e) ERR_MUST_USE;
int encoder_write(struct encoder *c, const void *p, size_t n, struct err *e) ERR_MUST_USE;
/* Passes on all remaining bytes. After it, only encoder_free may be called. */
int encoder_finish(struct encoder *c, struct encoded_facts *out, struct err *e) ERR_MUST_USE;
void encoder_free(struct encoder *c); /* accepts NULL */

/* The build of the compressor, because compressed bytes may differ between builds: "isal-2.30.0/1".
 * Empty without compression. Static. */
const char *encoder_id(enum compression compression);

/* Positioned reads of a stored file, like sealed_read: *out_n < n only at the end. */
typedef int (*encoded_read)(
        void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e);

/* Computes the same facts from a stored file. ERR_REJECT ("corrupt") unless it is exactly one
 * complete gzip member. */
int encoded_check(enum compression compression, encoded_read read, void *arg,
        struct encoded_facts *out, struct err *e) ERR_MUST_USE;

#endif
