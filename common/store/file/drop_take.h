/* SPDX-License-Identifier: Apache-2.0
 *
 * How a temporary gets its name at the destination, without replacing, and so that everybody can
 * tell afterwards whether it did. The partner may take the file away between any two calls.
 *
 *   FIND --free--> PLACE --renamed--> SYNC                       one call, where the place can
 *                    `--cannot--> LOOK --taken--> SYNC
 *                                   `--> CLAIM --> LINK --> CLEAR --> SYNC
 *                                                   |--"exists"--> CHECK
 *                                                   `--failed for good--> RELEASE
 *   FIND --claimed--> CHECK --the name is its link--> CLEAR
 *                       |--another's claim--> WAIT --> FIND
 *                       |                      `--does not move--> DOUBT --> CHECK
 *                       `--in doubt--> SYNC
 *
 * A link alone would prove nothing: after a death behind it, and once the partner has taken the
 * file, the temporary looks like one that was never committed. So only who has claimed the
 * temporary links it. A claim ends by its owner, by the link that everybody can see, or in doubt,
 * from where nobody links it. A claim that was left without an answer of the file system stays.
 *
 * To put a temporary aside is the same with another end: FIND --free--> SET_ASIDE.
 *
 * One step is a call or two; between two steps the process may die.
 */
#ifndef LONGSHORE_STORE_FILE_DROP_TAKE_H
#define LONGSHORE_STORE_FILE_DROP_TAKE_H

#include "drop_chain.h"

/* How often a claim is looked at before it is put into doubt: for 5 s. */
enum { TAKE_WAITS_MAX = 100, TAKE_WAIT_MS = 50 };

#define TAKE_BY_LINK "link_noreplace"

enum take_step {
	TAKE_FIND,
	TAKE_PLACE,
	TAKE_LOOK,
	TAKE_CLAIM,
	TAKE_LINK,
	TAKE_RELEASE,
	TAKE_CHECK,
	TAKE_WAIT,
	TAKE_DOUBT,
	TAKE_CLEAR,
	TAKE_SET_ASIDE,
	TAKE_SYNC,
	TAKE_DONE,
	TAKE_STEPS
};

enum take_answer { TAKE_COMMITTED, TAKE_GONE, TAKE_NAME_TAKEN, TAKE_IN_DOUBT, TAKE_ASIDE };

struct take {
	struct file_drop *d;
	const char *temp; /* paths below the drop, of the caller */
	const char *name; /* NULL: put it aside */
	enum take_step step;
	enum take_answer answer; /* DONE */
	int temp_dir;            /* -1: gone with all that was in it */
	int name_dir;
	const char *name_base;
	int at;        /* where in the chain it is looked for, or was found */
	bool is_owner; /* the claim there is ours */
	int waits;
	struct stat found;
	struct err why; /* RELEASE: what failed */
};

void take_init(struct take *t, struct file_drop *d, const char *temp, const char *name);
void take_release(struct take *t);
/* Takes the next step. After a failure it is over. */
int take_step(struct take *t, struct err *e) ERR_MUST_USE;
/* Steps until DONE. */
int take_run(struct take *t, struct err *e) ERR_MUST_USE;

#endif
