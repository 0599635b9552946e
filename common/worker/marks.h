/* SPDX-License-Identifier: Apache-2.0
 *
 * The marks of one partition: the state of each message from the commit floor on. No I/O, no
 * clock.
 *
 *   untouched -> running  -> finished
 *   suspect   -> alone    -> finished
 *
 * A commit stores the floor, which is the first offset that is not finished, and the marks
 * above it as text. The new owner of a partition finds there what its predecessor was doing: a
 * running message becomes a suspect; one that ran alone becomes a suspect with one more death
 * counted (marks_take_over). An orderly revoke turns "alone" back into "suspect"
 * (marks_revoke).
 *
 * Invariants: the floor never passes an unfinished message; marks_encode always fits
 * BUS_METADATA_MAX.
 *
 * Text: "1", then runs of equal marks from the floor on: a letter (- untouched, r running, s
 * suspect, l alone, f finished), the length unless it is 1, and the deaths as ".n" unless they
 * are 0. Untouched runs at the end are left out. "1rf3-s.1" means: the floor is running, three
 * are finished, one is untouched, one is a suspect with one death. */
#ifndef COMMON_WORKER_MARKS_H
#define COMMON_WORKER_MARKS_H

#include "longshore/bus.h"

enum mark_state { MARK_UNTOUCHED, MARK_RUNNING, MARK_SUSPECT, MARK_ALONE, MARK_FINISHED };

struct mark {
	enum mark_state state;
	int deaths; /* while running alone; suspect and alone only */
};

struct mark_run {
	int64_t count;
	struct mark mark;
};

struct marks {
	int64_t floor;         /* the offset to commit; -1: nothing was ever committed or seen */
	int64_t next;          /* one above the highest message seen, at least the floor */
	struct mark_run *runs; /* from the floor on, without gaps; later offsets are untouched */
	size_t runs_count;
};

enum {
	MARKS_DEATHS_MAX = 255,
	/* Messages above the floor are marked only while the text has at most so many bytes. */
	MARKS_ROOM = BUS_METADATA_MAX - 100,
	/* The same for the message at the floor and for suspects. The rest is for deaths that a
	 * successor counts. */
	MARKS_LAST_ROOM = BUS_METADATA_MAX - 20,
};

void marks_init(struct marks *m, int64_t floor);
void marks_release(struct marks *m);

/* The log restarts below the floor and reuses its offsets, so all marks are about other
 * messages. */
void marks_begin_anew(struct marks *m, int64_t floor);

/* Reads what the previous owner committed. ERR_REJECT ("bad_marks"): the text is not ours; *m
 * then knows only the floor. */
int marks_take_over(struct marks *m, int64_t floor, struct str text, struct err *e) ERR_MUST_USE;

/* Notes a message that arrived. Skipped offsets before it do not exist: they are marked as
 * finished. */
struct mark marks_see(struct marks *m, int64_t offset);
struct mark marks_get(const struct marks *m, int64_t offset);

/* Each returns false, and changes nothing, while the text would become too long: retry when the
 * floor has moved. */
bool marks_run(struct marks *m, int64_t offset);    /* untouched -> running */
bool marks_alone(struct marks *m, int64_t offset);  /* suspect -> alone */
bool marks_finish(struct marks *m, int64_t offset); /* any -> finished; moves the floor */

/* The message was marked but never started: restores its earlier mark. */
void marks_unstart(struct marks *m, int64_t offset);

/* Lowers a suspect's deaths to this number. false: nothing changed. */
bool marks_spare(struct marks *m, int64_t offset, int deaths);

/* Before an orderly hand-over of the partition: alone -> suspect, deaths unchanged. */
void marks_revoke(struct marks *m);
bool marks_has_alone(const struct marks *m);

/* Returns the length of the text; out is not terminated. 0: there is nothing above the floor.
 * If so many offsets do not exist that the text would exceed its maximum, its end is left out;
 * a successor takes those messages for untouched. */
size_t marks_encode(const struct marks *m, char out[BUS_METADATA_MAX]);

#endif
