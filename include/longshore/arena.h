/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory grouped by lifetime. One arena per message or batch: the loop creates it and resets it after
 * the commit. Code that handles a message frees nothing. The arena is always an explicit parameter `mem`; there is no
 * current arena.
 *
 * Invariants: memory is aligned for any type; nothing moves until reset; the total size never exceeds
 * the limit.
 * One thread owns an arena.
 */
#ifndef LONGSHORE_ARENA_H
#define LONGSHORE_ARENA_H

#include "longshore/str.h"

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* the first block survives a reset */
	size_t limit_bytes;
	size_t used_bytes;
	size_t enough_bytes; /* loops that read input stop here; 0 = only at the limit */
};

void arena_init(struct arena *mem, size_t limit_bytes);
void arena_reset(struct arena *mem);
void arena_release(struct arena *mem); /* accepts a zeroed arena */

/* For small sizes known to the programmer: aborts when the limit or memory is exhausted. Zeroed. */
void *arena_alloc(struct arena *mem, size_t bytes) __attribute__((malloc, returns_nonnull));

/* For any size derived from input: NULL when the limit or memory is exhausted, or count * size
 * overflows. Zeroed. */
void *arena_try_alloc(struct arena *mem, size_t count, size_t size)
        __attribute__((malloc, warn_unused_result));

/* Makes room for one more item of an array that grows: `items` is the address of its pointer (NULL at
 * first), *room how many fit. What it has is copied; items do not move until the next growth. false:
 * the limit or memory is out, and the array is as it was. */
bool arena_grow(struct arena *mem, void *items, size_t count, size_t *room, size_t size)
        __attribute__((warn_unused_result));
/* The same for sizes known to the programmer: aborts like arena_alloc. */
void arena_grow_known(struct arena *mem, void *items, size_t count, size_t *room, size_t size);

/* For loops over input: true if no more should be read into this arena. What was started can still be
 * finished, because the limit is higher. */
static inline bool arena_has_enough(const struct arena *mem)
{
	return mem->enough_bytes > 0 && mem->used_bytes > mem->enough_bytes;
}

#define ARENA_NEW(mem, type) ((type *)arena_alloc((mem), sizeof(type)))
#define ARENA_TRY_ARRAY(mem, type, count) ((type *)arena_try_alloc((mem), (count), sizeof(type)))

#define ARENA_GROW(mem, items, count, room) \
	arena_grow((mem), &(items), (count), &(room), sizeof *(items))
#define ARENA_GROW_KNOWN(mem, items, count, room) \
	arena_grow_known((mem), &(items), (count), &(room), sizeof *(items))

/* Copies with a terminator; abort like arena_alloc. An absent slice stays absent. */
struct str arena_str(struct arena *mem, struct str s);
char *arena_cstr(struct arena *mem, struct str s) __attribute__((returns_nonnull));
struct str arena_printf(struct arena *mem, const char *fmt, ...)
        __attribute__((format(printf, 2, 3)));

#endif
