/* SPDX-License-Identifier: Apache-2.0
 * What the clean-up thread passes to a service, and gets back. */
#ifndef LONGSHORE_TIDY_H
#define LONGSHORE_TIDY_H

#include <stdatomic.h>
#include <stdint.h>

/* One run of removing dead data. */
struct tidy_run {
	int64_t age_ms;          /* age at which untouched data is dead */
	int64_t most;            /* temporaries removed in one run */
	int64_t keep_ms;         /* how long the staged data of finished deliveries is kept */
	const atomic_bool *stop; /* set: return soon */
};
struct tidied { /* what was removed; counts on failure, too */
	int64_t drop_temporaries, objects;
};

#endif
