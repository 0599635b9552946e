/* SPDX-License-Identifier: Apache-2.0
 * Reads the files below tests/unit/event/golden. */
#ifndef LONGSHORE_TESTS_EVENT_FILES_H
#define LONGSHORE_TESTS_EVENT_FILES_H

#include "longshore/arena.h"

#include <stdio.h>

/* The whole file, in mem. */
static inline struct str event_file(struct arena *mem, const char *name)
{
	char path[512];
	(void)snprintf(path, sizeof path, "%s/unit/event/golden/%s", LONGSHORE_TESTS, name);
	FILE *f = fopen(path, "rb");
	if (!f) {
		(void)fprintf(stderr, "%s is not there: golden.py --write makes it\n", path);
		return str_c(NULL);
	}
	enum { MOST = 256 * 1024 };
	char *p = arena_alloc(mem, MOST);
	size_t n = fread(p, 1, MOST, f);
	(void)fclose(f);
	return str_bytes(p, n);
}

#endif
