/* SPDX-License-Identifier: Apache-2.0
 * What differs between two bodies of a document is told field by field. */
#include "longshore/documents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { ARENA = 64 * 1024 * 1024 };

/* One line for each change: sign, path, before, after. */
static const char *compared(struct arena *mem, const char *before, const char *after)
{
	struct document_changes changes;
	struct err e;
	struct str all = STR("");
	if (documents_compare(str_c(before), str_c(after), mem, &changes, &e) != 0)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < changes.count; i++) {
		const struct document_change *c = &changes.items[i];
		all = arena_printf(mem, STR_FMT "%c" STR_FMT ":" STR_FMT ">" STR_FMT "\n",
		        STR_ARG(all), "+~-"[c->kind], STR_ARG(c->path), STR_ARG(c->before),
		        STR_ARG(c->after));
	}
	return arena_cstr(mem, all);
}

static void each_field_is_told_with_its_path_and_values(void **state)
{
	static const struct {
		const char *before, *after, *says;
	} tries[] = {
	        {"{\"a\":1}", "{\"a\":1}", ""},
	        {"{\"a\":1}", "{\"a\":2}", "~a:1>2\n"},
	        {"{\"a\":1,\"b\":2}", "{\"b\":2}", "-a:1>\n"},
	        {"{\"b\":2}", "{\"a\":null,\"b\":2}", "+a:>null\n"},
	        {"{\"g\":{\"x\":1,\"y\":2}}", "{\"g\":{\"x\":3,\"z\":4}}",
	                "~g.x:1>3\n-g.y:2>\n+g.z:>4\n"},
	        /* A group that goes, goes with all its fields; so does one that becomes something else. */
	        {"{\"g\":{\"x\":1,\"y\":{\"z\":2}}}", "{}", "-g.x:1>\n-g.y.z:2>\n"},
	        {"{\"g\":{}}", "{}", "-g:{}>\n"},
	        {"{\"g\":{\"x\":1}}", "{\"g\":5}", "~g:{\"x\": 1}>5\n"},
	        /* A list of plain values is one value, a list of mappings is looked into. */
	        {"{\"l\":[1,2]}", "{\"l\":[1]}", "~l:[1, 2]>[1]\n"},
	        {"{\"l\":[{\"n\":\"a\"},{\"n\":\"b\"}]}",
	                "{\"l\":[{\"n\":\"a\"},{\"n\":\"c\"},{\"n\":\"d\"}]}",
	                "~l[1].n:\"b\">\"c\"\n+l[2].n:>\"d\"\n"},
	        {"{\"l\":[{\"n\":\"a\"}]}", "{\"l\":[]}", "-l[0].n:\"a\">\n"},
	        {"", "{\"a\":\"x\",\"b\":[1]}", "+a:>\"x\"\n+b:>[1]\n"},
	};
	struct arena mem;
	(void)state;
	arena_init(&mem, ARENA);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		assert_string_equal(compared(&mem, tries[i].before, tries[i].after), tries[i].says);
	arena_release(&mem);
}

static void what_is_no_body_is_refused(void **state)
{
	struct arena mem;
	struct document_changes changes;
	struct err e;
	(void)state;
	arena_init(&mem, ARENA);
	assert_int_equal(documents_compare(STR("{"), STR("{}"), &mem, &changes, &e), ERR_REJECT);
	assert_int_equal(documents_compare(STR("{}"), STR(""), &mem, &changes, &e), ERR_REJECT);
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_field_is_told_with_its_path_and_values),
	        cmocka_unit_test(what_is_no_body_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
