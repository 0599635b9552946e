/* SPDX-License-Identifier: Apache-2.0
 * What combine makes of the slices, of lists and of a baseline; and what it refuses. */
#include "world.h"

#include <sys/stat.h>

static struct str hash_of(const struct ev_task_result *r)
{
	return result_fact_of(r, STR("content_hash"));
}

static void write_people(struct world *w, int from, int to)
{
	FILE *f;
	char path[160];
	folder_rmdir(&w->folder, "src");
	folder_mkdir(&w->folder, "src");
	(void)snprintf(path, sizeof(path), "%s/src/a.csv", w->folder.path);
	f = fopen(path, "wb");
	assert_non_null(f);
	(void)fprintf(f, "patient,state\n");
	for (int i = from; i < to; i++)
		(void)fprintf(f, "p%d,NY\n", i);
	assert_int_equal(fclose(f), 0);
}

static void suppress_from(struct world *w, struct spec_suppression *list, const char *text)
{
	folder_write(&w->folder, "list.csv", text, strlen(text));
	*list = (struct spec_suppression){.name = STR("opt-out"),
	        .source = {.url = str_c(w->list), .delimiter = ','},
	        .id_column = STR("id")};
	w->spec.suppressions = list;
	w->spec.suppressions_count = 1;
}

/* Whoever sees the hash of a small selection, or of a list of one person, tries all that it could be. */
static void hashes_that_are_seen_are_not_found_by_trying(void **state)
{
	struct world *w = *state;
	struct spec_suppression list;
	struct ev_task_result r;
	struct err e;
	int64_t slices = 0;
	char plain[SHA256_HEX], file[SHA256_HEX], pins[SHA256_HEX], line[200];
	write_people(w, 0, 1); /* p0 is ordinal 0 */
	suppress_from(w, &list, "id\np4\n");
	struct ev_task_result combined = drive(w, "d1", &slices);
	struct selection *one = selection_new();
	const uint32_t ordinal = 0;
	selection_add(one, &ordinal, 1);
	selection_hash(one, w->spec.audience.segment, plain);
	selection_free(one);
	assert_int_equal(result_count_of(&combined, STR("members")), 1);
	assert_false(str_eq(hash_of(&combined), str_c(plain)));
	struct ev_bridge_task lists = task_of("d1", "lists", EV_BRIDGE_OP_LISTS, 0);
	must(run(w, &lists, &r, &e), &e);
	sha256_hex("id\np4\n", 6, file);
	(void)snprintf(line, sizeof(line), "list.csv\t6\t%s\n", file);
	sha256_hex(line, strlen(line), pins);
	assert_int_equal(r.outputs[0].sha256.n, SHA256_HEX - 1);
	assert_false(str_eq(r.outputs[0].sha256, str_c(pins)));
	struct ev_bridge_task inspect = task_of("d1", "inspect", EV_BRIDGE_OP_INSPECT, 0);
	must(run(w, &inspect, &r, &e), &e);
	sha256_hex("patient,state\np0,NY\n", 20, file);
	(void)snprintf(line, sizeof(line), "a.csv\t20\t%s\n", file);
	sha256_hex(line, strlen(line), pins);
	assert_int_equal(result_fact_of(&r, STR("source_hash")).n, SHA256_HEX - 1);
	assert_false(str_eq(result_fact_of(&r, STR("source_hash")), str_c(pins)));
	/* The same again has the same hash, and another route another. */
	struct ev_task_result again = drive(w, "d2", &slices);
	assert_true(str_eq(hash_of(&again), hash_of(&combined)));
	w->spec.route = STR("another");
	struct ev_task_result other = drive(w, "d3", &slices);
	assert_false(str_eq(hash_of(&other), hash_of(&combined)));
}

/* Persons 0..999: 500 are known, two to a record; then 500..1,499. */
static void a_baseline_is_compared(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	int64_t slices = 0;
	write_people(w, 0, 1000);
	struct ev_task_result first = drive(w, "d1", &slices);
	struct ev_staged_ref baseline = *result_output_of(&first, STR("baseline"));
	assert_int_equal(result_count_of(&first, STR("members")), 250);
	assert_int_equal(result_count_of(&first, STR("baseline")), 0);
	assert_null(result_fact_of(&first, STR("baseline_hash")).p);
	write_people(w, 500, 1500);
	struct ev_bridge_task combine = prepare(w, "d2", &slices);
	combine.baseline = &baseline;
	combine.baseline_version = STR("v");
	must(run(w, &combine, &r, &e), &e);
	assert_balanced(&r, 500);
	assert_int_equal(result_count_of(&r, STR("members")), 250);
	assert_int_equal(result_count_of(&r, STR("baseline")), 250);
	assert_int_equal(result_count_of(&r, STR("unchanged")), 125);
	assert_int_equal(result_count_of(&r, STR("added")), 125);
	assert_int_equal(result_count_of(&r, STR("removed")), 125);
	assert_int_equal(result_count_of(&r, STR("changed")), 0);
	assert_true(str_eq(result_fact_of(&r, STR("baseline_hash")), hash_of(&first)));
	assert_false(str_eq(hash_of(&r), hash_of(&first)));
	assert_null(result_fact_of(&r, STR("approved_added")).p);
}

/* What the receiver has and what was approved are two questions. */
static void an_approved_selection_is_compared_beside_the_baseline(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	int64_t slices = 0;
	write_people(w, 0, 1000);
	struct ev_task_result first = drive(w, "d1", &slices);
	struct ev_staged_ref baseline = *result_output_of(&first, STR("baseline"));
	write_people(w, 500, 1500);
	struct ev_task_result second;
	struct ev_bridge_task earlier = prepare(w, "d2", &slices);
	earlier.head.task_id =
	        STR("earlier"); /* baselines of a route have the names of their tasks */
	must(run(w, &earlier, &second, &e), &e);
	struct ev_staged_ref approved = *result_output_of(&second, STR("baseline"));
	struct ev_bridge_task combine = prepare(w, "d3", &slices);
	combine.approved = &approved;
	must(run(w, &combine, &r, &e), &e);
	assert_true(str_eq(result_fact_of(&r, STR("approved_added")), STR("0")));
	assert_int_equal(result_count_of(&r, STR("baseline")), 0); /* the receiver has nothing */
	combine.baseline = &baseline;
	combine.baseline_version = STR("v");
	combine.approved = &baseline;
	combine.head.task_id = STR("another");
	must(run(w, &combine, &r, &e), &e);
	assert_true(str_eq(result_fact_of(&r, STR("approved_added")), STR("125")));
	assert_int_equal(result_count_of(&r, STR("added")), 125);
	approved.sha256 = STR("another");
	combine.approved = &approved;
	assert_int_equal(run(w, &combine, &r, &e), ERR_REJECT);
	assert_non_null(strstr(e.text, "the approved selection"));
}

static void a_baseline_of_another_version_is_refused(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	int64_t slices = 0;
	write_people(w, 0, 100);
	struct ev_task_result first = drive(w, "d1", &slices);
	struct ev_staged_ref baseline = *result_output_of(&first, STR("baseline"));
	struct ev_bridge_task combine = prepare(w, "d2", &slices);
	combine.baseline = &baseline;
	assert_int_equal(run(w, &combine, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_task");
	combine.baseline_version = STR("another");
	assert_int_equal(run(w, &combine, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_task");
	combine.baseline_version = STR("v");
	baseline.sha256 = STR("another");
	assert_int_equal(run(w, &combine, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
}

/* A shared record goes when one of its persons must not be sent; ids that can be none are no ids.
 */
static void suppressed_persons_take_their_records_along(void **state)
{
	struct world *w = *state;
	struct spec_suppression list;
	int64_t slices = 0;
	write_people(w, 0, 100);
	suppress_from(w, &list, "id\n p2\n p2  \n\"\"\np99\np4000\nP8\n");
	struct ev_task_result r = drive(w, "d", &slices);
	/* p0 and p2 are one record; p99 is not known; p4000 was not asked for; P8 is not p8. */
	assert_balanced(&r, 50);
	assert_int_equal(result_count_of(&r, STR("chosen")), 25);
	assert_int_equal(result_count_of(&r, STR("blocked")), 1);
	assert_int_equal(result_count_of(&r, STR("blocked_by_state")) +
	                         result_count_of(&r, STR("blocked_by_list")),
	        1);
	assert_int_equal(result_count_of(&r, STR("members")), 24);
	assert_int_equal(result_count_of(&r, STR("persons")), 50);
	assert_int_equal(result_count_of(&r, STR("primary_ids")), 24);
	/* What the gate judges the list by. */
	assert_true(str_eq(
	        result_fact_of(&r, arena_printf(&w->mem, "list_ids." STR_FMT, STR_ARG(list.name))),
	        STR("5")));
	assert_true(str_eq(result_fact_of(&r, arena_printf(&w->mem, "list_invalid." STR_FMT,
	                                              STR_ARG(list.name))),
	        STR("1")));
	assert_true(str_eq(result_fact_of(&r, arena_printf(&w->mem, "list_known." STR_FMT,
	                                              STR_ARG(list.name))),
	        STR("3")));
	assert_true(str_eq(result_fact_of(&r, arena_printf(&w->mem, "list_invalid_at." STR_FMT,
	                                              STR_ARG(list.name))),
	        STR("list.csv row 3")));
}

/* 200 people are 100 whom the bridge knows, of 50 records: a selection has as many people as it has
 * primary ids, if those are fewer. */
static void a_selection_below_the_floor_is_counted_and_not_given_away(void **state)
{
	struct world *w = *state;
	static const int64_t floors[] = {0, 49, 50, 51, 100};
	char hashes[5][SHA256_HEX];
	write_people(w, 0, 200);
	for (size_t i = 0; i < sizeof(floors) / sizeof(floors[0]); i++) {
		int64_t slices = 0;
		bool is_below = floors[i] > 50;
		w->worker.min_audience = floors[i];
		struct ev_task_result r = drive(w, arena_printf(&w->mem, "d%zu", i).p, &slices);
		assert_int_equal(result_count_of(&r, STR("members")), 50);
		assert_int_equal(result_count_of(&r, STR("primary_ids")), 50);
		assert_int_equal(result_count_of(&r, STR("persons")), 100);
		assert_int_equal(result_output_of(&r, STR("members")) == NULL, is_below);
		assert_int_equal(result_output_of(&r, STR("baseline")) == NULL, is_below);
		assert_int_equal(result_fact_of(&r, STR("withheld_below")).n > 0, is_below);
		assert_int_equal(hash_of(&r).n, SHA256_HEX - 1);
		memcpy(hashes[i], hash_of(&r).p, SHA256_HEX - 1);
		char path[200];
		struct stat st;
		(void)snprintf(path, sizeof(path),
		        "%s/staging/selections/d%zu/d%zu/combine.members", w->folder.path, i, i);
		assert_int_equal(stat(path, &st) != 0, is_below);
	}
	assert_memory_equal(hashes[0], hashes[4], SHA256_HEX - 1);
	/* Nobody is no small group: the gate asks a person. */
	int64_t slices = 0;
	write_people(w, 0, 0);
	struct ev_task_result none = drive(w, "none", &slices);
	assert_non_null(result_output_of(&none, STR("members")));
}

static void without_rows_there_are_no_members(void **state)
{
	struct world *w = *state;
	int64_t slices = 0;
	write_people(w, 0, 0);
	struct ev_task_result r = drive(w, "d", &slices);
	assert_int_equal(slices, 0);
	assert_balanced(&r, 0);
	assert_int_equal(result_count_of(&r, STR("members")), 0);
	assert_int_equal(result_output_of(&r, STR("members"))->rows, 0);
}

static void the_result_is_the_same_each_time_and_a_segment_is_part_of_its_hash(void **state)
{
	struct world *w = *state;
	struct ev_task_result r, again;
	struct err e;
	int64_t slices = 0;
	write_people(w, 0, 100);
	struct ev_bridge_task combine = prepare(w, "d", &slices);
	must(run(w, &combine, &r, &e), &e);
	must(run(w, &combine, &again, &e), &e);
	assert_true(str_eq(hash_of(&r), hash_of(&again)));
	assert_true(str_eq(result_output_of(&r, STR("members"))->sha256,
	        result_output_of(&again, STR("members"))->sha256));
	w->spec.audience.segment = STR("other");
	must(run(w, &combine, &again, &e), &e);
	assert_false(str_eq(hash_of(&r), hash_of(&again)));
}

static void the_only_selection_may_stand_for_the_list_of_them(void **state)
{
	struct world *w = *state;
	struct ev_task_result r, rows;
	struct err e;
	int64_t slices = 0;
	write_people(w, 0, 100);
	struct ev_bridge_task combine = prepare(w, "d", &slices);
	assert_int_equal(slices, 1);
	must(run(w, &combine, &r, &e), &e);
	struct ev_bridge_task inspect = task_of("d", "inspect", EV_BRIDGE_OP_INSPECT, 0);
	must(run(w, &inspect, &rows, &e), &e);
	struct ev_staged_ref list = *result_output_of(&rows, STR("slices"));
	struct ev_bridge_task select = task_of("d", "select-0", EV_BRIDGE_OP_SELECT, 0);
	select.bridge_version = str_c(w->version);
	select.input = &list;
	must(run(w, &select, &rows, &e), &e);
	struct ev_staged_ref only = *result_output_of(&rows, STR("selection"));
	assert_true(str_eq(only.kind, STR("selection")));
	combine.input = &only;
	must(run(w, &combine, &rows, &e), &e);
	assert_true(str_eq(hash_of(&r), hash_of(&rows)));
	only.sha256 = STR("another");
	assert_int_equal(run(w, &combine, &rows, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
}

static void what_is_not_as_the_task_says_is_refused(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	int64_t slices = 0;
	write_people(w, 0, 100);
	struct ev_bridge_task combine = prepare(w, "d", &slices);
	combine.input->sha256 = STR("another");
	assert_int_equal(run(w, &combine, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
	combine.input = NULL;
	assert_int_equal(run(w, &combine, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_task");
	/* A list of selections that names what select did not write. */
	struct buf list;
	struct ev_staged_ref forged = {
	        .name = STR("selections/d/select-0.sel"), .sha256 = STR("another")};
	buf_init(&list, 1 << 16);
	add_selection(&list, &forged);
	struct ev_staged_ref input = put_list(w, "forged", &list);
	struct ev_bridge_task task = task_of("forged", "combine", EV_BRIDGE_OP_COMBINE, 0);
	task.input = &input;
	assert_int_equal(run(w, &task, &r, &e), ERR_REJECT); /* of another delivery: another key */
	buf_release(&list);
}

static void a_version_that_is_gone_says_so(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	int64_t slices = 0;
	write_people(w, 0, 10);
	struct ev_bridge_task combine = prepare(w, "d", &slices);
	combine.bridge_version = STR("gone");
	assert_int_equal(run(w, &combine, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "bridge_version_gone");
}

/* Unknown is what is no state: empty, or a code that does not exist. */
static void unknown_states_are_blocked_where_the_destination_says_so(void **state)
{
	struct world *w = *state;
	static const char text[] =
	        "patient,state\np0,NY\np4,\np8,XX\np12,new york\np16, ny \np20,pr\n";
	int64_t slices = 0;
	folder_rmdir(&w->folder, "src");
	folder_mkdir(&w->folder, "src");
	folder_write(&w->folder, "src/a.csv", text, sizeof(text) - 1);
	struct ev_task_result r = drive(w, "d1", &slices);
	assert_int_equal(result_count_of(&r, STR("members")), 6);
	w->spec.destination.suppress_unknown_state = true;
	r = drive(w, "d2", &slices);
	assert_balanced(&r, 6);
	assert_int_equal(result_count_of(&r, STR("blocked")), 3);
	assert_int_equal(result_count_of(&r, STR("blocked_by_state")), 3);
	assert_int_equal(result_count_of(&r, STR("blocked_by_list")), 0);
	assert_int_equal(result_count_of(&r, STR("members")), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                hashes_that_are_seen_are_not_found_by_trying, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_baseline_is_compared, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                an_approved_selection_is_compared_beside_the_baseline, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_baseline_of_another_version_is_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                suppressed_persons_take_their_records_along, setup, teardown),
	        cmocka_unit_test_setup_teardown(without_rows_there_are_no_members, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_selection_below_the_floor_is_counted_and_not_given_away, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                the_result_is_the_same_each_time_and_a_segment_is_part_of_its_hash, setup,
	                teardown),
	        cmocka_unit_test_setup_teardown(
	                the_only_selection_may_stand_for_the_list_of_them, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                what_is_not_as_the_task_says_is_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_version_that_is_gone_says_so, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                unknown_states_are_blocked_where_the_destination_says_so, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
