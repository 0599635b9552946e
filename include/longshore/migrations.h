/* SPDX-License-Identifier: Apache-2.0
 * db/migrations, embedded by the build, in order. */
#ifndef LONGSHORE_MIGRATIONS_H
#define LONGSHORE_MIGRATIONS_H

#include "longshore/pg.h"

extern const struct pg_migration migrations[];
extern const size_t migrations_count;

#endif
