/* SPDX-License-Identifier: Apache-2.0
 *
 * The marks of one partition: what became of each message from the commit floor on. No I/O, no
 * clock.
 *
 *   untouched -> running  -> finished
 *   suspect   -> alone    -> finished
 *
 * What is committed is the floor, the first offset that is not finished, and the marks above it as
 * text. Whoever takes the partition over finds there what its predecessor was doing: a running
 * message becomes a suspect, one that ran alone a suspect with one more death counted
 * (marks_take_over). An orderly revoke takes "alone" back (marks_revoke).
 *
 * Invariants: the floor never passes an unfinished message; marks_encode always fits
 * BUS_METADATA_MAX.
 *
 * Text: "1", then runs of equal marks from the floor on: a letter (- untouched, r running, s
 * suspect, l alone, f finished), the length unless it is 1, and the deaths counted as ".n" unless
 * they are 0; untouched ones at the end are left out. "1rf3-s.1" says: the floor runs, three are
 * finished, one is untouched, one is a suspect with a death.
 */
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
	int64_t floor; /* the offset to commit; -1: nothing was ever committed or seen */
	int64_t next;  /* one above the highest message seen, at least the floor */
	struct mark_run
	        *runs; /* from the floor on, without gaps; behind the last all are untouched */
	size_t runs_count;
};

enum {
	MARKS_DEATHS_MAX = 255,
	MARKS_ROOM = BUS_METADATA_MAX -
	             100, /* bytes of text up to which messages above the floor are marked */
	MARKS_LAST_ROOM =
	        BUS_METADATA_MAX - 20, /* and up to which one at the floor, or a suspect, is; what
	                                * is left is for the deaths that a successor counts */
};

void marks_init(struct marks *m, int64_t floor);
void marks_release(struct marks *m);

/* The log restarts below the floor: its offsets are given out again, so all that is known of
 * them is of other messages. */
void marks_begin_anew(struct marks *m, int64_t floor);

/* What a new owner makes of what was committed. ERR_REJECT ("bad_marks"): the text is not ours; *m
 * then knows the floor only. */
int marks_take_over(struct marks *m, int64_t floor, struct str text, struct err *e) ERR_MUST_USE;

/* A message has come. Offsets that were skipped on the way to it do not exist: they are finished.
 */
struct mark marks_see(struct marks *m, int64_t offset);
struct mark marks_get(const struct marks *m, int64_t offset);

/* Each answers false, and changes nothing, while the text would become too long: try again when the
 * floor has moved. */
bool marks_run(struct marks *m, int64_t offset);    /* untouched -> running */
bool marks_alone(struct marks *m, int64_t offset);  /* suspect -> alone */
bool marks_finish(struct marks *m, int64_t offset); /* any -> finished; moves the floor */

/* It was marked but never started: back to what it was. */
void marks_unstart(struct marks *m, int64_t offset);

/* A suspect is known to have died no more often than this. false: nothing changed. */
bool marks_spare(struct marks *m, int64_t offset, int deaths);

/* The partition goes to somebody else in good order: alone -> suspect, the deaths as before. */
void marks_revoke(struct marks *m);
bool marks_has_alone(const struct marks *m);

/* Length of the text; out is not terminated. Nothing above the floor: 0. Where so many offsets do
 * not exist that it would pass its maximum, its end is left out: a successor takes that for
 * untouched. */
size_t marks_encode(const struct marks *m, char out[BUS_METADATA_MAX]);

#endif
