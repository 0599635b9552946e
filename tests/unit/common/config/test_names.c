/* SPDX-License-Identifier: Apache-2.0
 * Which names a file can have, and which two cannot be at one drop; `apply` says so beforehand. */
#include "longshore/documents.h"
#include "longshore/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void names_that_no_file_can_have_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool is_good;
	} cases[] = {{"a", true}, {"a/b/c.csv", true}, {".hidden/a", true}, {"a b", true},
	        {"", false}, {"/a", false}, {"a/", false}, {"a//b", false}, {".", false},
	        {"..", false}, {"a/./b", false}, {"a/../b", false}, {"a\nb", false},
	        {"a\x7f", false}, {"a\\b", false}, {".longshore", false},
	        {".longshore-tmp/a", false}, {"a/.longshore_x", false}, {"a/x.longshore", true},
	        {".longshor", true}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e;
		int bad = name_check(str_c(cases[i].name), &e);
		if ((bad == 0) != cases[i].is_good)
			fail_msg("%s", cases[i].name);
		if (bad)
			assert_string_equal(e.code, "bad_name");
	}
}

static void a_name_and_its_parts_have_a_longest(void **state)
{
	(void)state;
	struct err e;
	char text[NAME_MAX_BYTES + 2];
	memset(text, 'a', sizeof text);
	assert_int_equal(name_check(str_bytes(text, 255), &e), 0);
	assert_int_equal(name_check(str_bytes(text, 256), &e), ERR_REJECT);
	assert_non_null(strstr(e.text, "255"));
	text[200] = text[400] = '/';
	assert_int_equal(name_check(str_bytes(text, 512), &e), 0);
	assert_int_equal(name_check(str_bytes(text, 513), &e), ERR_REJECT);
}

static void two_names_that_cannot_both_be_there_are_found(void **state)
{
	(void)state;
	enum { NAMES = 4 };
	static const struct {
		const char *names[NAMES];
		int first, second; /* -1: none */
		bool is_below;
	} cases[] = {
	        {{"a", "b", "c", "d"}, -1, -1, false},
	        {{"a/1", "a/2", "a-b", "a.b"}, -1, -1, false},
	        {{"a", "b", "a", "d"}, 0, 2, false},
	        {{"x/a_1", "b", "X/A_1", "d"}, 0, 2, false}, /* a drop may take them for one */
	        {{"a", "a-b", "a.b", "a/done"}, 0, 3, true},
	        {{"b/c/d/e", "x", "y", "b/c"}, 3, 0, true},
	        {{"Q/done", "x", "y", "q"}, 3, 0, true},
	        {{"ab", "a/b", "abc/d", "b"}, -1, -1, false},
	};
	struct arena mem;
	arena_init(&mem, 64 * 1024);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str names[NAMES];
		for (size_t k = 0; k < NAMES; k++)
			names[k] = str_c(cases[i].names[k]);
		struct name_clash c;
		bool found = names_clash(names, NAMES, &mem, &c);
		assert_int_equal(found, cases[i].first >= 0);
		if (!found)
			continue;
		long first = c.first - names, second = c.second - names;
		bool is_pair =
		        (first == cases[i].first && second == cases[i].second) ||
		        (!c.is_below && first == cases[i].second && second == cases[i].first);
		if (!is_pair || c.is_below != cases[i].is_below)
			fail_msg("case %zu: %ld and %ld", i, first, second);
	}
	arena_release(&mem);
}

static void no_memory_for_the_names_is_no_yes(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, 64);
	struct str names[1000];
	for (size_t i = 0; i < 1000; i++)
		names[i] = STR("a");
	struct name_clash c;
	assert_true(names_clash(names, 1000, &mem, &c));
	assert_null(c.first);
	arena_release(&mem);
}

/* --- what apply says of templates --- */

static const char documents[] =
        "kind: Tenant\nname: acme\n---\n"
        "kind: Audience\ntenant: acme\nname: people\ntype: DTC\nsource: {url: "
        "\"file:///in/\"}\n"
        "id: {column: p, kind: k}\n---\n"
        "kind: Bridge\ntenant: acme\nname: ids\nsource: {url: \"file:///ids/\"}\n"
        "from: {column: p, kind: k}\nrecord: [{name: t, column: t}]\n---\n"
        "kind: Bucket\nname: box\nurl: \"file:///drop/\"\n---\n"
        "kind: Destination\nname: dsp\ncolumns: [{name: t, source: t}]\n"
        "naming: {data_template: \"%s\"}\nmanifest: {template: \"%s\"}\n"
        "completion: {kind: success_file, name_template: \"%s\"}\n---\n"
        "kind: Route\ntenant: acme\nname: %s\naudience: people\ndestination: dsp\nbridge: ids\n"
        "bucket: box\n";

static bool has_zone(void *arg, struct str name)
{
	(void)arg;
	return str_eq(name, STR("UTC"));
}
static const struct document_world world = {.has_zone = has_zone};

static struct str told(struct str text, struct arena *mem)
{
	struct err e;
	struct buf report;
	struct read_documents read = {
	        .items = calloc(DOCUMENTS_MAX, sizeof(struct read_document)), .mem = mem};
	assert_non_null(read.items);
	buf_init(&report, 1024 * 1024);
	assert_int_equal(documents_read("f", text, &read, &e), 0);
	documents_check(&read, NULL, 0, &world);
	assert_int_equal(documents_report(&read, &report, &e), 0);
	struct str out = arena_str(mem, buf_str(&report));
	buf_release(&report);
	free(read.items);
	return out;
}

#define TEN "0123456789"
#define LONG \
	TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void templates_that_can_never_work_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *data, *manifest, *marker, *route;
		const char *says; /* NULL: all is well */
	} cases[] = {
	        {"{label}_{part}", "{label}.json", "{label}.done", "daily", NULL},
	        {"{route}/{label}", "{tenant}/{label}", "{audience}/{label}", "daily", NULL},
	        {"a/{delivery}", "{delivery}.json", "a/{delivery}/done", "daily",
	                "completion.name_template: lies below naming.data_template"},
	        {"a/{delivery}/{part}", "a/{delivery}", "{delivery}", "daily",
	                "naming.data_template: lies below manifest.template"},
	        {"{delivery}_x", "{delivery}_X", "{delivery}", "daily", "gives the same name as "},
	        {"{delivery}", ".longshore/{delivery}", "{delivery}.x", "daily",
	                "manifest.template: no part of a file name may begin with .longshore"},
	        {LONG "{delivery}", "{delivery}.json", "{delivery}.x", "daily",
	                "naming.data_template: a part of a file name has 262 bytes"},
	        /* what only the names of a route show */
	        {"{route}/{label}", "{label}.json", "{label}.done", ".longshore-tmp",
	                "destination: naming.data_template of dsp: no part"},
	        {"{route}_{label}", "daily_{label}", "{label}.done", "daily",
	                "gives the same name as "},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arena mem;
		arena_init(&mem, 64 * 1024 * 1024);
		struct str text = arena_printf(&mem, documents, cases[i].data, cases[i].manifest,
		        cases[i].marker, cases[i].route);
		struct str says = told(text, &mem);
		bool is_right = cases[i].says
		                        ? strstr(arena_cstr(&mem, says), cases[i].says) != NULL
		                        : says.n == 0;
		if (!is_right)
			fail_msg("case %zu: " STR_FMT, i, STR_ARG(says));
		arena_release(&mem);
	}
}

/* --- what apply says of documents that fit nobody together --- */

static const char together[] =
        "kind: Tenant\nname: acme\n---\n"
        "kind: Audience\ntenant: acme\nname: people\ntype: %s\nsource: {url: \"file:///in/\"}\n"
        "id: {column: p, kind: k}\n%s---\n"
        "kind: Bridge\ntenant: acme\nname: ids\nsource: {url: \"file:///ids/\"}\n"
        "from: {column: p, kind: k}\nrecord: [{name: t, column: t}]\n---\n"
        "kind: Bucket\nname: box\nurl: \"file:///drop/\"\n---\n"
        "kind: Destination\nname: dsp\ncolumns: [{name: t, source: t}]\n"
        "naming: {data_template: \"{delivery}_{part}\"}\n%s---\n"
        "kind: Route\ntenant: acme\nname: daily\naudience: people\ndestination: dsp\nbridge: ids\n"
        "bucket: box\n";

static void documents_that_cannot_be_carried_out_together_are_refused(void **state)
{
	(void)state;
	static const char split[] = "limits: {max_rows_per_file: 10}\n",
	                  states[] = "privacy: {suppress_states_dtc: [WA]}\n";
	static const struct {
		const char *type, *audience, *destination, *says;
	} cases[] = {
	        {"DTC", "", "", NULL},
	        {"DTC", "", split, "completion.kind: makes several files"},
	        {"DTC", "",
	                "consent: {parts_without_marker: true}\nlimits: {max_rows_per_file: 10}\n",
	                NULL},
	        {"DTC", "",
	                "completion: {kind: success_file, name_template: \"{delivery}\"}\n"
	                "limits: {max_rows_per_file: 10}\n",
	                NULL},
	        {"DTC", "", states, "audience: has no state_column, and dsp suppresses states"},
	        {"DTC", "state_column: s\n", states, NULL},
	        {"HCP", "", states, NULL}, /* a rule for consumers */
	        {"DTC", "", "privacy: {suppress_unknown_state: true}\n",
	                "audience: has no state_column"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct arena mem;
		arena_init(&mem, 64 * 1024 * 1024);
		struct str says = told(arena_printf(&mem, together, cases[i].type,
		                               cases[i].audience, cases[i].destination),
		        &mem);
		bool is_right = cases[i].says
		                        ? strstr(arena_cstr(&mem, says), cases[i].says) != NULL
		                        : says.n == 0;
		if (!is_right)
			fail_msg("case %zu: " STR_FMT, i, STR_ARG(says));
		arena_release(&mem);
	}
}

/* --- what a worker would refuse after it began --- */

static struct str many(struct arena *mem, const char *before, const char *behind, int count)
{
	struct str text = STR("");
	for (int i = 0; i < count; i++)
		text = arena_printf(
		        mem, STR_FMT "%s%s%d%s", STR_ARG(text), i ? ", " : "", before, i, behind);
	return text;
}

static void what_a_worker_takes_at_most_is_known_to_apply(void **state)
{
	(void)state;
	for (int more = 0; more < 2; more++) {
		struct arena mem;
		arena_init(&mem, 64 * 1024 * 1024);
		char kind[300];
		memset(kind, 'k', sizeof kind);
		kind[SPEC_KIND_MAX + more] = '\0';
		struct str text = arena_printf(&mem,
		        "kind: Tenant\nname: acme\n---\n"
		        "kind: Audience\ntenant: acme\nname: people\ntype: HCP\nsource: {url: "
		        "\"file:///in/\"}\nid: {column: p, kind: %s}\nfilters: [" STR_FMT "]\n---\n"
		        "kind: Bridge\ntenant: acme\nname: ids\nsource: {url: \"file:///ids/\"}\n"
		        "from: {column: p, kind: %s}\nrecord: [" STR_FMT "]\n",
		        kind,
		        STR_ARG(many(&mem, "{column: c", ", in: [x]}", SPEC_FILTERS_MAX + more)),
		        kind,
		        STR_ARG(many(&mem, "{name: n", ", column: c}", SPEC_RECORD_MAX + more)));
		struct str says = told(text, &mem);
		static const char *const wants[] = {
		        "filters: has 33 entries; at most 32 are allowed",
		        "id.kind: has 256 bytes; at most 255 are allowed",
		        "record: has 17 entries; at most 16 are allowed",
		        "from.kind: has 256 bytes"};
		if (!more && says.n > 0)
			fail_msg(STR_FMT, STR_ARG(says));
		for (size_t i = 0; more && i < sizeof wants / sizeof wants[0]; i++)
			if (!strstr(arena_cstr(&mem, says), wants[i]))
				fail_msg("%s: " STR_FMT, wants[i], STR_ARG(says));
		arena_release(&mem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(names_that_no_file_can_have_are_refused),
	        cmocka_unit_test(a_name_and_its_parts_have_a_longest),
	        cmocka_unit_test(two_names_that_cannot_both_be_there_are_found),
	        cmocka_unit_test(no_memory_for_the_names_is_no_yes),
	        cmocka_unit_test(templates_that_can_never_work_are_refused),
	        cmocka_unit_test(documents_that_cannot_be_carried_out_together_are_refused),
	        cmocka_unit_test(what_a_worker_takes_at_most_is_known_to_apply),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
