/* SPDX-License-Identifier: Apache-2.0
 *
 * There are two blocks of half the memory each. One is filled while a thread sorts and spills the
 * other. In a block, the entries' bytes grow from the start and an index grows from the end. The
 * index holds the first eight bytes of each entry, so sorting rarely has to look at the entry
 * itself.
 */
#include "extsort.h"

#include "sort_items.h"
#include "sort_runs.h"

#include <pthread.h>
#include <stdlib.h>

struct block {
	char *bytes; /* `half` bytes; NULL while not needed */
	size_t used; /* from its start */
	size_t count;
};

struct sorter {
	char *dir;
	size_t half; /* half of the memory */
	struct block filling;
	size_t next; /* next item to read from it */

	/* The thread owns these while it runs. */
	struct block spilling;
	struct runs *runs; /* NULL: everything is in memory */
	size_t runs_max;   /* at this number, all runs are merged into one */
	int act;
	struct err failure;

	pthread_t thread;
	bool is_running;
};

int sort_new(const char *spill_dir, size_t memory_bytes, struct sorter **out, struct err *e)
{
	struct sorter *s = calloc(1, sizeof(*s));
	if (s)
		s->dir = strdup(spill_dir);
	if (!s || !s->dir) {
		free(s);
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to sort");
	}
	s->half = (memory_bytes > SORT_MEMORY_MIN ? memory_bytes : SORT_MEMORY_MIN) / 2;
	s->half -= s->half % sizeof(struct item);
	s->runs_max = s->half / RUN_BUFFER_MIN - 1; /* one buffer is for writing */
	*out = s;
	return 0;
}

static void wait_for_thread(struct sorter *s)
{
	if (s->is_running)
		(void)pthread_join(s->thread, NULL);
	s->is_running = false;
}

void sort_free(struct sorter *s)
{
	if (!s)
		return;
	wait_for_thread(s);
	runs_free(s->runs);
	free(s->filling.bytes);
	free(s->spilling.bytes);
	free(s->dir);
	free(s);
}

static void drop_block(struct block *b)
{
	free(b->bytes);
	*b = (struct block){0};
}

/* The item that was added last comes first. */
static struct item *index_of(const struct sorter *s, const struct block *b)
{
	return (struct item *)(void *)(b->bytes + s->half) - b->count;
}

static const struct item *sort_index(const struct sorter *s, const struct block *b)
{
	struct item *items = index_of(s, b);
	sort_items(items, b->count);
	return items;
}

/* --- spilling --- */

static int merge_into(struct sorter *s, struct runs *to, struct err *e)
{
	int act = runs_merge(s->runs, s->half - RUN_BUFFER_MIN, e);
	if (act == 0)
		act = runs_begin(to, e);
	while (act == 0) {
		struct str entry;
		bool some = false;
		act = runs_next(s->runs, &entry, &some, e);
		if (act != 0 || !some)
			break;
		act = runs_write(to, entry, e);
	}
	return act == 0 ? runs_end(to, e) : act;
}

/* There are too many runs to merge at once, so this merges them into one. */
static int collapse(struct sorter *s, struct err *e)
{
	struct runs *one = NULL;
	int act = runs_new(s->dir, &one, e);
	if (act != 0)
		return act;
	drop_block(&s->spilling); /* the merge needs its memory */
	act = merge_into(s, one, e);
	if (act != 0) {
		runs_free(one);
		return act;
	}
	runs_free(s->runs);
	s->runs = one;
	return 0;
}

static int spill(struct sorter *s, struct err *e)
{
	struct block *b = &s->spilling;
	int act = s->runs ? 0 : runs_new(s->dir, &s->runs, e);
	if (act != 0)
		return act;
	const struct item *items = sort_index(s, b);
	act = runs_begin(s->runs, e);
	for (size_t i = 0; act == 0 && i < b->count; i++)
		act = runs_write(s->runs, str_bytes(items[i].p, items[i].n), e);
	if (act == 0)
		act = runs_end(s->runs, e);
	b->count = b->used = 0;
	if (act == 0 && runs_count(s->runs) == s->runs_max)
		act = collapse(s, e);
	return act;
}

static void *spill_in_thread(void *arg)
{
	struct sorter *s = arg;
	s->act = spill(s, &s->failure);
	return NULL;
}

/* Waits for the thread, and returns its result. */
static int spilled(struct sorter *s, struct err *e)
{
	wait_for_thread(s);
	if (s->act != 0)
		*e = s->failure;
	return s->act;
}

/* Gives the full block to the thread and continues with the empty one. */
static int hand_over(struct sorter *s, struct err *e)
{
	int act = spilled(s, e);
	if (act != 0 || s->filling.count == 0)
		return act;
	struct block full = s->filling;
	s->filling = s->spilling;
	s->spilling = full;
	s->is_running = pthread_create(&s->thread, NULL, spill_in_thread, s) == 0;
	if (!s->is_running) /* no thread available: spill here */
		(void)spill_in_thread(s);
	return 0;
}

/* --- adding --- */

static bool fits(const struct sorter *s, size_t n)
{
	size_t index = (s->filling.count + 1) * sizeof(struct item);
	return s->filling.used + n + index + RUN_BUFFER_MIN <= s->half;
}

int sort_add(struct sorter *s, struct str entry, struct err *e)
{
	struct block *b = &s->filling;
	if (entry.n > SORT_ENTRY_MAX)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE, "a row of more than %d bytes",
		        SORT_ENTRY_MAX);
	int act = fits(s, entry.n) ? 0 : hand_over(s, e);
	if (act != 0)
		return act;
	if (!b->bytes) /* untouched pages cost nothing */
		b->bytes = malloc(s->half);
	if (!b->bytes)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to sort");
	char *p = b->bytes + b->used;
	memcpy(p, entry.p, entry.n);
	b->used += entry.n;
	b->count++;
	*index_of(s, b) = (struct item){.first = item_bytes(p, entry.n, 0), .p = p, .n = entry.n};
	return 0;
}

int sort_seal(struct sorter *s, struct err *e)
{
	int act = spilled(s, e);
	if (act != 0)
		return act;
	if (!s->runs) {
		if (s->filling.count > 0)
			(void)sort_index(s, &s->filling); /* sort_next reads the index */
		return 0;
	}
	act = hand_over(s, e);
	if (act == 0)
		act = spilled(s, e);
	drop_block(&s->filling);
	drop_block(&s->spilling);
	return act == 0 ? runs_merge(s->runs, 2 * s->half, e) : act;
}

int sort_next(struct sorter *s, struct str *out, bool *out_some, struct err *e)
{
	if (s->runs)
		return runs_next(s->runs, out, out_some, e);
	*out_some = s->next < s->filling.count;
	if (*out_some) {
		const struct item *item = index_of(s, &s->filling) + s->next++;
		*out = str_bytes(item->p, item->n);
	}
	return 0;
}
