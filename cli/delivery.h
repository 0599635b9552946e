/* SPDX-License-Identifier: Apache-2.0
 * Recorded deliveries and builds: reading them, waiting for them, and how to release a held one. */
#ifndef CLI_DELIVERY_H
#define CLI_DELIVERY_H

#include "cli.h"

struct delivery_row {
	struct str delivery_id, tenant, route, state, reason, detail;
	struct str content_hash; /* of the selection; empty if there is none */
	int64_t version;
	bool is_found; /* false: nothing is recorded yet, and only the id is set */
};

/* The command that releases a held delivery, with the content hash of the selection (empty: none).
 * Absent if the delivery continues by itself. */
struct str cli_release(
        struct arena *mem, struct str delivery_id, struct str reason, struct str content_hash);
/* Says what a person must do first, or when the hold ends by itself. May be empty. */
const char *cli_release_note(struct str reason);
/* "released by: ..." and the note. release: from cli_release. */
void cli_print_release(struct str release, struct str reason, const char *indent);
/* The same table, as parameters of select_status. */
void cli_add_releases(struct pg_params *p);

/* completed, failed, rejected, cancelled, superseded */
bool cli_is_final(struct str state);
/* 0 if completed, 3 if held, 1 for the other final states. */
int cli_code_of(struct str state);

/* rows: one for each id, in that order; texts in mem. */
int cli_deliveries(struct cli *cli, const struct str *ids, size_t count, struct arena *mem,
        struct delivery_row *rows, struct err *e) ERR_MUST_USE;
/* Finds it by its id or the first digits of it. ERR_REJECT ("not_found"): there is no such
 * delivery or build; ("ambiguous"): there are several. */
int cli_delivery(
        struct cli *cli, struct str given, struct delivery_row *out, struct err *e) ERR_MUST_USE;
/* The scheduler's current state of it, which may not be recorded yet (then content_hash is empty).
 * detail is always empty. */
int cli_delivery_now(struct cli *cli, struct str delivery_id, struct delivery_row *out,
        struct err *e) ERR_MUST_USE;

struct wait_for {
	struct str delivery_id;
	int64_t after_version; /* ignore recorded states up to this version */
	const char *aim;       /* the requested final state; NULL: completed */
};
/* Waits until each is final or held (`overlap` does not count as held, because it ends by itself),
 * at most this many seconds. Prints each as it settles; in JSON, one object, or a list if as_list.
 * Returns the worst exit code. If the database is down, it keeps waiting. */
int cli_wait(struct cli *cli, const struct wait_for *wanted, size_t count, bool as_list,
        int64_t seconds, struct err *e) ERR_MUST_USE;
/* The seconds of --wait (an hour if none are given); -1: --wait was not given. */
int cli_wait_seconds(const struct cli *cli, int64_t *out, struct err *e) ERR_MUST_USE;

#endif
