/* SPDX-License-Identifier: Apache-2.0
 *
 * The ledger record of one file: what README.md describes, as a struct, as text, and sealed as it
 * lies in staging. Text: a first line, then one "key=value" line per field, all fields, in the
 * order of the table in record.c.
 */
#ifndef LONGSHORE_UPLOADER_RECORD_H
#define LONGSHORE_UPLOADER_RECORD_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/drop.h"
#include "longshore/secret.h"

enum {
	RECORD_NAME_MAX = 1024,
	RECORD_SEALED_MAX = 8 * 1024,
	RECORD_TEXT_MAX = RECORD_SEALED_MAX - 64
};

enum record_phase {
	RECORD_OPEN,      /* the temporary is being written */
	RECORD_WRITTEN,   /* whole and durable; whoever comes commits it */
	RECORD_COMMITTED, /* seen to be committed: the receipt is in here */
	RECORD_CLOSED,    /* settled: never written or committed again */
	RECORD_WITHDRAWN, /* was written; never committed from now on, and what becomes of its
	                     temporary says whether it was before */
};

struct record {
	enum record_phase phase;
	char temp[DROP_HANDLE_MAX +
	          1]; /* the one temporary, as its driver calls it; empty: closed before there was one */
	char place[DROP_IDENTITY_BYTES]; /* identity of the drop that the temporary is in */
	char name[RECORD_NAME_MAX + 1];  /* at the destination */
	char role[16];                   /* part, manifest, marker */
	char sha256[SHA256_HEX]; /* of our file; from `open` on, so that nobody writes another */
	int64_t bytes;
	int64_t rows;
	char plain_sha256[SHA256_HEX];
	char md5[MD5_HEX]; /* from `written` on */
	char crc32c[9];
	char guarantee[32]; /* from `committed` on */
	char verified[32];
	char there_sha256[SHA256_HEX]; /* adopted by a person: of the file that is there; else empty
	                                */
	int64_t there_bytes;
	int64_t committed_at_ms;
	char resolved[65]; /* task whose answer "resend" was used up */
};

/* "open", "written", "committed", "closed", "withdrawn" */
const char *record_phase_name(enum record_phase phase);

/* Copies text into a field of the record; ERR_REJECT ("bad_task") if it is too long or has a
 * control character. */
int record_set(char *field, size_t field_bytes, struct str text, const char *what,
        struct err *e) ERR_MUST_USE;

int record_to_text(const struct record *r, struct buf *out, struct err *e) ERR_MUST_USE;
/* ERR_REJECT ("corrupt") for anything else. */
int record_from_text(struct str text, struct record *out, struct err *e) ERR_MUST_USE;

/* Sealed under the object's name with a nonce drawn for this call. */
int record_seal(const struct record *r, const struct secret *key, struct str object,
        struct arena *mem, struct str *out, struct err *e) ERR_MUST_USE;
/* ERR_REJECT ("corrupt") for anything but a record that was sealed under this name. */
int record_unseal(struct str sealed, const struct secret *key, struct str object, struct arena *mem,
        struct record *out, struct err *e) ERR_MUST_USE;

#endif
