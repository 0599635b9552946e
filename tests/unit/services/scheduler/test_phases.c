/* SPDX-License-Identifier: Apache-2.0
 * The table of phases: it is whole, and the page shows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "decide/drive.h"

#include <stdio.h>
#include <string.h>

static const struct phase_row *row_of(enum next next)
{
	for (size_t i = 0; i < decide_phases_count; i++)
		if (decide_phases[i].next == next)
			return &decide_phases[i];
	return NULL;
}

static void each_next_step_and_each_phase_has_one_row(void **state)
{
	(void)state;
	for (int n = NEXT_END; n < NEXT_COUNT; n++)
		assert_non_null(row_of((enum next)n));
	assert_int_equal(decide_phases_count, NEXT_COUNT - NEXT_END);
	for (size_t i = 0; i < decide_phases_count; i++) {
		assert_non_null(decide_phases[i].begin);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(decide_phases[i].phase, decide_phases[k].phase);
	}
}

/* A task that is done leads on by itself, or when all are done; and one that will never work. */
static void each_phase_with_tasks_says_what_their_results_lead_to(void **state)
{
	(void)state;
	uint32_t stages = 0;
	for (size_t i = 0; i < decide_phases_count; i++) {
		const struct phase_row *row = &decide_phases[i];
		stages |= row->stages;
		if (row->stages == 0)
			assert_true(!row->answered && !row->done && !row->failed);
		else
			assert_true((row->answered || row->done) && row->failed);
	}
	assert_int_equal(stages, (1u << STAGE_COUNT) - 1);
}

static bool leads_to_uploads_without(enum next guard)
{
	uint32_t seen = 1u << NEXT_START;
	for (int round = 0; round < NEXT_COUNT; round++)
		for (int n = NEXT_START; n < NEXT_COUNT; n++)
			if ((seen >> n & 1) != 0 && (enum next)n != guard)
				seen |= row_of((enum next)n)->follows;
	return (seen >> NEXT_UPLOAD_PARTS & 1) != 0;
}

static void no_way_to_the_uploads_passes_by_the_lists_or_the_gate(void **state)
{
	(void)state;
	assert_false(leads_to_uploads_without(NEXT_LISTS));
	assert_false(leads_to_uploads_without(NEXT_GATE));
}

/* --- the page --- */

static size_t add(char *line, size_t n, size_t room, const char *before, const char *word)
{
	return n + (size_t)snprintf(line + n, room - n, "%s`%s`", before, word);
}

static void line_of(const struct phase_row *row, char *line, size_t room)
{
	size_t n = add(line, 0, room, "| ", ev_phase_name(row->phase));
	const char *over = "completed, failed, rejected, cancelled, superseded";
	n += (size_t)snprintf(line + n, room - n, " | %s |",
	        row->phase == EV_PHASE_OVER ? over : delivery_state_name(row->state));
	const char *gap = " ";
	for (int s = 0; s < STAGE_COUNT; s++)
		if ((row->stages >> s & 1) != 0) {
			n = add(line, n, room, gap, stage_plans[(enum stage)s].name);
			gap = ", ";
		}
	n += (size_t)snprintf(line + n, room - n, " |");
	gap = " ";
	for (int to = NEXT_START; to < NEXT_COUNT; to++)
		if ((row->follows >> to & 1) != 0) {
			n = add(line, n, room, gap, ev_phase_name(row_of((enum next)to)->phase));
			gap = ", ";
		}
	(void)snprintf(line + n, room - n, " | %s |\n", row->looked_at ? "yes" : "");
}

static void the_page_shows_the_table(void **state)
{
	(void)state;
	static char page[1 << 17];
	FILE *f = fopen(LONGSHORE_TESTS "/../services/scheduler/README.md", "r");
	assert_non_null(f);
	size_t n = fread(page, 1, sizeof page - 1, f);
	(void)fclose(f);
	page[n] = '\0';
	for (size_t i = 0; i < decide_phases_count; i++) {
		char line[512];
		if (decide_phases[i].next == NEXT_END)
			continue;
		line_of(&decide_phases[i], line, sizeof line);
		if (!strstr(page, line))
			fail_msg("services/scheduler/README.md lacks this row: %s", line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_next_step_and_each_phase_has_one_row),
	        cmocka_unit_test(each_phase_with_tasks_says_what_their_results_lead_to),
	        cmocka_unit_test(no_way_to_the_uploads_passes_by_the_lists_or_the_gate),
	        cmocka_unit_test(the_page_shows_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
