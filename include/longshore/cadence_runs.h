/* SPDX-License-Identifier: Apache-2.0
 *
 * When a route runs. A run is identified by its civil label (yyyy-mm-ddThh:mm), zone and fold. Its
 * moment is computed from them, so new time-zone data moves a run but never makes a second one.
 * Pure.
 *
 *   gap      a label that does not exist runs at the first valid moment
 *   overlap  once, at the first of the two moments
 *
 * A cron line with a star as its hour follows elapsed time instead: it runs in both folds of an
 * overlap, and labels in a gap have no run, because that hour never was. monthly and quarterly: a
 * day past the month's end is the last day. biweekly: weeks are from Monday to Sunday, and every
 * other week has runs, counted from the anchor's week.
 */
#ifndef LONGSHORE_CADENCE_RUNS_H
#define LONGSHORE_CADENCE_RUNS_H

#include "longshore/cadence.h"
#include "longshore/civil.h"
#include "longshore/cron.h"
#include "longshore/tz.h"

struct cadence {
	enum cadence_kind kind;
	struct cron cron;
	int hour, minute, weekday, day, month;
	int64_t anchor_days;
	const struct tz *zone;
};

struct cadence_run {
	char label[CIVIL_LABEL_BYTES];
	int fold;
	int64_t due_s; /* UTC */
};

/* ERR_REJECT ("bad_cadence", "bad_cron"). zone is borrowed. */
int cadence_init(struct cadence *c, const struct spec_cadence *spec, const struct tz *zone,
        struct err *e) ERR_MUST_USE;

/* The first run after the moment `after_s`. false: there is none (CADENCE_NONE, 31 February). */
bool cadence_after(const struct cadence *c, int64_t after_s, struct cadence_run *out);
/* The run that follows this one, by label. */
bool cadence_next(const struct cadence *c, const struct cadence_run *run, struct cadence_run *out);
/* The moment of a label and fold under the zone's current rules. false: the label is malformed. */
bool cadence_due(const struct cadence *c, struct str label, int fold, int64_t *out_s);

#endif
