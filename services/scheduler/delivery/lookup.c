/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup.h"

enum { ROOM_FIRST = 16 };

static uint64_t hash_of(struct str key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	for (size_t i = 0; i < key.n; i++)
		hash = (hash ^ (unsigned char)key.p[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

/* The key's slot, or the free slot where it belongs. The table always has a free slot. */
static struct lookup_slot *slot_of(struct lookup_slot *slots, size_t room, struct str key)
{
	size_t at = (size_t)hash_of(key) & (room - 1);
	while (slots[at].key.p && !str_eq(slots[at].key, key))
		at = (at + 1) & (room - 1);
	return &slots[at];
}

void *lookup_find(const struct lookup *t, struct str key)
{
	return t->slots && key.p ? slot_of(t->slots, t->room, key)->thing : NULL;
}

static void widen(struct lookup *t, struct arena *mem)
{
	size_t room = t->room ? t->room * 2 : ROOM_FIRST;
	struct lookup_slot *slots = arena_alloc(mem, room * sizeof *slots);
	for (size_t i = 0; i < t->room; i++)
		if (t->slots[i].key.p)
			*slot_of(slots, room, t->slots[i].key) = t->slots[i];
	t->slots = slots;
	t->room = room;
}

void lookup_put(struct lookup *t, struct str key, void *thing, struct arena *mem)
{
	if (2 * (t->count + 1) > t->room)
		widen(t, mem);
	*slot_of(t->slots, t->room, key) = (struct lookup_slot){key, thing};
	t->count++;
}
