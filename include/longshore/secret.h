/* SPDX-License-Identifier: Apache-2.0
 * Keys live in this type only: no logger or encoder takes it, and its release wipes it. */
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

/* Room for secrets that stay: never swapped out, in no core dump, all zero. ERR_FATAL ("memory_unlocked") where the
 * system locks no more (RLIMIT_MEMLOCK). Its release wipes it and accepts NULL. */
int secret_room_new(size_t bytes, void **out, struct err *e) ERR_MUST_USE;
void secret_room_free(void *room, size_t bytes);

/* From now on no core dump of this process holds its memory: no file is written, and who gets dumps
 * through a pipe gets registers only. Debuggers and tracers may attach as before. */
void secret_keep_from_cores(void);

#endif
