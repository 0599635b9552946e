/* SPDX-License-Identifier: Apache-2.0
 * What `apply` takes at most is what the data layer takes: neither may know of the other. */
#include "longshore/bridge_build.h"
#include "longshore/fingerprint.h"
#include "longshore/row_writer.h"
#include "longshore/spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void a_record_has_as_many_columns(void **state)
{
	(void)state;
	assert_int_equal(SPEC_RECORD_MAX, BRIDGE_COLUMNS_MAX);
}

static void a_kind_of_id_is_as_long(void **state)
{
	struct secret key = {.bytes[0] = 7};
	struct fingerprinter *f = NULL;
	struct err e;
	char kind[SPEC_KIND_MAX + 1];
	(void)state;
	memset(kind, 'k', sizeof kind);
	assert_int_equal(
	        fingerprinter_new(&key, STR("t"), str_bytes(kind, SPEC_KIND_MAX), &f, &e), 0);
	fingerprinter_free(f);
	assert_int_equal(
	        fingerprinter_new(&key, STR("t"), str_bytes(kind, SPEC_KIND_MAX + 1), &f, &e),
	        ERR_REJECT);
}

/* A form is refused with the field's name, before anything is written. */
static void a_form_that_cannot_be_written_is_told_with_its_field(void **state)
{
	(void)state;
	static const struct row_column good = {.name = {"a", 1}}, odd = {.name = {"a,b", 3}},
	                               constant = {.name = {"c", 1},
	                                       .is_constant = true,
	                                       .constant = {"x\ty", 3}};
	static const struct {
		struct row_column column;
		enum quote_mode quotes;
		char delimiter;
		const char *says; /* NULL: it can */
	} cases[] = {
	        {good, QUOTE_NONE, ',', NULL},
	        {odd, QUOTE_MINIMAL, ',', NULL},
	        {odd, QUOTE_NONE, ',', "columns[0].name: contains the delimiter"},
	        {constant, QUOTE_ALL, ',', "columns[0].constant: contains a control character"},
	        {good, QUOTE_ALL, '\x01', "delimiter: must be"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e = {.text = ""};
		const struct row_layout format = {.columns = &cases[i].column,
		        .columns_count = 1,
		        .delimiter = cases[i].delimiter,
		        .quotes = cases[i].quotes};
		int bad = row_layout_check(&format, &e);
		assert_int_equal(bad, cases[i].says ? ERR_REJECT : 0);
		if (cases[i].says)
			assert_memory_equal(e.text, cases[i].says, strlen(cases[i].says));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_record_has_as_many_columns),
	        cmocka_unit_test(a_kind_of_id_is_as_long),
	        cmocka_unit_test(a_form_that_cannot_be_written_is_told_with_its_field),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
