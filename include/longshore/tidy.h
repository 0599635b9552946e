/* SPDX-License-Identifier: Apache-2.0
 * What the thread that tidies up hands to a service, and is told by it. */
#ifndef LONGSHORE_TIDY_H
#define LONGSHORE_TIDY_H

#include <stdatomic.h>
#include <stdint.h>

/* One turn of removing what is dead. */
struct tidy_run {
	int64_t age_ms;          /* what nobody has touched for so long is dead */
	int64_t most;            /* temporaries removed in one turn */
	int64_t keep_ms;         /* of deliveries that are over what is staged stays so long */
	const atomic_bool *stop; /* set: return soon */
};
struct tidied { /* what was removed; counts on failure, too */
	int64_t drop_temporaries, objects;
};

#endif
