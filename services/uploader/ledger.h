/* SPDX-License-Identifier: Apache-2.0
 *
 *
 * The upload ledger: any number of attempts can run at once and die anywhere, and still one file
 * becomes visible at most once, complete, and settle learns its final outcome. A step is one call
 * to staging or to the drop. Between two steps an attempt can stop forever, or continue hours
 * later.
 *
 *   upload   READ --none----> TEMP -> CLAIM --won--> READ
 *                                      `----lost--> DISCARD -> READ
 *            READ --open----> OPEN -> WRITE ... -> SYNC -> WRITTEN -> READ
 *                              `--------`-----------`--gone--> GONE
 *            READ --closed--> rejected ("closed")
 *
 *   settle   READ --none or open--> CLOSE -> READ
 *            READ --closed--> REMOVE -> DONE, not visible
 *
 *            READ --written, and the task withdraws--> WITHDRAW -> READ
 *            READ --withdrawn--> ASIDE --put aside--> CLOSE -> READ
 *                                  |--gone--> VERIFY -> MARK -> FINISH -> DONE, visible
 *                                  `--others delete there, or in doubt--> DOUBT
 *
 *            COMMIT --no file can have the name--> WITHDRAW
 *
 *   both     READ --written--> COMMIT --committed--> VERIFY -> MARK -> FINISH -> DONE, visible
 *                                |--gone--> GONE --open-----> TEMP
 *                                |           |-----written--> VERIFY
 *                                |           `--others delete there--> DOUBT
 *                                |--in doubt (link + unlink only)--> DOUBT
 *                                `--name taken--> TAKEN --same bytes--> MARK
 *                                                  `--other bytes--> rejected ("name_conflict"),
 *                                                                    settle: WITHDRAW
 *            READ --committed--> FINISH
 *            READ --withdrawn--> an upload is rejected ("closed")
 *
 * READ is two calls: it reads the record, then the book of a delivery that is over (book.h). If
 * there is a book, it decides.
 *
 * Invariants, with the tests that are named after their rules:
 *
 *   1. All attempts write and commit the one temporary that the record names.
 *      (one_temporary, create_once, own_name, renew)
 *
 *   2. They write the same bytes at explicit positions; nobody truncates, only TEMP creates.
 *      (same_bytes, no_truncate, no_recreate)
 *
 *   3. `written` is recorded by compare-and-swap with the record as read, after all is durable.
 *      (all_acked, written_compare)
 *
 *   4. Only a file that is recorded as `written` is committed, and the commit consumes its
 *      temporary.
 *      (written_first, consume, uncertain)
 *
 *   5. A `closed` record is never written or committed. A `written` one is never closed, unless its
 *      temporary is gone, or its place lost, and a person says that the file did not arrive.
 *      (settle_closes, settle_creates, settle_finishes)
 *
 *      Or it is withdrawn: the record says so first, so that nobody begins a commit any more. Then
 *      the temporary is put aside, not removed, so that a repeat after a crash still sees it there.
 *      If it is under neither name, a commit that began earlier was faster.
 *      (withdraw_records, withdraw_aside, withdraw_believes)
 *      Settle also withdraws a file that can never have its name, or whose name is taken: otherwise
 *      the delivery's end would wait for a stranger. (settle_gives_up)
 *
 *   6. After a change of the record everybody reads it again, and the book. No tag is used that was
 *      not read with its record, and an attempt that was overtaken by the delivery's end finds it.
 *      (read_again, book_decides, book_last, book_first, book_over)
 *
 *   7. Record and book of a delivery are removed long after its end. An attempt that is as old as
 *      that stops at its next READ. A pause of any length between READ and COMMIT is harmless: a
 *      `written` temporary is consumed, or gone, before its delivery is over.
 *      (old_stays_out)
 */
#ifndef LONGSHORE_UPLOADER_LEDGER_H
#define LONGSHORE_UPLOADER_LEDGER_H

#include "book.h"
#include "longshore/store.h"

#include <stdatomic.h>

enum { LEDGER_TURNS_MAX = 64 };

enum ledger_op { LEDGER_UPLOAD, LEDGER_SETTLE };

/* A person's answer to `uncertain` or `name_conflict`. */
enum ledger_answer { LEDGER_NO_ANSWER, LEDGER_ADOPT, LEDGER_RESEND };

/* The request. Strings are borrowed for the life of the ledger. */
struct ledger_task {
	enum ledger_op op;
	enum ledger_answer answer;
	struct str task_id;
	struct str delivery_id;
	struct str file_id;
	struct str name;
	struct str role;
	struct str
	        sha256; /* UPLOAD: of the staged file; settle uses neither it nor the next three */
	int64_t bytes;
	int64_t rows;
	struct str plain_sha256;
	struct str
	        md5; /* UPLOAD: of the bytes with that sha256; empty: not known, it is computed */
	bool withdraws;          /* SETTLE: withdraws a written file unless it was committed */
	bool others_may_delete;  /* others can remove temporaries at the drop */
	int64_t now_ms;          /* for the receipt */
	const atomic_bool *stop; /* may be NULL; if set, WRITE returns ERR_DEFER ("drain") */
};

/* What the ledger needs from its caller. Calls are made when first needed, so a committed file
 * opens neither the drop nor the staged file.
 */
struct ledger_ports {
	struct store *store;
	const struct secret *key; /* of the delivery's ledger */
	void *arg;
	/* Opens the drop and returns its identity, "" if it has none. The identity was compared
	 * with the one that the task wants (place.h). */
	int (*open_drop)(
	        void *arg, struct drop **out, char place[DROP_IDENTITY_BYTES], struct err *e);
	/* Whether staging has anything of the delivery. An empty mount point has no record either,
	 * and settle must not take that for an answer. */
	int (*knows_delivery)(void *arg, bool *out, struct err *e);
	/* Whether this attempt began so long ago that staging may have forgotten what it read. */
	bool (*is_old)(void *arg);
	/* Notes a temporary that nobody will ever commit and that cannot be removed now
	 * (leftover.h). */
	int (*leave)(void *arg, const char *place, const char *temp, struct err *e);
	/* Reads up to n bytes of the staged file; 0 only at its end. */
	int (*read)(void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e);
};

enum ledger_step {
	LEDGER_READ,
	LEDGER_TEMP,
	LEDGER_CLAIM,
	LEDGER_DISCARD,
	LEDGER_OPEN,
	LEDGER_WRITE,
	LEDGER_SYNC,
	LEDGER_WRITTEN,
	LEDGER_COMMIT,
	LEDGER_GONE,
	LEDGER_DOUBT,
	LEDGER_TAKEN,
	LEDGER_VERIFY,
	LEDGER_MARK,
	LEDGER_FINISH,
	LEDGER_WITHDRAW,
	LEDGER_ASIDE,
	LEDGER_CLOSE,
	LEDGER_REMOVE,
	LEDGER_DONE,
	LEDGER_STEPS
};

struct ledger {
	struct ledger_task task;
	struct ledger_ports ports;
	enum ledger_step step; /* the next one */
	char object[160];      /* name of the record in staging */
	bool has_record;
	bool is_booked;       /* the record is from the book: nothing is left to do */
	struct record record; /* as read; a step that changes it works on a copy */
	char tag[STORE_TAG_BYTES];
	struct drop_handle own_temp; /* created by us, not yet in the record */
	bool is_unsure;              /* the record may have changed although the step failed */
	bool is_visible;             /* DONE: the answer */
	int turns;
	struct drop *drop; /* NULL: not opened yet */
	char place[DROP_IDENTITY_BYTES];
	struct drop_temp *temp; /* open from OPEN to SYNC */
	int64_t offset;
	struct hash *sha256;
	struct hash *md5;
	uint32_t crc32c;
	char guarantee[32]; /* from the step that found the outcome until MARK */
	char verified[32];
	struct drop_facts adopted; /* TAKEN: the file that is there */
	char *part;                /* buffer of part_bytes, the drop's best size */
	size_t part_bytes;
	struct arena mem; /* of one step */
};

int ledger_new(const struct ledger_task *task, const struct ledger_ports *ports,
        struct ledger **out, struct err *e) ERR_MUST_USE;
/* Allowed at any step: leaves everything as a crash there would. Accepts NULL. */
void ledger_free(struct ledger *l);

/* Takes the next step. ERR_REJECT: "closed", "uncertain", "name_conflict", "verify_failed",
 * "staged_mismatch", "ledger_mismatch"; ERR_RETRY: "drop_unavailable", "store_unavailable",
 * "ledger_contended", "too_old". After a failure the attempt is over. */
int ledger_step(struct ledger *l, struct err *e) ERR_MUST_USE;
/* Steps until DONE. Then l->record is the record of the visible file, or the closed record. */
int ledger_run(struct ledger *l, struct err *e) ERR_MUST_USE;

#endif
