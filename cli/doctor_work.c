/* SPDX-License-Identifier: Apache-2.0
 * Checks whether work continues: what is overdue, unpublished, unrecorded or set aside. */
#include "doctor.h"

#include "sql/cli.h"

enum { LATE_SECONDS = 120 };

static int check_scheduler(struct doctor *d, const struct pg_rows *rows)
{
	int64_t overdue = pg_num(rows, 0, COL_SELECT_HEALTH_OVERDUE),
	        unpublished = pg_num(rows, 0, COL_SELECT_HEALTH_STORED);
	const char *remedy = "start longshore-scheduler, or check its log";
	if (overdue > 0)
		doctor_line(d, DOCTOR_PROBLEM, "overdue", remedy,
		        "%lld deliver%s overdue; the oldest, " STR_FMT ", by %lld s",
		        (long long)overdue, overdue == 1 ? "y is" : "ies are",
		        STR_ARG(pg_text(rows, 0, COL_SELECT_HEALTH_OLDEST, &d->cli->mem)),
		        (long long)pg_num(rows, 0, COL_SELECT_HEALTH_LATE_S));
	if (unpublished > 0)
		doctor_line(d, DOCTOR_PROBLEM, "outbox", remedy,
		        "%lld event%s stored but not published, the oldest for %lld s",
		        (long long)unpublished, unpublished == 1 ? " is" : "s are",
		        (long long)pg_num(rows, 0, COL_SELECT_HEALTH_STORED_S));
	return (overdue > 0) + (unpublished > 0);
}

void doctor_work(struct doctor *d)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &d->cli->mem);
	pg_set_num(&p, PARAM_SELECT_HEALTH_LATE_S, LATE_SECONDS);
	if (!doctor_asks(d, &sql_select_health, &p, &rows))
		return;
	int faults = check_scheduler(d, rows);
	int64_t unrecorded = pg_num(rows, 0, COL_SELECT_HEALTH_UNRECORDED),
	        letters = pg_num(rows, 0, COL_SELECT_HEALTH_DEAD_LETTERS);
	if (unrecorded > 0) {
		doctor_line(d, DOCTOR_PROBLEM, "recorder",
		        "start longshore-audit-sink, or check its log",
		        "%lld status%s not recorded yet: longshore status is out of date",
		        (long long)unrecorded, unrecorded == 1 ? " is" : "es are");
		faults++;
	}
	if (letters > 0) {
		doctor_line(d, DOCTOR_WARNING, "dead letters",
		        "see table audit.dead_letter; longshore trace DELIVERY also shows them",
		        "%lld in the last week; the newest: " STR_FMT, (long long)letters,
		        STR_ARG(pg_text(rows, 0, COL_SELECT_HEALTH_NEWEST_LETTER, &d->cli->mem)));
		faults++;
	}
	if (faults == 0)
		doctor_ok(d, "work", "nothing is stuck; %lld deliveries under way, %lld held%s",
		        (long long)pg_num(rows, 0, COL_SELECT_HEALTH_UNDER_WAY),
		        (long long)pg_num(rows, 0, COL_SELECT_HEALTH_HELD),
		        pg_num(rows, 0, COL_SELECT_HEALTH_HELD) ? ": longshore status --state held"
		                                                : "");
}
