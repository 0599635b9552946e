/* SPDX-License-Identifier: Apache-2.0
 *
 * longshore doctor: a table of checks, one function each. All checks run at the same time, each in
 * its own process, so a check that hangs or dies does not stop the others. A check reports each
 * finding on one line and never fails itself. A remedy is a command or an action.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli.h"

struct doctor {
	struct cli *cli;
	int fd; /* where findings go */
};

enum doctor_level { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_PROBLEM };

struct doctor_check {
	const char *name;
	void (*run)(struct doctor *d);
	const char *remedy; /* if it does not end in time */
};

void doctor_ok(struct doctor *d, const char *subject, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));
/* remedy may be empty if the text is enough. */
void doctor_line(struct doctor *d, enum doctor_level level, const char *subject, const char *remedy,
        const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Gets a setting that the check needs. false: it is not set, and doctor_settings reports that. */
bool doctor_has(const char *setting);
/* True if the database answers and is migrated. If not, doctor_postgres or doctor_migrations
 * reports it. */
bool doctor_is_migrated(struct doctor *d);
/* Queries a migrated database and reports a refusal. false: there are no rows. */
bool doctor_asks(struct doctor *d, const struct pg_statement *stmt, const struct pg_params *p,
        struct pg_rows **rows);

void doctor_settings(struct doctor *d);
void doctor_kafka(struct doctor *d);
void doctor_services(struct doctor *d);
void doctor_postgres(struct doctor *d);
void doctor_migrations(struct doctor *d);
void doctor_grants(struct doctor *d);
void doctor_redis(struct doctor *d);
void doctor_staging(struct doctor *d);
void doctor_keys(struct doctor *d);
void doctor_zones(struct doctor *d);
void doctor_drops(struct doctor *d);
void doctor_work(struct doctor *d);

#endif
