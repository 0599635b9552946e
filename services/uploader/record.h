/* SPDX-License-Identifier: Apache-2.0
 *
 * The ledger record of one file, as README.md describes it: as a struct, as text, and sealed as
 * staging stores it. The text has a first line, then one "key=value" line for each field, in the
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
	RECORD_WRITTEN,   /* complete and durable; any attempt can commit it */
	RECORD_COMMITTED, /* known to be committed; contains the receipt */
	RECORD_CLOSED,    /* settled: never to be written or committed */
	RECORD_WITHDRAWN, /* was written; no commit begins from now on; the fate of its temporary
	                     shows whether it was committed before */
};

struct record {
	enum record_phase phase;
	char temp[DROP_HANDLE_MAX +
	          1]; /* the one temporary, as its driver's handle; empty: there was none */
	char place[DROP_IDENTITY_BYTES]; /* identity of the drop that the temporary is in */
	char name[RECORD_NAME_MAX + 1];  /* at the destination */
	char role[16];                   /* part, manifest, marker */
	char sha256[SHA256_HEX]; /* of our file; set from `open` on, so that all write the same */
	int64_t bytes;
	int64_t rows;
	char plain_sha256[SHA256_HEX];
	char md5[MD5_HEX]; /* from `written` on */
	char crc32c[9];
	char guarantee[32]; /* from `committed` on */
	char verified[32];
	char there_sha256[SHA256_HEX]; /* of the file that a person adopted; else empty */
	int64_t there_bytes;
	int64_t committed_at_ms;
	char resolved[65]; /* task whose answer "resend" was used */
};

/* "open", "written", "committed", "closed", "withdrawn" */
const char *record_phase_name(enum record_phase phase);

/* Copies text into a field of the record; ERR_REJECT ("bad_task") if it is too long or has a
 * control character. */
int record_set(char *field, size_t field_bytes, struct str text, const char *what,
        struct err *e) ERR_MUST_USE;

int record_to_text(const struct record *r, struct buf *out, struct err *e) ERR_MUST_USE;
/* ERR_REJECT ("corrupt") if the text is not a record. */
int record_from_text(struct str text, struct record *out, struct err *e) ERR_MUST_USE;

/* Seals the record under the object's name with a random nonce. */
int record_seal(const struct record *r, const struct secret *key, struct str object,
        struct arena *mem, struct str *out, struct err *e) ERR_MUST_USE;
/* ERR_REJECT ("corrupt") for anything but a record that was sealed under this name. */
int record_unseal(struct str sealed, const struct secret *key, struct str object, struct arena *mem,
        struct record *out, struct err *e) ERR_MUST_USE;

#endif
