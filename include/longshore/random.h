/* SPDX-License-Identifier: Apache-2.0
 * Random bytes for salts, keys and the names of temporaries. Nothing that decides is drawn at
 * random. Aborts if the system cannot give randomness. */
#ifndef LONGSHORE_RANDOM_H
#define LONGSHORE_RANDOM_H

#include <stddef.h>

void random_bytes(void *out, size_t n);

#endif
