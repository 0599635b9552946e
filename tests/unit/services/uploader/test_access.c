/* SPDX-License-Identifier: Apache-2.0
 * The settings of who may read what is put at a drop. */
#include "access.h"

#include "longshore/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void modes_let_a_group_read_and_nobody_run(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint32_t mode;
	} good[] = {{"0640", 0640}, {"640", 0640}, {"0644", 0644}, {"0660", 0660}, {"0664", 0664}};
	static const char *const bad[] = {
	        "", "0600", "0666", "0646", "0750", "0440", "04640", "rw", "0640 ", "416"};
	struct drop_access access;
	struct err e;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(access_parse(good[i].text, "", &access, &e), 0);
		assert_int_equal(access.file_mode, good[i].mode);
		assert_int_equal(access.group, DROP_GROUP_AS_IS);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(access_parse(bad[i], "", &access, &e), ERR_FATAL);
		assert_string_equal(e.code, "bad_settings");
		assert_non_null(strstr(e.text, "LONGSHORE_DROP_MODE"));
	}
}

static void a_group_has_a_name_or_a_number(void **state)
{
	(void)state;
	struct drop_access access;
	struct err e;
	char own[24];
	(void)snprintf(own, sizeof own, "%lld", (long long)getegid());
	assert_int_equal(access_parse("0640", own, &access, &e), 0);
	assert_int_equal(access.group, getegid());
	assert_int_equal(access_parse("0640", "no-such-group", &access, &e), ERR_FATAL);
	assert_non_null(strstr(e.text, "there is no group no-such-group"));
	assert_int_equal(access_parse("0640", "-1", &access, &e), ERR_FATAL);
	if (geteuid() != 0)
		return;
	assert_int_equal(access_parse("0640", "root", &access, &e), 0);
	assert_int_equal(access.group, 0);
}

/* A service that could not give a file away says so when it starts, not at the first file. */
static void a_group_of_others_is_refused_at_the_start(void **state)
{
	(void)state;
	struct drop_access access;
	struct err e;
	if (geteuid() != 0)
		skip();
	assert_int_equal(setegid(4241), 0);
	assert_int_equal(seteuid(4241), 0);
	int of_others = access_parse("0640", "4242", &access, &e);
	int own = access_parse("0640", "4241", &access, &e);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(setegid(0), 0);
	assert_int_equal(of_others, ERR_FATAL);
	assert_int_equal(own, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(modes_let_a_group_read_and_nobody_run),
	        cmocka_unit_test(a_group_has_a_name_or_a_number),
	        cmocka_unit_test(a_group_of_others_is_refused_at_the_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
