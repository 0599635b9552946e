/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include "longshore/row_source.h"

enum { ARENA = 1 << 22 };

struct world {
	struct folder folder;
	struct arena mem;
	char url[128];
	/* what was seen */
	char text[4096];
	size_t n, objects;
	int64_t pieces_end;
	int64_t now_ms;
	const char *grows; /* an object that grows while it is read */
};

static void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	assert_non_null(w);
	folder_make(&w->folder);
	folder_mkdir(&w->folder, "in");
	arena_init(&w->mem, ARENA);
	(void)snprintf(w->url, sizeof(w->url), "%s/in/", w->folder.url);
	w->now_ms = INT64_C(4102444800000);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	arena_release(&w->mem);
	folder_drop(&w->folder);
	free(w);
	return 0;
}

static void put(struct world *w, const char *name, const char *text)
{
	folder_write(&w->folder, name, text, strlen(text));
}

static int on_header(void *arg, const struct row_header *header, struct err *e)
{
	size_t column = 0;
	(void)arg;
	return row_header_find(header, STR("id"), &column, e);
}

static int on_record(void *arg, const struct row_record *record, struct err *e)
{
	struct world *w = arg;
	(void)e;
	w->n += (size_t)snprintf(w->text + w->n, sizeof(w->text) - w->n, "%lld=" STR_FMT " ",
	        (long long)record->row, STR_ARG(record->fields[0]));
	return 0;
}

static int on_object(void *arg, const struct source_object *object, struct err *e)
{
	struct world *w = arg;
	(void)object;
	(void)e;
	w->objects++;
	w->pieces_end = 0;
	return 0;
}

static int on_piece(void *arg, const char *p, size_t n, int64_t at, struct err *e)
{
	struct world *w = arg;
	(void)p;
	(void)e;
	if (w->grows) {
		char path[256];
		(void)snprintf(path, sizeof(path), "%s/%s", w->folder.path, w->grows);
		FILE *f = fopen(path, "a");
		assert_non_null(f);
		assert_true(fputs("z,9\n", f) >= 0);
		assert_int_equal(fclose(f), 0);
		w->grows = NULL;
	}
	assert_int_equal(at, w->pieces_end);
	w->pieces_end += (int64_t)n;
	return 0;
}

static int on_object_done(void *arg, int64_t bytes, struct err *e)
{
	const struct world *w = arg;
	(void)e;
	assert_int_equal(bytes, w->pieces_end);
	return 0;
}

static int read_source(struct world *w, const char *marker, const atomic_bool *stop,
        struct row_source_facts *facts, struct err *e)
{
	struct row_source from = {.url = str_c(w->url),
	        .form = {SOURCE_CSV, ','},
	        .ready_marker = str_c(marker),
	        .now_ms = w->now_ms,
	        .stop = stop};
	struct row_source_calls calls = {.on_header = on_header,
	        .on_record = on_record,
	        .on_object = on_object,
	        .on_piece = on_piece,
	        .on_object_done = on_object_done,
	        .arg = w};
	w->n = w->objects = 0;
	w->text[0] = '\0';
	return row_source_read(&from, &calls, &w->mem, facts, e);
}

static void refused(struct world *w, int act, const char *code, const char *says)
{
	struct row_source_facts facts;
	struct err e;
	assert_int_equal(read_source(w, "", NULL, &facts, &e), act);
	assert_string_equal(e.code, code);
	if (!strstr(e.text, says))
		fail_msg("says: %s", e.text);
}

static void objects_are_read_in_order_and_pinned(void **state)
{
	struct world *w = *state;
	struct row_source_facts facts;
	struct err e;
	/* Python: h = sha256; h("a.csv\t12\t" + h(a) + "\nb.csv\t9\t" + h(b) + "\n") */
	put(w, "in/b.csv", "id,v\nc,3\n");
	put(w, "in/a.csv", "id,v\na,1\nb,2");
	must(read_source(w, "", NULL, &facts, &e), &e);
	assert_string_equal(w->text, "1=a 2=b 1=c ");
	assert_int_equal(w->objects, 2);
	assert_int_equal(facts.rows, 3);
	assert_int_equal(facts.bytes, 12 + 9);
	assert_true(facts.modified_ms > 0);
	assert_string_equal(
	        facts.pins, "b9fdc5ef4e670648a16d7526f20bce93287da943584778e63d2f5e7a24100114");
	put(w, "in/b.csv", "id,v\nd,3\n");
	char before[SHA256_HEX];
	memcpy(before, facts.pins, sizeof(before));
	must(read_source(w, "", NULL, &facts, &e), &e);
	assert_string_not_equal(facts.pins, before);
}

static void objects_have_the_named_columns_and_any_others(void **state)
{
	struct world *w = *state;
	struct row_source_facts facts;
	struct err e;
	put(w, "in/a.csv", "id,v\na,1\n");
	put(w, "in/b.csv", "v,w,id\n1,2,b\n");
	put(w, "in/c.csv", "id\nc\n");
	must(read_source(w, "", NULL, &facts, &e), &e);
	assert_int_equal(facts.rows, 3);
	put(w, "in/b.csv", "v,w\n1,2\n");
	refused(w, ERR_REJECT, "bad_source", "object b.csv: header: there is no column id");
}

static void a_column_is_there_once(void **state)
{
	struct world *w = *state;
	put(w, "in/a.csv", "x,v\na,1\n");
	refused(w, ERR_REJECT, "bad_source", "object a.csv: header: there is no column id");
	put(w, "in/a.csv", "id,id\na,1\n");
	refused(w, ERR_REJECT, "bad_source",
	        "object a.csv: header: there is more than one column id");
}

static void an_object_without_rows_has_a_header(void **state)
{
	struct world *w = *state;
	struct row_source_facts facts;
	struct err e;
	put(w, "in/a.csv", "id");
	must(read_source(w, "", NULL, &facts, &e), &e);
	assert_int_equal(facts.rows, 0);
	put(w, "in/b.csv", "");
	refused(w, ERR_REJECT, "bad_source", "object b.csv: it is empty");
	put(w, "in/b.csv", "\xef\xbb\xbf");
	refused(w, ERR_REJECT, "bad_source", "object b.csv: it is empty");
}

static void a_bad_row_names_object_and_row_but_not_what_it_holds(void **state)
{
	struct world *w = *state;
	put(w, "in/a.csv", "id,v\na,1\nsecret\n");
	refused(w, ERR_REJECT, "bad_csv", "object a.csv: row 2: 1 fields, expected 2");
}

static void half_a_row_at_the_end_is_waited_for(void **state)
{
	struct world *w = *state;
	struct row_source_facts facts;
	struct err e;
	static const char *const halves[] = {
	        "id,v\na,1\nb", "id,v\na,1\n\"b,2\n", "id,v\na,1\r\nb,2\r"};
	for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
		put(w, "in/a.csv", halves[i]);
		refused(w, ERR_RETRY, "source_missing",
		        "object a.csv: it ends in the middle of a row");
	}
	put(w, "in/a.csv", "id,v\na,1\nb,2\r\n");
	must(read_source(w, "", NULL, &facts, &e), &e);
	put(w, "in/a.csv", "id,v\nb\na,1"); /* wrong before the end: a row to correct */
	refused(w, ERR_REJECT, "bad_csv", "object a.csv: row 1");
}

/* Of "P00" nobody knows whether it is to be P001: unless a marker says that it is whole. */
static void an_open_end_is_read_once_it_is_old_or_marked(void **state)
{
	struct world *w = *state;
	struct row_source_facts facts;
	struct err e;
	put(w, "in/a.csv", "id,v\na,1\nb,2");
	must(read_source(w, "", NULL, &facts, &e), &e);
	int64_t changed_ms = facts.modified_ms;
	w->now_ms = changed_ms + ROW_SOURCE_OPEN_END_MS;
	must(read_source(w, "", NULL, &facts, &e), &e);
	w->now_ms = changed_ms + ROW_SOURCE_OPEN_END_MS - 1;
	refused(w, ERR_RETRY, "source_missing", "object a.csv: its last row has no line end");
	put(w, "in/_SUCCESS", "");
	must(read_source(w, "_SUCCESS", NULL, &facts, &e), &e);
	put(w, "in/a.csv", "id,v\na,1\nb,2\n");
	must(read_source(w, "", NULL, &facts, &e), &e); /* the remedy */
}

static void an_object_that_grows_while_it_is_read_is_waited_for(void **state)
{
	struct world *w = *state;
	struct row_source_facts facts;
	struct err e;
	put(w, "in/a.csv", "id,v\na,1\n");
	w->grows = "in/a.csv";
	refused(w, ERR_RETRY, "source_missing", "object a.csv: it changed while it was read");
	must(read_source(w, "", NULL, &facts, &e), &e);
	assert_int_equal(facts.rows, 2);
	put(w, "in/a.csv", "id,v\na\nb,1\n"); /* wrong, and changed: it may be right by now */
	w->grows = "in/a.csv";
	refused(w, ERR_RETRY, "source_missing", "object a.csv: it changed while it was read");
}

static void compressed_objects_are_refused_by_name(void **state)
{
	struct world *w = *state;
	struct row_source_facts facts;
	struct err e;
	put(w, "in/a.csv", "\x1f\x8b\x08 and so on");
	refused(w, ERR_REJECT, "bad_source", "object a.csv: it is compressed with gzip");
	put(w, "in/a.csv", "id\na\n");
	put(w, "in/b.csv.GZ", "id\nb\n");
	refused(w, ERR_REJECT, "bad_source", "object b.csv.GZ: its name ends in .gz");
	char from[256], to[256];
	(void)snprintf(from, sizeof(from), "%s/in/b.csv.GZ", w->folder.path);
	(void)snprintf(to, sizeof(to), "%s/in/b.csv", w->folder.path);
	assert_int_equal(rename(from, to), 0);
	must(read_source(w, "", NULL, &facts, &e), &e); /* the remedy */
}

static void what_was_left_out_is_counted(void **state)
{
	struct world *w = *state;
	struct row_source_facts facts;
	struct err e;
	put(w, "in/a.csv", "id\na\n");
	put(w, "in/b.csv.part", "id\nb\n");
	put(w, "in/.c.csv", "id\nb\n");
	put(w, "in/_d.csv", "id\nb\n");
	must(read_source(w, "", NULL, &facts, &e), &e);
	assert_int_equal(facts.rows, 1);
	assert_int_equal(facts.partial_count, 1);
	assert_int_equal(facts.hidden_count, 2);
	assert_int_equal(facts.oldest_ms, facts.modified_ms);
}

static void nothing_there_is_waited_for(void **state)
{
	struct world *w = *state;
	struct row_source_facts facts;
	struct err e;
	refused(w, ERR_RETRY, "source_missing", "contains no object yet");
	put(w, "in/a.csv", "id\na\n");
	assert_int_equal(read_source(w, "_SUCCESS", NULL, &facts, &e), ERR_RETRY);
	assert_string_equal(e.code, "source_missing");
	assert_int_equal(w->objects, 0); /* nothing is read of what is not complete */
	put(w, "in/_SUCCESS", "");
	must(read_source(w, "_SUCCESS", NULL, &facts, &e), &e);
}

/* One that does not begin with an underscore, too. */
static void the_marker_is_not_read_as_data(void **state)
{
	struct world *w = *state;
	struct row_source_facts facts, without;
	struct err e;
	put(w, "in/a.csv", "id\na\n");
	must(read_source(w, "", NULL, &without, &e), &e);
	put(w, "in/DONE", "");
	must(read_source(w, "DONE", NULL, &facts, &e), &e);
	assert_int_equal(w->objects, 1);
	assert_string_equal(facts.pins, without.pins);
	folder_mkdir(&w->folder, "in/b");
	put(w, "in/b/DONE", "id\nb\n"); /* another one of that name is data */
	must(read_source(w, "DONE", NULL, &facts, &e), &e);
	assert_int_equal(w->objects, 2);
}

static void draining_ends_the_reading(void **state)
{
	struct world *w = *state;
	struct row_source_facts facts;
	struct err e;
	atomic_bool stop = true;
	put(w, "in/a.csv", "id\na\n");
	assert_int_equal(read_source(w, "", &stop, &facts, &e), ERR_DEFER);
	assert_string_equal(e.code, "drain");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                objects_are_read_in_order_and_pinned, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                objects_have_the_named_columns_and_any_others, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_column_is_there_once, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_marker_is_not_read_as_data, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                an_object_without_rows_has_a_header, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_bad_row_names_object_and_row_but_not_what_it_holds, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                half_a_row_at_the_end_is_waited_for, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                an_open_end_is_read_once_it_is_old_or_marked, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                an_object_that_grows_while_it_is_read_is_waited_for, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                compressed_objects_are_refused_by_name, setup, teardown),
	        cmocka_unit_test_setup_teardown(what_was_left_out_is_counted, setup, teardown),
	        cmocka_unit_test_setup_teardown(nothing_there_is_waited_for, setup, teardown),
	        cmocka_unit_test_setup_teardown(draining_ends_the_reading, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
