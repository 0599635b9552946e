/* SPDX-License-Identifier: Apache-2.0
 *
 * What a decision needs to know of one task of a stage that may have very many: a few hundred bytes,
 * where a row with its result has thousands. Pure. */
#ifndef SCHEDULER_BRIEF_H
#define SCHEDULER_BRIEF_H

#include "delivery.h"

enum { BRIEF_COUNTS = 10 };
extern const char *const brief_count_names[BRIEF_COUNTS]; /* of a select task */

struct brief {
	int32_t revision, index;
	bool is_done, was_issued;
	bool is_by_person;        /* a person said which place it is */
	struct ev_staged_ref ref; /* done: its selection or file; without a name there is none */
	struct str plain_sha256, encoder; /* of a part; empty = none */
	struct str invalid_at;            /* of a select task; empty = none */
	struct str receipt;               /* name of the file at the destination; absent = none */
	struct str place;                 /* where it was found or put; empty = not said */
	const int64_t *counts; /* of a select task, in the order of the names; else NULL */
};

struct briefs {
	struct brief *items;
	size_t count, room;
};

/* Texts stay those of the row. */
struct brief brief_of(const struct task_row *row, struct arena *mem);
/* So many are about to be added: they move once, not each time that they double. */
bool brief_expect(struct briefs *all, size_t count, struct arena *mem);
/* Adds it, with texts of its own; what it has like the one before they share. False: mem is full. */
bool brief_keep(struct briefs *all, const struct task_row *row, struct arena *mem);

#endif
