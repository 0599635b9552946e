/* SPDX-License-Identifier: Apache-2.0
 * Members and books of whole deliveries against what a naive reading of the rules says (golden/,
 * made by golden/make_golden.py). */
#include "world.h"

#include "longshore/row_source.h"

enum { TEXTS = 64, MEMBERS = 4096 };

static const char *const cases[] = {"all_rules", "few_people", "filtered", "plain",
        "shared_records", "states", "suppressed", "unknown_states"};

struct pairs { /* name,value */
	struct arena *mem;
	struct str names[TEXTS], values[TEXTS];
	size_t count;
};

static int no_header(void *arg, const struct row_header *header, struct err *e)
{
	(void)arg;
	(void)header;
	(void)e;
	return 0;
}

static int take_pair(void *arg, const struct row_record *r, struct err *e)
{
	struct pairs *p = arg;
	(void)e;
	assert_true(p->count < TEXTS);
	p->names[p->count] = arena_str(p->mem, r->fields[0]);
	p->values[p->count++] = arena_str(p->mem, r->fields[1]);
	return 0;
}

static struct str value_of(const struct pairs *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++) {
		if (str_eq(p->names[i], str_c(name)))
			return p->values[i];
	}
	fail_msg("no %s", name);
	return STR("");
}

static struct str url_of(struct world *w, const char *name, const char *file)
{
	return arena_printf(&w->mem,
	        "file://" LONGSHORE_TESTS "/unit/services/bridge-worker/golden/%s/%s", name, file);
}

static void read_csv(struct world *w, struct str url, row_on_record on_record, void *arg)
{
	struct row_source from = {
	        .url = url, .form = {SOURCE_CSV, ','}, .now_ms = INT64_C(4102444800000)};
	struct row_source_calls calls = {
	        .on_header = no_header, .on_record = on_record, .arg = arg};
	struct row_source_facts facts;
	struct err e;
	must(row_source_read(&from, &calls, &w->mem, &facts, &e), &e);
}

static int add_row(void *arg, const struct row_record *r, struct err *e)
{
	return bridge_build_add(arg, r->fields[0], r->fields + 1, r->row, e);
}

static void build_case(struct world *w, const char *name, bool one_to_one)
{
	static const struct str columns[] = {{"token", 5}, {"extra", 5}};
	struct bridge_build_spec spec = {.staging = w->staging,
	        .version = str_c(name),
	        .tenant = STR("t"),
	        .bridge = STR("b"),
	        .id_kind = STR("patient_id"),
	        .recipient = STR("r"),
	        .columns = columns,
	        .columns_count = 2,
	        .one_to_one = one_to_one,
	        .key_epoch = 1,
	        .spill_dir = w->folder.path,
	        .memory_bytes = 2 << 20,
	        .shard_bytes = 4096};
	struct bridge_build *b = NULL;
	struct bridge_build_facts facts;
	struct err e;
	must(keyring_fingerprint(w->builder_keys, STR("t"), STR("b"), 1, &spec.fingerprint_key, &e),
	        &e);
	must(keyring_mark(w->builder_keys, STR("t"), STR("b"), &spec.mark_key, &e), &e);
	must(keyring_staging(w->builder_keys, STR("keys"), spec.version, &spec.keys_scope, &e), &e);
	must(keyring_staging(w->builder_keys, STR("values"), spec.version, &spec.values_scope, &e),
	        &e);
	must(bridge_build_new(&spec, &b, &e), &e);
	read_csv(w, url_of(w, name, "bridge.csv"), add_row, b);
	must(bridge_build_finish(b, &facts, &e), &e);
	assert_int_equal(facts.repeated, 5 < facts.persons ? 5 : facts.persons);
	bridge_build_free(b);
}

/* "a|b" into texts. */
static size_t split(struct world *w, struct str list, struct str **out)
{
	size_t n = 0;
	*out = arena_alloc(&w->mem, TEXTS * sizeof(**out));
	for (size_t at = 0; at < list.n;) {
		ptrdiff_t bar = str_find(list, '|', at);
		size_t end = bar < 0 ? list.n : (size_t)bar;
		(*out)[n++] = str_bytes(list.p + at, end - at);
		at = end + 1;
	}
	return n;
}

static void fill_spec(struct world *w, const char *name, const struct pairs *rules)
{
	static struct spec_filter filter;
	static struct spec_suppression list;
	struct spec *spec = &w->spec;
	spec->audience.source.url = url_of(w, name, "src/");
	filter.column = STR("kind");
	filter.values_count = split(w, value_of(rules, "kinds"), &filter.values);
	spec->audience.filters = &filter;
	spec->audience.filters_count = filter.values_count > 0;
	spec->destination.suppress_states_count =
	        split(w, value_of(rules, "states"), &spec->destination.suppress_states);
	spec->destination.suppress_unknown_state = str_eq(value_of(rules, "unknown"), STR("1"));
	list = (struct spec_suppression){.name = STR("opt-out"),
	        .source = {.url = url_of(w, name, "list.csv"), .delimiter = ','},
	        .id_column = STR("id")};
	spec->suppressions = &list;
	spec->suppressions_count = str_eq(value_of(rules, "list"), STR("1"));
}

/* The members as the formatter will see them: their records, in order. */
static struct str members_of(struct world *w, const char *name, const struct ev_task_result *r)
{
	const struct ev_staged_ref *ref = result_output_of(r, STR("members"));
	struct selection *members = NULL;
	struct bridge_cache *cache = NULL;
	struct bridge_values *values = NULL;
	struct secret key;
	struct str bytes;
	struct err e;
	struct buf text;
	char path[128];
	static uint32_t ordinals[MEMBERS];
	static struct str records[2 * MEMBERS];
	size_t n = 0;
	must(keyring_staging(w->keys, STR("selections"), str_c(name), &key, &e), &e);
	must(sealed_get(w->staging, ref->name, &key, 1 << 20, &w->mem, &bytes, &e), &e);
	must(selection_load(bytes, &members, &e), &e);
	selection_ranks(members, 0, ordinals, MEMBERS, &n);
	assert_int_equal(n, ref->rows);
	(void)snprintf(path, sizeof(path), "%s/values-cache", w->folder.path);
	must(bridge_cache_open(w->staging, w->builder_keys, path, 1 << 24, &cache, &e), &e);
	must(bridge_values_open(cache, str_c(name), &values, &e), &e);
	must(bridge_values_fetch(values, ordinals, n, &w->mem, records, &e), &e);
	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < 2 * n; i++) {
		must(buf_append_str(&text, records[i], &e), &e);
		must(buf_append(&text, i % 2 ? "\x1f\x1e" : "\x1f", i % 2 ? 2 : 1, &e), &e);
	}
	struct str out = arena_str(&w->mem, buf_str(&text));
	buf_release(&text);
	bridge_values_release(values);
	bridge_cache_close(cache);
	selection_free(members);
	return out;
}

static struct str file_of(struct world *w, const char *name, const char *file)
{
	struct source *s = NULL;
	struct source_reader *r = NULL;
	struct err e;
	size_t n = 0, max = 1 << 20;
	char *bytes = arena_alloc(&w->mem, max);
	const struct place place = {.url = url_of(w, name, file)};
	must(source_open(&place, &s, &e), &e);
	must(source_read_open(s, str_c(file), &r, &e), &e);
	must(source_read(r, 0, bytes, max, &n, &e), &e);
	source_read_close(r);
	source_close(s);
	return str_bytes(bytes, n);
}

static void check_case(struct world *w, const char *name)
{
	struct pairs rules = {.mem = &w->mem}, books = {.mem = &w->mem};
	struct err e;
	struct ev_task_result r;
	int64_t slices = 0, matched = 0;
	read_csv(w, url_of(w, name, "rules.csv"), take_pair, &rules);
	read_csv(w, url_of(w, name, "books.csv"), take_pair, &books);
	build_case(w, name, str_eq(value_of(&rules, "one_to_one"), STR("1")));
	fill_spec(w, name, &rules);
	w->version = name;
	w->spec.limits.slice_bytes = 1000;
	struct ev_bridge_task combine = prepare(w, name, &slices);
	must(run(w, &combine, &r, &e), &e);
	for (size_t i = 0; i < books.count; i++) {
		int64_t want = 0;
		assert_true(str_to_i64(books.values[i], &want));
		int64_t got = result_count_of(&r, books.names[i]) +
		              result_count_of(&w->selected, books.names[i]);
		if (got != want)
			fail_msg("%s: " STR_FMT " is %lld, not %lld", name, STR_ARG(books.names[i]),
			        (long long)got, (long long)want);
		if (str_eq(books.names[i], STR("matched")))
			matched = want;
	}
	assert_balanced(&r, matched);
	assert_true(str_eq(members_of(w, name, &r), file_of(w, name, "members.txt")));
}

static void members_and_books_are_what_the_rules_say(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(*state, cases[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                members_and_books_are_what_the_rules_say, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
