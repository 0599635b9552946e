/* SPDX-License-Identifier: Apache-2.0
 * Deliveries and builds as they are recorded: reading them, waiting for them, and how a held one is
 * released. */
#ifndef CLI_DELIVERY_H
#define CLI_DELIVERY_H

#include "cli.h"

struct delivery_row {
	struct str delivery_id, tenant, route, state, reason, detail;
	struct str content_hash; /* of the selection; empty: there is none */
	int64_t version;
	bool is_found; /* false: nothing is recorded yet, the other fields but the id are empty */
};

/* What a person can type to release a held delivery, with the selection that they look at (empty:
 * none); absent if it releases itself. */
struct str cli_release(
        struct arena *mem, struct str delivery_id, struct str reason, struct str content_hash);
/* What has to be so first, or what it waits for; may be empty. */
const char *cli_release_note(struct str reason);
/* "released by: ..." and the note; release as of cli_release. */
void cli_print_release(struct str release, struct str reason, const char *indent);
/* The same table as parameters of select_status. */
void cli_add_releases(struct pg_params *p);

/* completed, failed, rejected, cancelled, superseded */
bool cli_is_final(struct str state);
/* 0 for completed, 3 for held, 1 for the other final states. */
int cli_code_of(struct str state);

/* rows: one for each id, in that order; texts in mem. */
int cli_deliveries(struct cli *cli, const struct str *ids, size_t count, struct arena *mem,
        struct delivery_row *rows, struct err *e) ERR_MUST_USE;
/* By its id, or the beginning of it. ERR_REJECT ("not_found"): no such delivery or build; ("ambiguous"): several. */
int cli_delivery(
        struct cli *cli, struct str given, struct delivery_row *out, struct err *e) ERR_MUST_USE;
/* The same as the scheduler has it now, which may not be recorded yet (then content_hash is empty);
 * detail stays empty. */
int cli_delivery_now(struct cli *cli, struct str delivery_id, struct delivery_row *out,
        struct err *e) ERR_MUST_USE;

struct wait_for {
	struct str delivery_id;
	int64_t after_version; /* what is recorded with this version or a lower one is old news */
	const char *aim;       /* the final state that was asked for; NULL: completed */
};
/* Waits until each is final or held (but for `overlap`, which passes), at most so many seconds; prints them as they settle, in JSON
 * one object, or a list where as_list; the exit code is the worst one. A database that is away is
 * waited for, too. */
int cli_wait(struct cli *cli, const struct wait_for *wanted, size_t count, bool as_list,
        int64_t seconds, struct err *e) ERR_MUST_USE;
/* --wait's seconds (an hour where none are given); -1: not asked for. */
int cli_wait_seconds(const struct cli *cli, int64_t *out, struct err *e) ERR_MUST_USE;

#endif
