/* SPDX-License-Identifier: Apache-2.0
 *
 * The upload ledger: how any number of attempts, at once and dying anywhere, make one file visible
 * at most once, whole, and how settle learns what became of it for ever. One step is one call to
 * staging or to the drop; between two steps an attempt may stop for ever, or go on after hours.
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
 *                                `--name taken--> TAKEN --the same bytes--> MARK
 *                                                  `--others--> rejected ("name_conflict"),
 *                                                               a settle: WITHDRAW
 *            READ --committed--> FINISH
 *            READ --withdrawn--> an upload is rejected ("closed")
 *
 * READ is two calls: the record, then the book of a delivery that is over (book.h), which decides
 * where there is one.
 *
 * Invariants, with the tests that bear the names of their rules:
 *
 *   1. All attempts write and commit the one temporary that the record names.
 *      (one_temporary, create_once, own_name, renew)
 *
 *   2. They write the same bytes at explicit positions; nobody truncates, only TEMP creates.
 *      (same_bytes, no_truncate, no_recreate)
 *
 *   3. `written` is recorded by comparison with the record that was read, after all is durable.
 *      (all_acked, written_compare)
 *
 *   4. Nothing is committed that is not recorded as `written`, and the commit consumes it.
 *      (written_first, consume, uncertain)
 *
 *   5. A `closed` record is never written or committed. A `written` one is never closed, unless its
 *      temporary is gone, or its place lost, and a person says that the file did not arrive.
 *      (settle_closes, settle_creates, settle_finishes)
 *
 *      Or it is withdrawn: first the record says so, so that nobody begins a commit any more; then
 *      the temporary is put aside, not removed: whoever does it again, after a death, sees it
 *      there. If it is under neither name, a commit that had begun before was faster.
 *      (withdraw_records, withdraw_aside, withdraw_believes)
 *      A settle also withdraws what can never have its name, or finds it taken: else the delivery's
 *      end would wait for a stranger. (settle_gives_up)
 *
 *   6. After a change of the record everybody reads it again, and the book: no tag is used that was
 *      not read with its record, and who was overtaken by the delivery's end finds it.
 *      (read_again, book_decides, book_last, book_first, book_over)
 *
 *   7. Record and book of a delivery go long after its end. An attempt that is as old as that takes
 *      its next READ for its last. Between READ and COMMIT it may be stopped for ever all the same: what
 *      is `written` is consumed, or gone, before its delivery is over.
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

/* What is asked. Slices are borrowed for the life of the ledger. */
struct ledger_task {
	enum ledger_op op;
	enum ledger_answer answer;
	struct str task_id;
	struct str delivery_id;
	struct str file_id;
	struct str name;
	struct str role;
	struct str
	        sha256; /* UPLOAD: of the file as staged; settle leaves it and the next three out */
	int64_t bytes;
	int64_t rows;
	struct str plain_sha256;
	bool withdraws; /* SETTLE: what is written is taken back, if nobody committed it yet */
	bool others_may_delete;  /* somebody but us may remove temporaries at the drop */
	int64_t now_ms;          /* for the receipt */
	const atomic_bool *stop; /* may be NULL; set: WRITE answers ERR_DEFER ("drain") */
};

/* The neighbours. Both calls are made when first needed, so a file that is committed needs neither.
 */
struct ledger_ports {
	struct store *store;
	const struct secret *key; /* of the delivery's ledger */
	void *arg;
	/* And its identity, "" where it has none. It has been compared with what the task wants
	 * (place.h). */
	int (*open_drop)(
	        void *arg, struct drop **out, char place[DROP_IDENTITY_BYTES], struct err *e);
	/* Whether staging holds anything of the delivery: an empty mount point has no record
	 * either, and settle must not take it for an answer. */
	int (*knows_delivery)(void *arg, bool *out, struct err *e);
	/* Whether this attempt began so long ago that all may be forgotten which it once read. */
	bool (*is_old)(void *arg);
	/* Notes a temporary that nobody will ever commit and that cannot be removed now
	 * (leftover.h). */
	int (*leave)(void *arg, const char *place, const char *temp, struct err *e);
	/* Up to n bytes of the staged file; none only at its end. */
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
	bool is_booked;       /* the record is from the book: nothing is left to be done */
	struct record record; /* as read; a step that changes it works on a copy */
	char tag[STORE_TAG_BYTES];
	struct drop_handle own_temp; /* created by us, not yet in the record */
	bool is_unsure;              /* the record may be what the failed step wanted it to be */
	bool is_visible;             /* DONE: the answer */
	int turns;
	struct drop *drop; /* NULL: not opened yet */
	char place[DROP_IDENTITY_BYTES];
	struct drop_temp *temp; /* open from OPEN to SYNC */
	int64_t offset;
	struct hash *sha256;
	struct hash *md5;
	uint32_t crc32c;
	char guarantee[32]; /* from COMMIT, GONE, TAKEN to MARK */
	char verified[32];
	struct drop_facts adopted; /* TAKEN, answer adopt: what is there */
	char *part;                /* part_bytes, as the drop takes them best */
	size_t part_bytes;
	struct arena mem; /* of one step */
};

int ledger_new(const struct ledger_task *task, const struct ledger_ports *ports,
        struct ledger **out, struct err *e) ERR_MUST_USE;
/* At any step: leaves things as a death there would. Accepts NULL. */
void ledger_free(struct ledger *l);

/* Takes the next step. ERR_REJECT: "closed", "uncertain", "name_conflict", "verify_failed",
 * "staged_mismatch", "ledger_mismatch"; ERR_RETRY: "drop_unavailable", "store_unavailable",
 * "ledger_contended", "too_old". A failed attempt is over. */
int ledger_step(struct ledger *l, struct err *e) ERR_MUST_USE;
/* Steps until DONE; then l->record is the file's (visible) or whatever it was closed as. */
int ledger_run(struct ledger *l, struct err *e) ERR_MUST_USE;

#endif
