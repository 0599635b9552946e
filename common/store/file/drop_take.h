/* SPDX-License-Identifier: Apache-2.0
 *
 * How a temporary gets its name at the destination without replacing a file, and so that any
 * process can tell afterwards whether it did. The partner may take the file away between any two
 * calls.
 *
 *   FIND --free--> PLACE --renamed--> SYNC                       one call, if the place can
 *                    `--cannot--> LOOK --taken--> SYNC
 *                                   `--> CLAIM --> LINK --> CLEAR --> SYNC
 *                                                   |--"exists"--> CHECK
 *                                                   `--certainly failed--> RELEASE
 *   FIND --claimed--> CHECK --the name is its link--> CLEAR
 *                       |--another's claim--> WAIT --> FIND
 *                       |                      `--does not move--> DOUBT --> CHECK
 *                       `--in doubt--> SYNC
 *
 * A link alone proves nothing. If a process dies after the link and the partner takes the file, the
 * temporary looks as if it was never committed. So only the process that claimed the temporary
 * links it. A claim ends in one of three ways: its owner ends it, its link becomes visible, or
 * another process puts it in doubt. A temporary in doubt is never linked. If the file system does
 * not answer, the claim stays.
 *
 * Putting a temporary aside works the same way with a different end: FIND --free--> SET_ASIDE.
 *
 * Each step is one or two calls. The process may die between any two steps.
 */
#ifndef LONGSHORE_STORE_FILE_DROP_TAKE_H
#define LONGSHORE_STORE_FILE_DROP_TAKE_H

#include "drop_chain.h"

/* A claim is checked this many times, for 5 s in total, before it is put in doubt. */
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
	const char *temp; /* paths below the drop; the caller owns them */
	const char *name; /* NULL: put it aside */
	enum take_step step;
	enum take_answer answer; /* valid when step is DONE */
	int temp_dir;            /* -1: the directory and all temporaries in it are gone */
	int name_dir;
	const char *name_base;
	int at;        /* position in the chain where it was last looked for or found */
	bool is_owner; /* we hold the claim at this position */
	int waits;
	struct stat found;
	struct err why; /* RELEASE: why the link failed */
};

void take_init(struct take *t, struct file_drop *d, const char *temp, const char *name);
void take_release(struct take *t);
/* Executes one step. After a failure the take is over. */
int take_step(struct take *t, struct err *e) ERR_MUST_USE;
/* Executes steps until DONE. */
int take_run(struct take *t, struct err *e) ERR_MUST_USE;

#endif
