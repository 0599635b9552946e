/* SPDX-License-Identifier: Apache-2.0
 * Whose answer it is: a delivery remembers words by a hash of their identity, and how each was
 * answered. */
#include "answer.h"

#include "longshore/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum { DIGITS = 16 };

static struct ev_handled handled(const char *identity, const char *answer, char *key)
{
	struct str text = str_c(identity);
	struct id id = id_of("word/1", &text, 1);
	memcpy(key, id_str(&id).p, DIGITS);
	return (struct ev_handled){{key, DIGITS}, str_c(answer)};
}

static void the_answer_is_that_to_this_word(void **state)
{
	(void)state;
	char keys[4][DIGITS];
	struct ev_handled list[] = {handled("cli/a", "done", keys[0]),
	        handled("cli/b", "own_request: not: you", keys[1]), handled("cli/c", "", keys[2]),
	        handled("cli/d", "no_text:", keys[3])};
	const struct ev_delivery_memory m = {.handled = list, .handled_count = 4};
	struct cli_answer a = cli_answer_of(&m, STR("cli/a"));
	assert_true(a.is_known && !a.is_refused);
	a = cli_answer_of(&m, STR("cli/b"));
	assert_true(a.is_known && a.is_refused && str_eq(a.reason, STR("own_request")) &&
	            str_eq(a.text, STR("not: you")));
	a = cli_answer_of(&m, STR("cli/d"));
	assert_true(
	        a.is_known && a.is_refused && str_eq(a.reason, STR("no_text")) && a.text.n == 0);
	assert_false(cli_answer_of(&m, STR("cli/e")).is_known);
}

/* An older scheduler notes that it heard, and not what came of it: that is no consent. */
static void heard_is_not_carried_out(void **state)
{
	(void)state;
	char key[DIGITS];
	struct ev_handled list[] = {handled("cli/c", "", key)};
	const struct ev_delivery_memory m = {.handled = list, .handled_count = 1};
	assert_false(cli_answer_of(&m, STR("cli/c")).is_known);
	assert_false(
	        cli_answer_of(&(struct ev_delivery_memory){.handled_count = 0}, STR("")).is_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_answer_is_that_to_this_word),
	        cmocka_unit_test(heard_is_not_carried_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
