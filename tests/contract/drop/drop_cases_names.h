/* SPDX-License-Identifier: Apache-2.0
 *
 * Cases of drop_cases.h: names, directories, and files of no bytes.
 */
#ifndef LONGSHORE_TESTS_DROP_CASES_NAMES_H
#define LONGSHORE_TESTS_DROP_CASES_NAMES_H

#include "drop_ground.h"

static void names_may_have_directories_which_are_made(void **state)
{
	struct ground *p = *state;
	struct stat st;
	temp_with(p, T1, "x");
	assert_int_equal(commit(p, T1, "acme/2026-01-31/a b.csv"), DROP_COMMITTED);
	outside_sees(p, "acme/2026-01-31/a b.csv", "x");
	assert_int_equal(stat(path_of(p, "acme/2026-01-31/a b.csv"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	temp_with(p, T2, "y");
	assert_int_equal(commit(p, T2, "acme/2026-01-31/b.csv"), DROP_COMMITTED);
}

static void an_empty_file_is_a_file(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct drop_facts facts;
	temp_with(p, T1, "");
	assert_int_equal(commit(p, T1, "empty.csv"), DROP_COMMITTED);
	outside_sees(p, "empty.csv", "");
	assert_int_equal(drop_stat(p->drop, STR("empty.csv"), &facts, &e), 0);
	assert_true(facts.is_there);
	assert_int_equal(facts.bytes, 0);
	assert_string_equal(
	        facts.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* No driver encodes, decodes or expands what it is given. */
static void a_name_is_taken_as_it_is(void **state)
{
	struct ground *p = *state;
	static const char *const names[] = {"a b.csv", " a", "a ", "a+b.csv", "a%20b.csv",
	        "100%.csv", "%2e%2e", "a?b=c&d#e.csv", "a*b[c]{d}.csv", "it's \"x\".csv",
	        "a\\b.csv", "~", "-rf", "$HOME.csv", "a;b|c.csv", "\xc3\xa4\xe2\x82\xac.csv",
	        "a\xcc\x88.csv", "\xf0\x9f\x9a\xa2/\xe6\xb8\xaf +%.csv", "...", "a..b"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct err e;
		struct drop_facts facts;
		temp_with(p, T1, names[i]);
		assert_int_equal(commit(p, T1, names[i]), DROP_COMMITTED);
		outside_sees(p, names[i], names[i]);
		assert_int_equal(drop_stat(p->drop, str_c(names[i]), &facts, &e), 0);
		assert_int_equal(facts.bytes, strlen(names[i]));
	}
}

/* A partner's file where a directory of the name should be: refused, and the file stays as it was. */
static void a_file_in_the_way_is_refused(void **state)
{
	struct ground *p = *state;
	struct err e;
	enum drop_commit answer;
	temp_with(p, T1, "x");
	outside_put(p, "acme", "theirs");
	static const char *const names[] = {"acme/a.csv", "acme/b/a.csv"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		expect_error(drop_commit(p->drop, STR(T1), str_c(names[i]), &answer, &e), &e,
		        ERR_REJECT, "bad_name");
	outside_sees(p, "acme", "theirs");
	outside_sees(p, T1, "x");
	outside_take(p, "acme");
	assert_int_equal(commit(p, T1, "acme/a.csv"), DROP_COMMITTED);
	outside_sees(p, "acme/a.csv", "x");
}

#endif
