/* SPDX-License-Identifier: Apache-2.0
 *
 * In memory: one block that never moves; entries' bytes grow from its beginning, an index from its
 * end. The index holds the first eight bytes of each, so that sorting it seldom looks elsewhere.
 */
#include "extsort.h"

#include "sort_items.h"
#include "sort_runs.h"

#include <stdlib.h>

struct sorter {
	char *dir;
	size_t memory;
	char *block; /* of `memory` bytes, NULL while not needed */
	size_t used; /* at its beginning */
	size_t count, next;
	struct runs *runs; /* NULL: all is in memory */
	size_t runs_max;   /* of which all are merged into one */
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
	s->memory = memory_bytes > SORT_MEMORY_MIN ? memory_bytes : SORT_MEMORY_MIN;
	s->memory -= s->memory % sizeof(struct item);
	s->runs_max = s->memory / RUN_BUFFER_MIN - 1; /* one more is the buffer to write from */
	*out = s;
	return 0;
}

void sort_free(struct sorter *s)
{
	if (!s)
		return;
	runs_free(s->runs);
	free(s->block);
	free(s->dir);
	free(s);
}

static void drop_block(struct sorter *s)
{
	free(s->block);
	s->block = NULL;
	s->count = s->used = 0;
}

/* The one added last comes first. */
static struct item *index_of(const struct sorter *s)
{
	return (struct item *)(void *)(s->block + s->memory) - s->count;
}

static const struct item *sort_index(struct sorter *s)
{
	struct item *items = index_of(s);
	sort_items(items, s->count);
	return items;
}

/* --- spilling --- */

static int merge_into(struct sorter *s, struct runs *to, struct err *e)
{
	int act = runs_merge(s->runs, s->memory - RUN_BUFFER_MIN, e);
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

/* Too many runs to merge at once: all that there are become one. */
static int collapse(struct sorter *s, struct err *e)
{
	struct runs *one = NULL;
	int act = runs_new(s->dir, &one, e);
	if (act != 0)
		return act;
	drop_block(s); /* the merge has the memory now */
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
	int act = s->runs ? 0 : runs_new(s->dir, &s->runs, e);
	if (s->count == 0 || act != 0)
		return act;
	const struct item *items = sort_index(s);
	act = runs_begin(s->runs, e);
	for (size_t i = 0; act == 0 && i < s->count; i++)
		act = runs_write(s->runs, str_bytes(items[i].p, items[i].n), e);
	if (act == 0)
		act = runs_end(s->runs, e);
	s->count = s->used = 0;
	if (act == 0 && runs_count(s->runs) == s->runs_max)
		act = collapse(s, e);
	return act;
}

/* --- adding --- */

static bool fits(const struct sorter *s, size_t n)
{
	size_t index = (s->count + 1) * sizeof(struct item);
	return s->used + n + index + RUN_BUFFER_MIN <= s->memory;
}

int sort_add(struct sorter *s, struct str entry, struct err *e)
{
	if (entry.n > SORT_ENTRY_MAX)
		return err_set(
		        e, ERR_REJECT, "too_large", "a row of more than %d bytes", SORT_ENTRY_MAX);
	int act = fits(s, entry.n) ? 0 : spill(s, e);
	if (act != 0)
		return act;
	if (!s->block) /* pages that are not touched cost nothing */
		s->block = malloc(s->memory);
	if (!s->block)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to sort");
	char *p = s->block + s->used;
	memcpy(p, entry.p, entry.n);
	s->used += entry.n;
	s->count++;
	*index_of(s) = (struct item){.first = item_bytes(p, entry.n, 0), .p = p, .n = entry.n};
	return 0;
}

int sort_seal(struct sorter *s, struct err *e)
{
	if (!s->runs) {
		if (s->count > 0)
			(void)sort_index(s); /* sort_next asks for it */
		return 0;
	}
	int act = spill(s, e);
	drop_block(s);
	return act == 0 ? runs_merge(s->runs, s->memory, e) : act;
}

int sort_next(struct sorter *s, struct str *out, bool *out_some, struct err *e)
{
	if (s->runs)
		return runs_next(s->runs, out, out_some, e);
	*out_some = s->next < s->count;
	if (*out_some) {
		const struct item *item = index_of(s) + s->next++;
		*out = str_bytes(item->p, item->n);
	}
	return 0;
}
