/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlstate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void sqlstate_says_what_to_do(void **state)
{
	(void)state;
	static const struct {
		const char *sqlstate;
		enum err_act act;
		const char *code;
	} cases[] = {
	        {"08006", ERR_RETRY, "pg_unavailable"},
	        {"57P01", ERR_RETRY, "pg_unavailable"},
	        {"57P03", ERR_RETRY, "pg_unavailable"},
	        {"57014", ERR_RETRY, "pg_cancelled"},
	        {"40001", ERR_RETRY, "pg_conflict"},
	        {"40P01", ERR_RETRY, "pg_conflict"},
	        {"53300", ERR_RETRY, "pg_resources"},
	        {"53100", ERR_RETRY, "pg_resources"},
	        {"55P03", ERR_RETRY, "pg_locked"},
	        {"25006", ERR_RETRY, "pg_read_only"},
	        {"25P03", ERR_RETRY, "pg_unavailable"},
	        {"58030", ERR_RETRY, "pg_system"},
	        {"42601", ERR_FATAL, "pg_broken_sql"},
	        {"42P01", ERR_FATAL, "pg_broken_sql"},
	        {"42501", ERR_FATAL, "pg_refused"},
	        {"28P01", ERR_FATAL, "pg_refused"},
	        {"3D000", ERR_FATAL, "pg_no_database"},
	        {"22001", ERR_REJECT, "pg_bad_data"},
	        {"22P02", ERR_REJECT, "pg_bad_data"},
	        {"23502", ERR_REJECT, "pg_constraint"},
	        {"23505", ERR_REJECT, "pg_duplicate"},
	        {"54000", ERR_REJECT, "pg_too_large"},
	        {"XX000", ERR_FATAL, "pg_error"},
	        {"25P02", ERR_FATAL, "pg_error"},
	        {"55000", ERR_RETRY, "pg_read_only"},
	        {"", ERR_FATAL, "pg_error"},
	        {"4000", ERR_FATAL, "pg_error"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct pg_verdict *verdict = pg_verdict(cases[i].sqlstate);
		assert_int_equal(verdict->act, cases[i].act);
		assert_string_equal(verdict->code, cases[i].code);
	}
	assert_int_equal(pg_verdict(NULL)->act, ERR_FATAL);
}

static void only_what_another_connection_cures_drops_this_one(void **state)
{
	(void)state;
	assert_true(pg_verdict("08006")->drops_connection);
	assert_true(pg_verdict("57P02")->drops_connection);
	assert_true(pg_verdict("25006")->drops_connection);
	assert_true(pg_verdict("26000")->drops_connection);
	assert_false(pg_verdict("40001")->drops_connection);
	assert_false(pg_verdict("53100")->drops_connection);
	assert_false(pg_verdict("23505")->drops_connection);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sqlstate_says_what_to_do),
	        cmocka_unit_test(only_what_another_connection_cures_drops_this_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
