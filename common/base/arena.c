/* SPDX-License-Identifier: Apache-2.0
 *
 * A list of blocks. Small requests are served from the head block. A large request gets its own
 * block, inserted after the head, so the head's free space stays usable. The first block survives
 * a reset. The limit counts the size of the blocks, not what callers asked for, so it bounds real
 * memory.
 *
 * Under AddressSanitizer, everything that is not handed out is poisoned. This catches use after a
 * reset and overruns.
 */
#include "longshore/arena.h"

#include <sanitizer/asan_interface.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct arena_block {
	struct arena_block *older;
	size_t room;
	size_t used;
	size_t held; /* room of all blocks; set in the head block only */
	bool is_first;
	alignas(max_align_t) char bytes[];
};

enum {
	ALIGN = alignof(max_align_t),
	FIRST_ROOM = 8 * 1024,
	MOST_ROOM = 1024 * 1024,
	GROW_FIRST = 4
};

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

void arena_init(struct arena *mem, size_t limit_bytes)
{
	*mem = (struct arena){.limit_bytes = limit_bytes};
}

static void block_free(struct arena_block *block)
{
	ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->room);
	free(block);
}

void arena_reset(struct arena *mem)
{
	struct arena_block *first = NULL;
	while (mem->blocks) {
		struct arena_block *block = mem->blocks;
		mem->blocks = block->older;
		if (block->is_first)
			first = block;
		else
			block_free(block);
	}
	mem->used_bytes = 0;
	if (first) {
		ASAN_POISON_MEMORY_REGION(first->bytes, first->room);
		*first = (struct arena_block){
		        .room = first->room, .held = first->room, .is_first = true};
		mem->blocks = first;
	}
}

void arena_release(struct arena *mem)
{
	arena_reset(mem);
	if (mem->blocks)
		block_free(mem->blocks);
	mem->blocks = NULL;
}

static struct arena_block *block_new(struct arena *mem, size_t bytes)
{
	struct arena_block *head = mem->blocks;
	size_t held = head ? head->held : 0;
	size_t left = mem->limit_bytes > held ? mem->limit_bytes - held : 0;
	if (bytes > left || bytes > SIZE_MAX - sizeof(struct arena_block))
		return NULL;
	/* Block sizes grow with the total held, so waste stays a fraction of it. */
	size_t usual = held < FIRST_ROOM ? FIRST_ROOM : smaller(held, MOST_ROOM);
	bool is_large = bytes > usual / 2;
	size_t room = is_large ? bytes : smaller(usual, left);
	struct arena_block *block = malloc(sizeof *block + room);
	if (!block)
		return NULL;
	*block = (struct arena_block){.room = room, .is_first = !head};
	ASAN_POISON_MEMORY_REGION(block->bytes, room);
	if (head && is_large) {
		block->older = head->older;
		head->older = block;
	} else {
		block->older = head;
		mem->blocks = block;
	}
	mem->blocks->held = held + room;
	return block;
}

void *arena_try_alloc(struct arena *mem, size_t count, size_t size)
{
	size_t wanted;
	if (__builtin_mul_overflow(count, size, &wanted) || wanted > SIZE_MAX - ALIGN)
		return NULL;
	/* The last request in a block can skip its padding, so the limit is exact to the byte. */
	size_t padded = (wanted + ALIGN - 1) / ALIGN * ALIGN;
	struct arena_block *block = mem->blocks;
	if (!block || wanted > block->room - block->used) {
		block = block_new(mem, wanted);
		if (!block)
			return NULL;
	}
	char *p = block->bytes + block->used;
	size_t taken = smaller(padded, block->room - block->used);
	block->used += taken;
	mem->used_bytes += taken;
	ASAN_UNPOISON_MEMORY_REGION(p, wanted);
	memset(p, 0, wanted);
	return p;
}

static void give_up(const struct arena *mem, size_t bytes)
{
	(void)fprintf(stderr, "longshore: arena of %zu bytes cannot give %zu more\n",
	        mem->limit_bytes, bytes);
	abort();
}

void *arena_alloc(struct arena *mem, size_t bytes)
{
	void *p = arena_try_alloc(mem, 1, bytes);
	if (!p)
		give_up(mem, bytes);
	return p;
}

/* Doubles the room, so on average each item is copied about once. */
bool arena_grow(struct arena *mem, void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return true;
	size_t wider_room = *room < GROW_FIRST ? GROW_FIRST : 2 * *room;
	void *wider = arena_try_alloc(mem, wider_room, size);
	if (!wider)
		return false;
	void *before; /* items is a pointer to a pointer of the caller's type */
	memcpy(&before, items, sizeof before);
	if (count > 0)
		memcpy(wider, before, count * size);
	memcpy(items, &wider, sizeof wider);
	*room = wider_room;
	return true;
}

void arena_grow_known(struct arena *mem, void *items, size_t count, size_t *room, size_t size)
{
	if (!arena_grow(mem, items, count, room, size))
		give_up(mem, (count + 1) * size);
}

char *arena_cstr(struct arena *mem, struct str s)
{
	char *p = arena_alloc(mem, s.n + 1);
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

struct str arena_str(struct arena *mem, struct str s)
{
	if (!s.p)
		return s;
	return (struct str){arena_cstr(mem, s), s.n};
}

struct str arena_printf(struct arena *mem, const char *fmt, ...)
{
	va_list args;
	va_list again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0) {
		(void)fprintf(stderr, "longshore: bad format string\n");
		abort();
	}
	char *p = arena_alloc(mem, (size_t)n + 1);
	(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){p, (size_t)n};
}
