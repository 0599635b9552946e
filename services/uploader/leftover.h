/* SPDX-License-Identifier: Apache-2.0
 *
 * Temporaries at a drop that nobody will ever commit, and that could not be removed when that was
 * known: the drop was away, or another place was mounted there. The ledger keeps a note of each,
 * ledger/leftover/<random part of its name>, until it is gone. Nothing that no note names is ever
 * removed here, and a note is written only after the record, by comparison, has closed or has
 * another temporary.
 */
#ifndef LONGSHORE_UPLOADER_LEFTOVER_H
#define LONGSHORE_UPLOADER_LEFTOVER_H

#include "longshore/drop.h"
#include "longshore/secret.h"
#include "longshore/store.h"
#include "longshore/worker.h"

#define LEFTOVER_SCOPE "leftover" /* of the ledger's key that notes are sealed under */

struct leftovers {
	struct store *staging;
	struct secret key;
	const char *key_dir;           /* credentials are there; NULL: none are */
	const struct confine *allowed; /* where drops on servers may lie */
};

struct leftover {
	struct str url;                  /* of the drop */
	struct str credential, host_key; /* empty: none is needed */
	const char *place;               /* identity of the place that the temporary is in */
	const char *temp;
};

/* A note that is there already is success. Errors of staging; ERR_REJECT ("bad_task") for a URL
 * with control characters. */
int leftover_note(struct leftovers *l, const struct leftover *what, struct err *e) ERR_MUST_USE;

/* Removes what is named and can be reached, and their notes; *out_removed counts, also on failure.
 * ERR_RETRY ("drop_unavailable"): so many wait for their place to come back. Blocks as the drops
 * do. Any number of processes may do it at once. */
int leftover_remove_all(struct leftovers *l, const struct tidy_run *run, int64_t *out_removed,
        struct err *e) ERR_MUST_USE;

#endif
