/* SPDX-License-Identifier: Apache-2.0
 * Random bytes for salts, keys and names of temporaries. No decision depends on them. Aborts if the
 * system cannot provide randomness. */
#ifndef LONGSHORE_RANDOM_H
#define LONGSHORE_RANDOM_H

#include <stddef.h>

void random_bytes(void *out, size_t n);

#endif
