/* SPDX-License-Identifier: Apache-2.0
 *
 * Output files: rows are rendered as CSV, hashed, compressed and handed on in one pass and in fixed
 * memory.
 *
 *   render (CSV) -> encoder: SHA-256 of the plain bytes, gzip or nothing, MD5 and CRC-32C -> sink
 *
 * The same rows give the same bytes, however they were batched. One thread owns a render or
 * encoder.
 */
#ifndef LONGSHORE_RENDER_H
#define LONGSHORE_RENDER_H

#include "longshore/err.h"
#include "longshore/sha256.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- bytes to a file --- */

enum encoding { ENCODING_NONE, ENCODING_GZIP };

/* Takes the file's bytes as they will be stored; what it answers ends the encoder too. */
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

int encoder_new(enum encoding encoding, encoder_sink sink, void *arg, struct encoder **out,
        struct err *e) ERR_MUST_USE;
int encoder_write(struct encoder *c, const void *p, size_t n, struct err *e) ERR_MUST_USE;
/* Hands on all that is left. Afterwards the encoder is only to be freed. */
int encoder_finish(struct encoder *c, struct encoded_facts *out, struct err *e) ERR_MUST_USE;
void encoder_free(struct encoder *c); /* accepts NULL */

/* The build that made the bytes, for compressed bytes may differ between builds: "isal-2.30.0/1".
 * Empty: nothing is compressed. Static. */
const char *encoder_id(enum encoding encoding);

/* Positioned reads of a stored file, as sealed_read does them: *out_n < n only at the end. */
typedef int (*encoded_read)(
        void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e);

/* The same facts from a stored file. ERR_REJECT ("corrupt") unless it is one whole gzip member and
 * nothing else. */
int encoded_check(enum encoding encoding, encoded_read read, void *arg, struct encoded_facts *out,
        struct err *e) ERR_MUST_USE;

/* --- rows to bytes --- */

enum render_quotes {
	RENDER_QUOTES_MINIMAL, /* where a reader needs them */
	RENDER_QUOTES_ALL,
	RENDER_QUOTES_NONE, /* a value that would need them is refused */
};

struct render_column {
	struct str name;
	bool is_constant;
	struct str constant;
	int64_t max_length; /* characters; 0 = no limit */
	bool is_required;   /* an empty value is refused */
};

enum { RENDER_COLUMNS_MAX = 256 };

struct render_format {
	const struct render_column *columns; /* borrowed until render_free */
	size_t columns_count;
	char delimiter;
	enum render_quotes quotes;
	bool has_header;
	bool is_crlf;
};

struct render;

/* ERR_REJECT ("bad_spec") "field: what is wrong": delimiter, names and constants can be written. */
int render_check(const struct render_format *format, struct err *e) ERR_MUST_USE;
/* Checks format and constants, ERR_REJECT ("bad_spec"), and writes the header. out: borrowed until
 * render_free. */
int render_new(const struct render_format *format, struct encoder *out_bytes, struct render **out,
        struct err *e) ERR_MUST_USE;
/* values: one per column, those of constants are not looked at. ERR_REJECT ("bad_value") names
 * column and row, never the value: too long, not UTF-8, a control character, or in need of quotes
 * that the format has not. */
int render_row(struct render *r, const struct str *values, struct err *e) ERR_MUST_USE;
int64_t render_rows(const struct render *r); /* without the header */
void render_free(struct render *r);          /* accepts NULL */

#endif
