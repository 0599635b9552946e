/* SPDX-License-Identifier: Apache-2.0
 * longshore doctor: a table of checks, one function each. Every check runs in a process of its own,
 * all at the same time, so that none waits for another and one that hangs or dies is only told.
 *
 * A check says what it finds, a line each; it fails never. The remedy is a command or an act.
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
	const char *remedy; /* where it does not come to an end */
};

void doctor_ok(struct doctor *d, const char *subject, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));
/* remedy may be empty where the text says all. */
void doctor_line(struct doctor *d, enum doctor_level level, const char *subject, const char *remedy,
        const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* A setting that the check needs; false: it is not set, which doctor_settings tells. */
bool doctor_has(const char *setting);
/* It answers and is migrated. If not, doctor_postgres or doctor_migrations tells. */
bool doctor_is_migrated(struct doctor *d);
/* Asks a migrated database; a refusal is told. false: no rows. */
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
