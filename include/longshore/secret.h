/* SPDX-License-Identifier: Apache-2.0
 * Keys live in this type only: no logger or encoder takes it, and its release wipes it. */
#ifndef LONGSHORE_SECRET_H
#define LONGSHORE_SECRET_H

#include <stddef.h>

enum { SECRET_BYTES = 32 };

struct secret {
	unsigned char bytes[SECRET_BYTES];
};

void secret_wipe(struct secret *s); /* never optimised away; accepts NULL */
void wipe(void *p, size_t n);

#endif
