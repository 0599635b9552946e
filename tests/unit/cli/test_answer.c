/* SPDX-License-Identifier: Apache-2.0
 * Whose answer it is: a delivery's row names words by a hash of their identity, and how each was
 * answered. */
#include "answer.h"

#include "longshore/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { DIGITS = 16 };

static struct str line(
        struct arena *mem, struct str before, const char *identity, const char *answer)
{
	struct str text = str_c(identity);
	struct id id = id_of("word/1", &text, 1);
	return arena_printf(mem, STR_FMT "%s%.*s%s", STR_ARG(before), before.n > 0 ? "\n" : "",
	        DIGITS, id_str(&id).p, answer);
}

static void the_answer_is_that_to_this_word(void **state)
{
	struct arena mem;
	(void)state;
	arena_init(&mem, 65536);
	struct str all = line(&mem, STR(""), "cli/a", " done");
	all = line(&mem, all, "cli/b", " own_request: not: you");
	all = line(&mem, all, "cli/d", " no_text");
	struct cli_answer a = cli_answer_of(all, STR("cli/a"));
	assert_true(a.is_known && !a.is_refused);
	a = cli_answer_of(all, STR("cli/b"));
	assert_true(a.is_known && a.is_refused && str_eq(a.reason, STR("own_request")) &&
	            str_eq(a.text, STR("not: you")));
	a = cli_answer_of(all, STR("cli/d"));
	assert_true(
	        a.is_known && a.is_refused && str_eq(a.reason, STR("no_text")) && a.text.n == 0);
	assert_false(cli_answer_of(all, STR("cli/e")).is_known);
	arena_release(&mem);
}

/* An older scheduler notes that it heard, and not what came of it: that is no consent. */
static void heard_is_not_carried_out(void **state)
{
	struct arena mem;
	(void)state;
	arena_init(&mem, 65536);
	static const char *const answers[] = {" ", "", "done"};
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct str all = line(&mem, STR(""), "cli/c", answers[i]);
		assert_false(
		        cli_answer_of(line(&mem, all, "cli/d", " done"), STR("cli/c")).is_known);
	}
	assert_false(cli_answer_of(STR(""), STR("")).is_known);
	assert_false(cli_answer_of((struct str){NULL, 0}, STR("x")).is_known);
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_answer_is_that_to_this_word),
	        cmocka_unit_test(heard_is_not_carried_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
