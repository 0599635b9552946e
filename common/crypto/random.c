/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/random.h"

#include <limits.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

void random_bytes(void *out, size_t n)
{
	if (n > INT_MAX || RAND_bytes(out, (int)n) != 1) {
		(void)fprintf(stderr, "longshore: the system provides no random numbers\n");
		abort();
	}
}
