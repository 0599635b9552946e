/* SPDX-License-Identifier: Apache-2.0
 * A whole selection, from inspect to combine, by calling the operations as the loop does. */
#include "world.h"

#include "longshore/log.h"

#include <ctype.h>
#include <fcntl.h>
#include <sys/stat.h>

static void the_same_members_however_the_source_is_cut(void **state)
{
	struct world *w = *state;
	static const int cuts[] = {1, 7, 50};
	static const char *const deliveries[] = {"d1", "d7", "d50"};
	struct str hash[3];
	for (int i = 0; i < 3; i++) {
		int64_t slices = 0;
		write_source(w, cuts[i]);
		w->spec.limits.slice_bytes = 50000 / cuts[i]; /* 60 KB in all */
		struct ev_task_result r = drive(w, deliveries[i], &slices);
		assert_true(slices >= cuts[i]);
		hash[i] = result_fact_of(&r, STR("content_hash"));
		/* 2,500 known persons; 1 in 5 of each tenth person's second rows is known too: p0,
		 * p20, ... */
		assert_int_equal(result_count_of(&r, STR("persons")), PEOPLE / 2);
		assert_int_equal(result_count_of(&r, STR("repeated")), PEOPLE / 10);
		assert_int_equal(result_count_of(&r, STR("chosen")), PEOPLE / 4);
		assert_int_equal(result_count_of(&r, STR("shared")), PEOPLE / 4);
		assert_int_equal(result_count_of(&r, STR("members")), PEOPLE / 4);
		assert_int_equal(result_count_of(&r, STR("blocked")), 0);
	}
	assert_true(str_eq(hash[0], hash[1]) && str_eq(hash[1], hash[2]));
}

static void suppressed_states_and_persons_are_blocked_once(void **state)
{
	struct world *w = *state;
	static struct str wa[1] = {{"wa", 2}};
	static struct spec_suppression list;
	int64_t slices = 0;
	write_source(w, 3);
	/* p8 shares its record with p10; p4 is of state WA already; p1 is unknown to the bridge. */
	folder_write(&w->folder, "list.csv", "id\np8\np4\np1\n\n", 13);
	list = (struct spec_suppression){.name = STR("opt-out"),
	        .source = {.url = str_c(w->list), .delimiter = ','},
	        .id_column = STR("id")};
	w->spec.suppressions = &list;
	w->spec.suppressions_count = 1;
	w->spec.destination.suppress_states = wa;
	w->spec.destination.suppress_states_count = 1;
	struct ev_task_result r = drive(w, "d", &slices);
	/* WA: rows 4, 104, ... of 5,500; those of persons give records p4/p6, p104/p106, ...: 50.
	 * Rows from 5,000 on are p(i-5000)*10: i = 5004, 5104, ... are p40, p1040, p2040, p3040,
	 * p4040: 5 more records. p8: one more. */
	assert_int_equal(result_count_of(&r, STR("blocked")), 50 + 5 + 1);
	assert_int_equal(result_count_of(&r, STR("chosen")),
	        result_count_of(&r, STR("blocked")) + result_count_of(&r, STR("members")));
}

static void a_source_that_changes_is_told_not_read(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	write_source(w, 1);
	struct ev_bridge_task inspect = task_of("d", "inspect", EV_BRIDGE_OP_INSPECT, 0);
	must(run(w, &inspect, &r, &e), &e);
	struct ev_staged_ref input = *result_output_of(&r, STR("slices"));
	struct ev_bridge_task select = task_of("d", "select", EV_BRIDGE_OP_SELECT, 1);
	select.input = &input;
	char path[160];
	(void)snprintf(path, sizeof(path), "%s/src/part-000.csv", w->folder.path);
	FILE *f = fopen(path, "r+b");
	assert_non_null(f);
	assert_int_equal(fseek(f, 6000, SEEK_SET), 0);
	assert_int_equal(
	        fputc('"', f), '"'); /* a damaged row, too: the change is the better answer */
	assert_int_equal(fclose(f), 0);
	assert_int_equal(run(w, &select, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "source_changed");
}

static void a_list_that_changed_since_its_pin_is_refused(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	struct buf list;
	static struct spec_suppression opt_out;
	folder_write(&w->folder, "list.csv", "id\np8\n", 6);
	opt_out = (struct spec_suppression){.name = STR("opt-out"),
	        .source = {.url = str_c(w->list), .delimiter = ','},
	        .id_column = STR("id")};
	w->spec.suppressions = &opt_out;
	w->spec.suppressions_count = 1;
	buf_init(&list, 16);
	struct ev_staged_ref none = put_list(w, "d", &list);
	struct ev_suppression_pin pin = {
	        .name = STR("opt-out"), .version = STR("another"), .url = STR("")};
	struct ev_bridge_task combine = task_of("d", "combine", EV_BRIDGE_OP_COMBINE, 0);
	combine.input = &none;
	combine.suppressions = &pin;
	combine.suppressions_count = 1;
	assert_int_equal(run(w, &combine, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "suppression_changed");
	combine.suppressions_count = 0;
	assert_int_equal(run(w, &combine, &r, &e), ERR_REJECT);
	assert_string_equal(e.code, "suppression_changed");
}

static void a_source_that_is_not_there_is_waited_for(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	struct ev_bridge_task inspect = task_of("d", "inspect", EV_BRIDGE_OP_INSPECT, 0);
	assert_int_equal(run(w, &inspect, &r, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	write_source(w, 1);
	w->spec.audience.source.ready_marker = STR("_SUCCESS");
	assert_int_equal(run(w, &inspect, &r, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	folder_write(&w->folder, "src/_SUCCESS", "", 0);
	must(run(w, &inspect, &r, &e), &e);
}

/* How often a text holds an id of write_source: p, up to four digits, and nothing around them. */
static int ids_in(const char *text)
{
	int found = 0;
	for (const char *at = text; *at; at++) {
		size_t digits = *at == 'p' ? strspn(at + 1, "0123456789") : 0;
		bool is_apart = (at == text || !isalnum((unsigned char)at[-1])) &&
		                !isalnum((unsigned char)at[1 + digits]);
		found += digits >= 1 && digits <= 4 && is_apart;
	}
	return found;
}

static void no_log_names_a_person(void **state)
{
	enum { LOG_BYTES = 1 << 20 };
	struct world *w = *state;
	int64_t slices = 0;
	FILE *f = tmpfile();
	char *text = calloc(1, LOG_BYTES);
	assert_non_null(f);
	assert_non_null(text);
	write_source(w, 3);
	log_start("test", LOG_DEBUG, fileno(f));
	(void)drive(w, "d1", &slices);
	LOG_LINE(LOG_INFO, "planted", "what is looked for", LOG_TEXT("id", STR("p17")));
	log_start("test", LOG_INFO, 1);
	rewind(f);
	size_t n = fread(text, 1, LOG_BYTES - 1, f);
	assert_in_range(n, 1, LOG_BYTES - 2);
	assert_int_equal(ids_in(text), 1); /* the planted one */
	free(text);
	assert_int_equal(fclose(f), 0);
}

/* Not done, so that the same task looks again when there is a newer one. */
static void a_list_that_is_too_old_is_waited_for(void **state)
{
	struct world *w = *state;
	const int64_t now_s = INT64_C(4102444800),
	              day_s = 24 * 3600; /* as the world's clock says */
	struct ev_task_result r;
	struct err e;
	struct spec_suppression list = {.name = STR("opt-out"),
	        .source = {.url = str_c(w->list), .delimiter = ','},
	        .id_column = STR("id"),
	        .max_age_hours = 24};
	w->spec.suppressions = &list;
	w->spec.suppressions_count = 1;
	folder_write(&w->folder, "list.csv", "id\np8\n", 6);
	char path[160];
	(void)snprintf(path, sizeof(path), "%s/list.csv", w->folder.path);
	struct ev_bridge_task look = task_of("d", "lists", EV_BRIDGE_OP_LISTS, 0);
	for (int64_t late_s = 0; late_s < 2; late_s++) {
		struct timespec at[2] = {{.tv_sec = now_s - day_s - late_s}};
		at[1] = at[0];
		assert_int_equal(utimensat(AT_FDCWD, path, at, 0), 0);
		assert_int_equal(run(w, &look, &r, &e), late_s == 0 ? 0 : ERR_RETRY);
	}
	assert_string_equal(e.code, "suppression_stale");
	list.max_age_hours = 0; /* any age */
	must(run(w, &look, &r, &e), &e);
	list.max_age_hours = 24;
	for (int64_t ahead_s = 300; ahead_s < 302; ahead_s++) { /* clocks may differ by so much */
		struct timespec at[2] = {{.tv_sec = now_s + ahead_s}};
		at[1] = at[0];
		assert_int_equal(utimensat(AT_FDCWD, path, at, 0), 0);
		assert_int_equal(run(w, &look, &r, &e), ahead_s == 300 ? 0 : ERR_RETRY);
	}
	assert_string_equal(e.code, "suppression_stale");
}

static void touch(struct world *w, const char *name, int64_t at_s)
{
	char path[160];
	struct timespec at[2] = {{.tv_sec = at_s}};
	at[1] = at[0];
	folder_write(&w->folder, name, "id\np8\n", 6);
	(void)snprintf(path, sizeof(path), "%s/%s", w->folder.path, name);
	assert_int_equal(utimensat(AT_FDCWD, path, at, 0), 0);
}

/* The newest export beside one that was not renewed does not make the list new. */
static void a_list_is_as_old_as_its_oldest_object(void **state)
{
	struct world *w = *state;
	struct ev_task_result r;
	struct err e;
	const int64_t now_s = INT64_C(4102444800), day_s = 24 * 3600;
	char url[160];
	folder_mkdir(&w->folder, "lists");
	(void)snprintf(url, sizeof(url), "%s/lists/", w->folder.url);
	struct spec_suppression list = {.name = STR("opt-out"),
	        .source = {.url = str_c(url), .delimiter = ','},
	        .id_column = STR("id"),
	        .max_age_hours = 24};
	w->spec.suppressions = &list;
	w->spec.suppressions_count = 1;
	struct ev_bridge_task look = task_of("d", "lists", EV_BRIDGE_OP_LISTS, 0);
	touch(w, "lists/a.csv", now_s);
	touch(w, "lists/b.csv", now_s - day_s);
	must(run(w, &look, &r, &e), &e);
	touch(w, "lists/b.csv", now_s - day_s - 1);
	assert_int_equal(run(w, &look, &r, &e), ERR_RETRY);
	assert_string_equal(e.code, "suppression_stale");
	touch(w, "lists/b.csv", 0);
	touch(w, "lists/c.csv", now_s); /* 1970 is a time, too */
	assert_int_equal(run(w, &look, &r, &e), ERR_RETRY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                the_same_members_however_the_source_is_cut, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                suppressed_states_and_persons_are_blocked_once, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_source_that_changes_is_told_not_read, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_list_that_changed_since_its_pin_is_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_source_that_is_not_there_is_waited_for, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_list_that_is_too_old_is_waited_for, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_list_is_as_old_as_its_oldest_object, setup, teardown),
	        cmocka_unit_test_setup_teardown(no_log_names_a_person, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
