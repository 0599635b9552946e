/* SPDX-License-Identifier: Apache-2.0
 * Writer schemas from the table event.schema, which `longshore migrate` fills. */
#ifndef COMMON_WORKER_SCHEMA_SOURCE_H
#define COMMON_WORKER_SCHEMA_SOURCE_H

#include "reading.h"

#include <stdint.h>

struct pg;

struct schema_table {
	const char *conninfo;
	const char *application;
	struct pg *pg;         /* connected at the first lookup */
	int64_t not_before_ms; /* monotonic: after a failed lookup, no other before this time */
};

/* conninfo empty: a source that is never used. */
void schema_table_init(struct schema_table *t, const char *conninfo, const char *application);
void schema_table_release(struct schema_table *t);
/* If the database does not respond, it is tried at most once a second, however many messages
 * wait, because each lookup can block for as long as a connection attempt takes. */
struct schema_source schema_table_source(struct schema_table *t);

#endif
