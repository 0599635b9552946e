/* SPDX-License-Identifier: Apache-2.0
 *
 * What a decision needs to know about one task of a stage that can have very many tasks. A brief
 * takes a few hundred bytes; a row with its result takes thousands. Pure. */
#ifndef SCHEDULER_BRIEF_H
#define SCHEDULER_BRIEF_H

#include "delivery.h"

enum { BRIEF_COUNTS = 10 };
extern const char *const brief_count_names[BRIEF_COUNTS]; /* counts of a select task */

struct brief {
	int32_t revision, index;
	bool is_done, was_issued;
	bool is_by_person;                     /* a person named the place */
	struct ev_staged_ref ref;              /* if done: its selection or file; no name = none */
	struct str plain_sha256, encoder, md5; /* of a part; empty = none */
	struct str invalid_at;                 /* of a select task; empty = none */
	struct str receipt;    /* name of the file at the destination; absent = none */
	struct str place;      /* where the file was found or put; empty = not said */
	const int64_t *counts; /* of a select task, in the order of brief_count_names; else NULL */
};

struct briefs {
	struct brief *items;
	size_t count, room;
};

/* The texts are still those of the row. */
struct brief brief_of(const struct task_row *row, struct arena *mem);
/* Makes room for this many more at once, instead of doubling several times. false: mem is full. */
bool brief_expect(struct briefs *all, size_t count, struct arena *mem);
/* Adds a brief with its own texts. It shares equal texts with the brief before it. false: mem is
 * full. */
bool brief_keep(struct briefs *all, const struct task_row *row, struct arena *mem);

#endif
