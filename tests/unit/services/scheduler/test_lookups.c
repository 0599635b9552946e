/* SPDX-License-Identifier: Apache-2.0
 * Finding tasks costs the same for each, however many there are: 20,000 parts take four times the
 * comparisons of 5,000, not sixteen times. Comparisons are counted, so no clock decides.
 *
 * The files that search are compiled here with a comparison that counts. */
#include "folder.h"

#include "decide/deciding.h"
#include "delivery/lookup.h"

static size_t compared;

static bool counted_eq(struct str a, struct str b)
{
	compared++;
	return str_eq(a, b);
}

static bool counted_row_is(const struct deciding *d, const struct task_row *row, enum stage stage)
{
	compared++;
	return row->stage == stage && row->revision == d->x->revision;
}

#define str_eq counted_eq
#define widen widen_lookup
#include "delivery/lookup.c"
#undef widen
#undef str_eq
#define decide_row_is counted_row_is
#include "decide/decide_brief.c"
#undef decide_row_is

enum { FEW = 5000, MANY = 20000, SHARE = 4 };

struct many {
	struct arena mem;
	struct task_row *rows;
	struct lookup places;
	struct decision out;
	struct facts facts;
	struct deciding d;
	struct ev_task_result result;
};

static void make(struct many *m, size_t count)
{
	*m = (struct many){0};
	arena_init(&m->mem, 512 << 20);
	m->rows = arena_alloc(&m->mem, count * sizeof *m->rows);
	for (size_t i = 0; i < count; i++) {
		size_t *place = ARENA_NEW(&m->mem, size_t);
		m->rows[i] = (struct task_row){.id = arena_printf(&m->mem, "%032zu", i * 7919),
		        .revision = 1,
		        .stage = STAGE_PART,
		        .index = (int32_t)(count - 1 - i),
		        .status = TASK_DONE,
		        .result = &m->result};
		*place = i;
		lookup_put(&m->places, m->rows[i].id, place, &m->mem);
	}
	m->out = (struct decision){.rows = m->rows, .rows_count = count};
	m->out.after.revision = 1;
	m->d = (struct deciding){.out = &m->out,
	        .x = &m->out.after,
	        .m = &m->out.after.memory,
	        .facts = &m->facts,
	        .mem = &m->mem,
	        .row_places = &m->places};
	compared = 0;
}

/* How many comparisons finding each row by its id takes. */
static size_t by_id(size_t count)
{
	struct many m;
	make(&m, count);
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(decide_find_row(&m.d, m.rows[i].id), &m.rows[i]);
	arena_release(&m.mem);
	return compared;
}

/* By stage and index. */
static size_t by_index(size_t count, bool briefly)
{
	struct many m;
	make(&m, count);
	struct briefs *known = &m.facts.briefs[STAGE_PART];
	for (size_t i = 0; briefly && i < count; i++)
		assert_true(brief_keep(known, &m.rows[i], &m.mem));
	if (briefly)
		m.out.rows_count = 0;
	const struct brief **by = decide_done(&m.d, STAGE_PART, 0, (int32_t)count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(by[i]->index, i);
	arena_release(&m.mem);
	return compared;
}

static void finding_a_task_by_its_id_takes_a_few_comparisons(void **state)
{
	(void)state;
	size_t few = by_id(FEW), many = by_id(MANY);
	assert_true(many > 0 && many <= (size_t)SHARE * MANY);
	assert_true(many <= 2 * SHARE * few); /* sixteen times, if each looked at all */
}

static void finding_parts_by_their_index_compares_each_row_once(void **state)
{
	(void)state;
	assert_int_equal(by_index(FEW, false), FEW);
	assert_int_equal(by_index(MANY, false), MANY);
}

static void finding_briefs_by_their_index_compares_few_texts(void **state)
{
	(void)state;
	assert_true(by_index(MANY, true) <= (size_t)8 * MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(finding_a_task_by_its_id_takes_a_few_comparisons),
	        cmocka_unit_test(finding_parts_by_their_index_compares_each_row_once),
	        cmocka_unit_test(finding_briefs_by_their_index_compares_few_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
