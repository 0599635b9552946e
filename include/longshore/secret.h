/* SPDX-License-Identifier: Apache-2.0
 * Keys are only kept in this type: no logger or encoder accepts it, and releasing it wipes it. */
#ifndef LONGSHORE_SECRET_H
#define LONGSHORE_SECRET_H

#include "longshore/err.h"

#include <stddef.h>

enum { SECRET_BYTES = 32 };

struct secret {
	unsigned char bytes[SECRET_BYTES];
};

void secret_wipe(struct secret *s); /* never optimised away; accepts NULL */
void wipe(void *p, size_t n);

/* Memory for long-lived secrets: never swapped out, never in a core dump, zeroed. ERR_FATAL ("memory_unlocked") if
 * the system locks no more (RLIMIT_MEMLOCK). Freeing wipes it and accepts NULL. */
int secret_room_new(size_t bytes, void **out, struct err *e) ERR_MUST_USE;
void secret_room_free(void *room, size_t bytes);

/* From now on no core dump contains this process's memory: no file is written, and a handler behind a
 * pipe gets registers only. Debuggers and tracers may still attach. */
void secret_keep_from_cores(void);

#endif
