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
	struct pg *pg;         /* connected at the first question */
	int64_t not_before_ms; /* monotonic: it did not answer, and is left alone until then */
};

/* conninfo empty: a source that is never asked. */
void schema_table_init(struct schema_table *t, const char *conninfo, const char *application);
void schema_table_release(struct schema_table *t);
/* A database that does not answer is asked once a second at most, however many messages wait: each
 * question may block for as long as a connection takes. */
struct schema_source schema_table_source(struct schema_table *t);

#endif
