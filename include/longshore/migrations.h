/* SPDX-License-Identifier: Apache-2.0
 * db/migrations, embedded by the build, in order. */
#ifndef LONGSHORE_MIGRATIONS_H
#define LONGSHORE_MIGRATIONS_H

#include "longshore/pg.h"

extern const struct pg_migration migrations[];
extern const size_t migrations_count;

/* The privileges that exist after all migrations. The build makes them from the GRANT and REVOKE
 * statements. */
struct pg_grant {
	const char *role;      /* PUBLIC is a role here */
	const char *kind;      /* schema, table, column, sequence, function */
	const char *object;    /* run.state */
	const char *privilege; /* SELECT */
};
extern const struct pg_grant grants[];
extern const size_t grants_count;

#endif
