/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_WORKER_PUBLISHER_H
#define COMMON_WORKER_PUBLISHER_H

#include "frame.h"

/* One send at a time. Tags only grow, so a late report of an abandoned send is recognised and
 * ignored. */
struct publisher {
	bool (*breathe)(void *arg); /* the loop's */
	void *breathe_arg;
	struct frame *frame;
	uint64_t next_tag;
	bool *is_acked; /* of the items of this send */
	size_t acked_cap;
};

void publisher_init(struct publisher *p, struct frame *f);
void publisher_release(struct publisher *p);

#endif
