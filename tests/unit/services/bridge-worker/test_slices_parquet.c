/* SPDX-License-Identifier: Apache-2.0
 * A Parquet audience through inspect and select: slices are its row groups, and what is pinned is
 * what is read. */
#include "slices.h"
#include "world.h"

enum { ROWS = 201, GROUPS = 5, MAX = 65536 };

static size_t golden(char bytes[MAX])
{
	FILE *f = fopen(LONGSHORE_TESTS "/e2e/golden/parquet/people.parquet", "rb");
	assert_non_null(f);
	size_t n = fread(bytes, 1, MAX, f);
	assert_int_equal(fclose(f), 0);
	assert_true(n > 1000 && n < MAX);
	return n;
}

static int select_slice(struct world *w, const struct ev_staged_ref *slices, int32_t index,
        struct ev_task_result *out, struct err *e)
{
	char id[32];
	struct ev_staged_ref input = *slices;
	(void)snprintf(id, sizeof(id), "select-%d-%p", index, (void *)e);
	struct ev_bridge_task task = task_of("d", id, EV_BRIDGE_OP_SELECT, index);
	task.input = &input;
	return run(w, &task, out, e);
}

static void changed(struct world *w, const struct ev_staged_ref *slices, int32_t index)
{
	struct ev_task_result r;
	struct err e;
	assert_int_equal(select_slice(w, slices, index, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "source_changed");
}

static void row_groups_are_slices_and_are_pinned(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	char bytes[MAX];
	size_t n = golden(bytes);
	int64_t rows = 0, invalid = 0;
	w->worker.duckdb = getenv("LONGSHORE_DUCKDB");
	if (!w->worker.duckdb)
		fail_msg("LONGSHORE_DUCKDB names no library: run the tests by ./dev test");
	folder_mkdir(&w->folder, "src");
	folder_write(&w->folder, "src/people.parquet", bytes, n);
	w->spec.audience.source.format = SOURCE_PARQUET;
	w->spec.audience.id_column = STR("patient_id");
	w->spec.limits.slice_bytes = 1;
	struct ev_bridge_task task = task_of("d", "inspect", EV_BRIDGE_OP_INSPECT, 0);
	must(run(w, &task, &r, &e), &e);
	struct ev_staged_ref slices = *result_output_of(&r, STR("slices"));
	assert_int_equal(slices.rows, ROWS);
	assert_true(str_eq(result_fact_of(&r, STR("slices")), STR("5")));
	for (int32_t i = 0; i < GROUPS; i++) {
		must(select_slice(w, &slices, i, &r, &e), &e);
		rows += result_count_of(&r, STR("rows_read"));
		invalid += result_count_of(&r, STR("invalid"));
	}
	assert_int_equal(rows, ROWS);
	assert_int_equal(invalid, 1);
	/* a byte of the first row group, then of the footer, then the end */
	bytes[100]++;
	folder_write(&w->folder, "src/people.parquet", bytes, n);
	changed(w, &slices, 0);
	bytes[100]--;
	bytes[n - 60]++;
	folder_write(&w->folder, "src/people.parquet", bytes, n);
	changed(w, &slices, 1);
	bytes[n - 60]--;
	folder_write(&w->folder, "src/people.parquet", bytes, n - 1);
	changed(w, &slices, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
	        row_groups_are_slices_and_are_pinned, setup, teardown)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
