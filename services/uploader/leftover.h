/* SPDX-License-Identifier: Apache-2.0
 *
 * Temporaries at a drop that nobody will ever commit, and that could not be removed at once
 * because the drop was unavailable or another place was mounted there. The ledger keeps a note of
 * each, ledger/leftover/<random part of its name>, until it is gone. Only temporaries with a note
 * are removed here. A note is written only after a compare-and-swap has closed the record or given
 * it another temporary.
 */
#ifndef LONGSHORE_UPLOADER_LEFTOVER_H
#define LONGSHORE_UPLOADER_LEFTOVER_H

#include "longshore/drop.h"
#include "longshore/secret.h"
#include "longshore/store.h"
#include "longshore/worker.h"

#define LEFTOVER_SCOPE "leftover" /* scope of the ledger's key that seals the notes */

struct leftovers {
	struct store *staging;
	struct secret key;
	const char *key_dir;           /* contains the credentials; NULL: there are none */
	const struct confine *allowed; /* where drops on servers may be */
};

struct leftover {
	struct str url;                  /* of the drop */
	struct str credential, host_key; /* empty: none is needed */
	const char *place;               /* identity of the place that the temporary is in */
	const char *temp;
};

/* Succeeds if the note exists already. Fails with the errors of staging, and with ERR_REJECT
 * ("bad_task") for a URL with control characters. */
int leftover_note(struct leftovers *l, const struct leftover *what, struct err *e) ERR_MUST_USE;

/* Removes the noted temporaries that can be reached, and their notes. Sets *out_removed also on
 * failure. ERR_RETRY ("drop_unavailable"): the others wait for their place to come back; the text
 * has their number. Blocks as the drops do. Any number of processes can run it at once. */
int leftover_remove_all(struct leftovers *l, const struct tidy_run *run, int64_t *out_removed,
        struct err *e) ERR_MUST_USE;

#endif
