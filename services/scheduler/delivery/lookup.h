/* SPDX-License-Identifier: Apache-2.0
 * A hash table in an arena. Keys are texts, values are pointers of the caller. A lookup takes
 * constant time. Pure. */
#ifndef SCHEDULER_LOOKUP_H
#define SCHEDULER_LOOKUP_H

#include "longshore/arena.h"

struct lookup_slot {
	struct str key; /* absent: the slot is free */
	void *thing;
};

struct lookup {
	struct lookup_slot *slots; /* NULL while empty */
	size_t room, count;        /* room is a power of two */
};

void *lookup_find(const struct lookup *t, struct str key); /* NULL: not found */
/* Keys are not copied and must differ. */
void lookup_put(struct lookup *t, struct str key, void *thing, struct arena *mem);

#endif
