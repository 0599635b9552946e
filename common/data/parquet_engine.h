/* SPDX-License-Identifier: Apache-2.0
 *
 * A duck with the window that it may read. Opening one takes longer than reading a small object, so
 * a few that are idle are kept and used again, by any thread of the process. An idle one has an
 * empty window. One that failed is never used again.
 */
#ifndef LONGSHORE_DATA_PARQUET_ENGINE_H
#define LONGSHORE_DATA_PARQUET_ENGINE_H

#include "duck.h"
#include "parquet_window.h"

enum { PARQUET_IDLE_MAX = 4 };

struct parquet_engine {
	struct duck *duck;
	struct parquet_window window;
	char *library;
	struct parquet_engine *next; /* of the idle ones */
};

/* The window is as long as the object and has nothing in it. library: as for duck_open. */
int parquet_engine_take(const char *library, int64_t bytes, struct parquet_engine **out,
        struct err *e) ERR_MUST_USE;
/* is_sound: everything that was asked of it succeeded. Accepts NULL. */
void parquet_engine_give(struct parquet_engine *g, bool is_sound);

#endif
