/* SPDX-License-Identifier: Apache-2.0
 * How inspect cuts, and what select makes of a slice. */
#include "audience.h"
#include "slices.h"
#include "world.h"

static void put(struct world *w, const char *name, const char *text)
{
	folder_write(&w->folder, name, text, strlen(text));
}

static int inspect(struct world *w, const char *delivery, struct ev_task_result *out, struct err *e)
{
	struct ev_bridge_task task = task_of(delivery, "inspect", EV_BRIDGE_OP_INSPECT, 0);
	return run(w, &task, out, e);
}

static int select_slice(struct world *w, const char *delivery, const struct ev_staged_ref *slices,
        int32_t index, struct ev_task_result *out, struct err *e)
{
	char id[32];
	struct ev_staged_ref input = *slices;
	(void)snprintf(id, sizeof(id), "select-%d", index);
	struct ev_bridge_task task = task_of(delivery, id, EV_BRIDGE_OP_SELECT, index);
	task.input = &input;
	return run(w, &task, out, e);
}

static struct str list_of(struct world *w, const char *delivery, const struct ev_staged_ref *ref)
{
	struct secret key;
	struct str text;
	struct err e;
	must(keyring_staging(w->keys, STR("selections"), str_c(delivery), &key, &e), &e);
	must(sealed_get(w->staging, ref->name, &key, SLICES_MAX_BYTES, &w->mem, &text, &e), &e);
	return text;
}

static int pieces_in(struct str list, int32_t index)
{
	struct str slice;
	struct slice_piece p;
	struct err e;
	int count = 0;
	must(slice_at(list, index, &slice, &e), &e);
	for (bool more = true; more; count++)
		must(slice_next_piece(&slice, &p, &more, &e), &e);
	return count;
}

static struct slice_piece piece_of(struct str list, int32_t index, int number)
{
	struct str slice;
	struct slice_piece p = {.length = -1};
	struct err e;
	bool more = true;
	must(slice_at(list, index, &slice, &e), &e);
	for (int i = 0; i <= number; i++) {
		assert_true(more);
		must(slice_next_piece(&slice, &p, &more, &e), &e);
	}
	return p;
}

/* Slices lie one behind the other, from the header's end to the object's, and end with a record. */
static void slices_cover_an_object_without_gap(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	folder_mkdir(&w->folder, "src");
	put(w, "src/a.csv", "patient,state\n\"p\n1\",NY\r\np2,\"N,Y\"\np3,NY");
	w->spec.limits.slice_bytes = 1; /* a record each */
	must(inspect(w, "d", &r, &e), &e);
	const struct ev_staged_ref *ref = result_output_of(&r, STR("slices"));
	struct str list = list_of(w, "d", ref);
	static const int64_t want[][2] = {{14, 10}, {24, 9}, {33, 5}};
	assert_int_equal(ref->rows, 3);
	assert_true(str_eq(result_fact_of(&r, STR("slices")), STR("3")));
	for (int32_t i = 0; i < 3; i++) {
		struct slice_piece s = piece_of(list, i, 0);
		assert_true(str_eq(s.object, STR("a.csv")));
		assert_int_equal(s.offset, want[i][0]);
		assert_int_equal(s.length, want[i][1]);
		assert_int_equal(s.first_row, i + 1);
		assert_int_equal(s.rows, 1);
	}
	struct str none;
	assert_int_equal(slice_at(list, 3, &none, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
}

/* An object that is larger than what is left is cut there; headers count for nothing. */
static void small_objects_share_a_slice(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	folder_mkdir(&w->folder, "src");
	put(w, "src/a.csv", "patient,state\np0,NY\np2,NY\n"); /* 2 rows of 6 bytes */
	put(w, "src/b.csv", "patient,state\n");
	put(w, "src/c.csv", "state,patient\nNY,p4\nNY,p6\nNY,\nNY,p8\n");
	w->spec.limits.slice_bytes = 18;
	must(inspect(w, "d", &r, &e), &e);
	struct ev_staged_ref ref = *result_output_of(&r, STR("slices"));
	struct str list = list_of(w, "d", &ref);
	assert_true(str_eq(result_fact_of(&r, STR("slices")), STR("2")));
	assert_int_equal(pieces_in(list, 0), 2);
	assert_int_equal(pieces_in(list, 1), 1);
	struct slice_piece second = piece_of(list, 0, 1), rest = piece_of(list, 1, 0);
	assert_true(str_eq(second.object, STR("c.csv")));
	assert_int_equal(second.rows, 1);
	assert_int_equal(rest.offset, second.offset + second.length);
	assert_int_equal(rest.first_row, 2);
	assert_int_equal(rest.rows, 3);
	must(select_slice(w, "d", &ref, 0, &r, &e), &e);
	assert_int_equal(result_count_of(&r, STR("rows_read")), 3);
	assert_int_equal(result_count_of(&r, STR("matched")), 3); /* each by its own header */
	must(select_slice(w, "d", &ref, 1, &r, &e), &e);
	assert_int_equal(result_count_of(&r, STR("matched")), 2);
	assert_true(str_eq(result_fact_of(&r, STR("invalid_at")), STR("c.csv row 3")));
	/* and a later piece that changes is told with its name */
	put(w, "src/c.csv", "state,patient\nNY,p4\nNY,p6\nNY,\nNY,p9\n");
	struct ev_bridge_task again = task_of("d", "again", EV_BRIDGE_OP_SELECT, 1);
	again.input = &ref;
	assert_int_equal(run(w, &again, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "source_changed");
	assert_non_null(strstr(e.text, "c.csv"));
}

/* What is told where there are too many: more bytes a slice make fewer of them. */
static void larger_slices_are_fewer(void **state)
{
	struct world *w = *state;
	static const struct {
		int64_t bytes;
		const char *slices;
	} cases[] = {{6, "40"}, {60, "4"}, {240, "1"}};
	char name[32];
	folder_mkdir(&w->folder, "src");
	for (int i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "src/%05d.csv", i);
		put(w, name, "patient,state\np2,NY\n");
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ev_task_result r;
		struct err e;
		char delivery[16];
		(void)snprintf(delivery, sizeof(delivery), "d%zu", i);
		w->spec.limits.slice_bytes = cases[i].bytes;
		must(inspect(w, delivery, &r, &e), &e);
		assert_true(str_eq(result_fact_of(&r, STR("slices")), str_c(cases[i].slices)));
	}
}

static void one_slice_has_no_more_objects_than_it_may(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	char name[32];
	folder_mkdir(&w->folder, "src");
	for (int i = 0; i < SLICE_PIECES_MAX + 1; i++) {
		(void)snprintf(name, sizeof(name), "src/%05d.csv", i);
		put(w, name, "patient,state\np2,NY\n");
	}
	w->spec.limits.slice_bytes = 1 << 20;
	must(inspect(w, "d", &r, &e), &e);
	struct ev_staged_ref ref = *result_output_of(&r, STR("slices"));
	struct str list = list_of(w, "d", &ref);
	assert_true(str_eq(result_fact_of(&r, STR("slices")), STR("2")));
	assert_int_equal(pieces_in(list, 0), SLICE_PIECES_MAX);
	assert_int_equal(pieces_in(list, 1), 1);
	must(select_slice(w, "d", &ref, 0, &r, &e), &e);
	assert_int_equal(result_count_of(&r, STR("matched")), SLICE_PIECES_MAX);
}

static void a_damaged_list_is_told(void **state)
{
	static const char *const lines[] = {"", "a\t1\t2\t3\t4", "a\t1\t2\t3\t4\tnosha",
	        "a\tx\t2\t3\t4\t0000000000000000000000000000000000000000000000000000000000000000",
	        "a\t1\t-2\t3\t4\t0000000000000000000000000000000000000000000000000000000000000000"};
	struct slice_piece p;
	struct err e;
	bool more = false;
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct str slice = str_c(lines[i]);
		assert_int_equal(slice_next_piece(&slice, &p, &more, &e), ERR_REJECT);
		assert_string_equal(e.code, "corrupt");
	}
	struct str half = STR("a\t1\t2\t3\t4\t"
	                      "0000000000000000000000000000000000000000000000000000000000000000\t");
	assert_int_equal(slice_next_piece(&half, &p, &more, &e), 0);
	assert_true(more); /* and then nothing comes */
	assert_int_equal(slice_next_piece(&half, &p, &more, &e), ERR_REJECT);
}

static void a_source_without_rows_has_no_slices(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	folder_mkdir(&w->folder, "src");
	put(w, "src/a.csv", "patient,state\n");
	put(w, "src/b.csv", "state,patient");
	must(inspect(w, "d", &r, &e), &e);
	assert_true(str_eq(result_fact_of(&r, STR("slices")), STR("0")));
	assert_int_equal(result_count_of(&r, STR("rows_read")), 0);
	assert_int_equal(result_output_of(&r, STR("slices"))->bytes, 0);
}

/* Columns are found by name in each object, whatever their order; and by a header of many pieces.
 */
static void every_object_has_its_own_header(void **state)
{
	struct world *w = *state;
	struct ev_task_result r, s;
	struct err e;
	int64_t matched = 0;
	char *header = calloc(1, 700 * 1024);
	assert_non_null(header);
	for (int order = 0; order < 2; order++) {
		char path[160];
		size_t n = (size_t)snprintf(
		        header, 32, "%s,\"", order == 0 ? "patient,state" : "state,patient");
		memset(header + n, 'x', 600 * 1024);
		memcpy(header + n + 600 * 1024, "\"\n", 3);
		folder_mkdir(&w->folder, order == 0 ? "src" : "src/b");
		(void)snprintf(path, sizeof(path), "%s/src/%s.csv", w->folder.path,
		        order == 0 ? "a" : "b/c");
		FILE *f = fopen(path, "wb");
		assert_non_null(f);
		(void)fputs(header, f);
		for (int i = 0; i < 3000; i++)
			(void)fprintf(f, order == 0 ? "p%d,NY,1\n" : "NY,p%d,1\n", i);
		assert_int_equal(fclose(f), 0);
	}
	w->spec.limits.slice_bytes = 16384;
	must(inspect(w, "d", &r, &e), &e);
	struct ev_staged_ref slices = *result_output_of(&r, STR("slices"));
	int64_t n = 0;
	assert_true(str_to_i64(result_fact_of(&r, STR("slices")), &n));
	assert_true(n >= 4);
	for (int32_t i = 0; i < n; i++) {
		must(select_slice(w, "d", &slices, i, &s, &e), &e);
		matched += result_count_of(&s, STR("matched"));
	}
	assert_int_equal(matched, 3000); /* every second of 2 x 3,000 is known */
	free(header);
}

/* A header is as much part of a slice as its rows: other names there, and other columns are read.
 */
static void a_header_that_changes_is_told(void **state)
{
	struct world *w = *state;
	static const char *const others[] = {
	        "state,patient\n", "patient;state\n", "patien\",state\n", "\"patient,stat\n"};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct ev_task_result r;
		struct err e;
		char delivery[16], text[256];
		folder_rmdir(&w->folder, "src");
		folder_mkdir(&w->folder, "src");
		(void)snprintf(delivery, sizeof(delivery), "d%zu", i);
		put(w, "src/a.csv", "patient,state\np2,p4\np6,p8\n");
		must(inspect(w, delivery, &r, &e), &e);
		struct ev_staged_ref slices = *result_output_of(&r, STR("slices"));
		(void)snprintf(text, sizeof(text), "%sp2,p4\np6,p8\n", others[i]);
		put(w, "src/a.csv", text);
		assert_int_equal(select_slice(w, delivery, &slices, 0, &r, &e), ERR_REJECT);
		assert_string_equal(e.code, "source_changed");
	}
}

static void rows_that_change_are_told_however_they_do(void **state)
{
	struct world *w = *state;
	static const char *const others[] = {"patient,state\np2,NY\np8,NY\n",
	        "patient,state\np2,NY\n", "", "patient,state\np2,NY\np6,NY,x",
	        "patient,state\np2,NY\n\"6,NYxxx"};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct ev_task_result r;
		struct err e;
		char delivery[16];
		folder_rmdir(&w->folder, "src");
		folder_mkdir(&w->folder, "src");
		(void)snprintf(delivery, sizeof(delivery), "d%zu", i);
		put(w, "src/a.csv", "patient,state\np2,NY\np6,NY\n");
		must(inspect(w, delivery, &r, &e), &e);
		struct ev_staged_ref slices = *result_output_of(&r, STR("slices"));
		put(w, "src/a.csv", others[i]);
		assert_int_equal(select_slice(w, delivery, &slices, 0, &r, &e), ERR_REJECT);
		assert_string_equal(e.code, "source_changed");
	}
}

/* The directory's own absence may pass, as when a mount is lost; an object's does not. */
static void an_object_that_is_gone_is_told_and_its_directory_is_waited_for(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	folder_mkdir(&w->folder, "src");
	put(w, "src/a.csv", "patient,state\np2,NY\n");
	must(inspect(w, "d", &r, &e), &e);
	struct ev_staged_ref slices = *result_output_of(&r, STR("slices"));
	folder_rmdir(&w->folder, "src");
	assert_int_equal(select_slice(w, "d", &slices, 0, &r, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	folder_mkdir(&w->folder, "src");
	assert_int_equal(select_slice(w, "d", &slices, 0, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "source_changed");
	folder_mkdir(&w->folder, "src/a.csv");
	assert_int_equal(select_slice(w, "d", &slices, 0, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "source_changed");
}

/* The list of an attempt that saw another source stands under the task's name: a new revision is
 * due. */
static void inspecting_again_another_source_is_told(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	write_source(w, 2);
	must(inspect(w, "d", &r, &e), &e);
	must(inspect(w, "d", &r, &e), &e);
	write_source(w, 3);
	assert_int_equal(inspect(w, "d", &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "source_changed");
}

static void rows_are_invalid_then_filtered_then_matched_or_not(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	static struct str ny[] = {{"NY", 2}, {"NJ", 2}}, yes[] = {{"1", 1}};
	static struct spec_filter filters[] = {{{"state", 5}, ny, 2}, {{"ok", 2}, yes, 1}};
	char text[2048], longest[BRIDGE_ID_MAX + 2];
	memset(longest, 'p', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	w->spec.audience.filters = filters;
	w->spec.audience.filters_count = 2;
	folder_mkdir(&w->folder, "src");
	(void)snprintf(text, sizeof(text),
	        "ok,patient,state\n"
	        "1,p2,NY\n"       /* matched */
	        "1,p4,NJ\n"       /* matched */
	        "1,p2,NY\n"       /* matched, again */
	        "1,p3,NY\n"       /* not known */
	        "1, p4 ,NY\n"     /* matched: without the blanks around it */
	        "1,p 4,NY\n"      /* another id */
	        "1,  ,NY\n"       /* invalid */
	        "1,P2,NY\n"       /* another id */
	        "0,p6,NY\n"       /* filtered */
	        "1,p6,CA\n"       /* filtered */
	        "0,,CA\n"         /* invalid comes first */
	        "1,\"p\n6\",NY\n" /* invalid */
	        "1,%s,NY\n"       /* invalid: 513 bytes */
	        "1,%s,NY\n",      /* 512 bytes: only not known */
	        longest, longest + 1);
	put(w, "src/a.csv", text);
	must(inspect(w, "d", &r, &e), &e);
	struct ev_staged_ref slices = *result_output_of(&r, STR("slices"));
	must(select_slice(w, "d", &slices, 0, &r, &e), &e);
	assert_int_equal(result_count_of(&r, STR("rows_read")), 14);
	assert_int_equal(result_count_of(&r, STR("invalid")), 4);
	assert_int_equal(result_count_of(&r, STR("filtered")), 2);
	assert_int_equal(result_count_of(&r, STR("unmatched")), 4);
	assert_int_equal(result_count_of(&r, STR("matched")), 4);
	assert_int_equal(result_count_of(&r, STR("links_found")), 4);
	assert_int_equal(result_count_of(&r, STR("links")), 4);
	assert_int_equal(
	        result_output_of(&r, STR("selection"))->rows, 2); /* p2 and p4: records 0 and 1 */
}

/* The filters say who is meant: a row that they leave out says nothing of the person's state. */
static void the_state_of_a_filtered_row_does_not_count(void **state)
{
	struct world *w = *state;
	static struct str wa[] = {{"WA", 2}}, yes[] = {{"1", 1}};
	static struct spec_filter filters[] = {{{"ok", 2}, yes, 1}};
	int64_t slices = 0;
	w->spec.audience.filters = filters;
	w->spec.audience.filters_count = 1;
	w->spec.destination.suppress_states = wa;
	w->spec.destination.suppress_states_count = 1;
	folder_mkdir(&w->folder, "src");
	put(w, "src/a.csv",
	        "ok,patient,state\n"
	        "1,p4,NY\n" /* sent */
	        "0,p4,WA\n" /* filtered */
	        "1,p8,NY\n" /* blocked by the next one */
	        "1,p8,WA\n");
	struct ev_task_result r = drive(w, "d", &slices);
	assert_int_equal(result_count_of(&w->selected, STR("filtered")), 1);
	assert_int_equal(result_count_of(&r, STR("chosen")), 2);
	assert_int_equal(result_count_of(&r, STR("blocked")), 1);
	assert_int_equal(result_count_of(&r, STR("members")), 1);
}

static void columns_that_are_missing_are_told_by_inspect(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	static struct str one[] = {{"1", 1}};
	static struct spec_filter filters[FILTERS_MAX + 1];
	folder_mkdir(&w->folder, "src");
	put(w, "src/a.csv", "patient,x\n");
	assert_int_equal(inspect(w, "d", &r, &e), ERR_REJECT);
	assert_non_null(strstr(e.text, "there is no column state"));
	w->spec.audience.state_column = STR("");
	for (size_t i = 0; i <= FILTERS_MAX; i++)
		filters[i] = (struct spec_filter){{"y", 1}, one, 1};
	w->spec.audience.filters = filters;
	w->spec.audience.filters_count = 1;
	assert_int_equal(inspect(w, "d", &r, &e), ERR_REJECT);
	assert_non_null(strstr(e.text, "there is no column y"));
	for (size_t i = 0; i <= FILTERS_MAX; i++)
		filters[i].column = STR("x");
	w->spec.audience.filters_count = FILTERS_MAX;
	must(inspect(w, "d", &r, &e), &e);
	w->spec.audience.filters_count = FILTERS_MAX + 1;
	assert_int_equal(inspect(w, "d2", &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_spec");
}

static void a_rule_on_states_needs_their_column(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	write_source(w, 1);
	w->spec.audience.state_column = STR("");
	w->spec.destination.suppress_unknown_state = true;
	must(inspect(w, "d", &r, &e), &e);
	struct ev_staged_ref slices = *result_output_of(&r, STR("slices"));
	assert_int_equal(select_slice(w, "d", &slices, 0, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_spec");
}

/* Somebody else's version, or one of other ids, would only fail to match. */
static void a_version_of_another_bridge_is_refused(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	write_source(w, 1);
	must(inspect(w, "d", &r, &e), &e);
	struct ev_staged_ref slices = *result_output_of(&r, STR("slices"));
	w->spec.bridge.name = STR("other");
	assert_int_equal(select_slice(w, "d", &slices, 0, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_task");
	w->spec.bridge.name = STR("b");
	w->spec.tenant = STR("other");
	assert_int_equal(select_slice(w, "d", &slices, 0, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_task");
	w->spec.tenant = STR("t");
	w->spec.audience.id_kind = STR("npi");
	assert_int_equal(select_slice(w, "d", &slices, 0, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_spec");
}

static void a_repeated_select_reports_the_same(void **state)
{
	struct world *w = *state;
	struct ev_task_result r, again;
	struct err e;
	write_source(w, 1);
	must(inspect(w, "d", &r, &e), &e);
	struct ev_staged_ref slices = *result_output_of(&r, STR("slices"));
	must(select_slice(w, "d", &slices, 0, &r, &e), &e);
	must(select_slice(w, "d", &slices, 0, &again, &e), &e);
	const struct ev_staged_ref *a = result_output_of(&r, STR("selection"));
	const struct ev_staged_ref *b = result_output_of(&again, STR("selection"));
	assert_true(str_eq(a->name, b->name) && str_eq(a->sha256, b->sha256));
	assert_int_equal(a->rows, b->rows);
}

/* It would match nobody, and those whom it means would be sent. */
static void a_state_that_is_none_is_refused(void **state)
{
	struct world *w = *state;
	static struct str states[] = {{"wa", 2}, {"Washington", 10}};
	struct ev_task_result r;
	struct err e;
	folder_mkdir(&w->folder, "src");
	put(w, "src/a.csv", "patient,state\np2,WA\np4,NY\n");
	must(inspect(w, "d", &r, &e), &e);
	struct ev_staged_ref slices = *result_output_of(&r, STR("slices"));
	w->spec.destination.suppress_states = states;
	w->spec.destination.suppress_states_count = 2;
	assert_int_equal(select_slice(w, "d", &slices, 0, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_spec");
	w->spec.destination.suppress_states_count = 1;
	must(select_slice(w, "d", &slices, 0, &r, &e), &e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                slices_cover_an_object_without_gap, setup, teardown),
	        cmocka_unit_test_setup_teardown(small_objects_share_a_slice, setup, teardown),
	        cmocka_unit_test_setup_teardown(larger_slices_are_fewer, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                one_slice_has_no_more_objects_than_it_may, setup, teardown),
	        cmocka_unit_test(a_damaged_list_is_told),
	        cmocka_unit_test_setup_teardown(
	                a_source_without_rows_has_no_slices, setup, teardown),
	        cmocka_unit_test_setup_teardown(every_object_has_its_own_header, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_header_that_changes_is_told, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                an_object_that_is_gone_is_told_and_its_directory_is_waited_for, setup,
	                teardown),
	        cmocka_unit_test_setup_teardown(
	                rows_that_change_are_told_however_they_do, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                inspecting_again_another_source_is_told, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_state_that_is_none_is_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                rows_are_invalid_then_filtered_then_matched_or_not, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                the_state_of_a_filtered_row_does_not_count, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                columns_that_are_missing_are_told_by_inspect, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_rule_on_states_needs_their_column, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_version_of_another_bridge_is_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_repeated_select_reports_the_same, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
