/* SPDX-License-Identifier: Apache-2.0
 *
 * Computed apart, by Python: sha256(b"".join(struct.pack("<Q", len(f)) + f for f in
 * fields)).hexdigest()[:32] */
#include "longshore/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void ids_are_the_hash_of_tag_and_length_prefixed_fields(void **state)
{
	(void)state;
	struct str fields[] = {STR("acme"), STR("daily"), STR("cadence"),
	        STR("2026-01-31|Europe/Berlin|0"), STR("0")};
	struct id id = id_of("delivery/1", fields, 5);
	assert_string_equal(id.text, "c8e345aad2664c268c89e4957120e67e");
	assert_string_equal(id_of("delivery/1", NULL, 0).text, "bea048c12e827f8b27cc77bb68287d7a");
	assert_int_equal(id_str(&id).n, 32);
}

static void fields_cannot_run_into_each_other(void **state)
{
	(void)state;
	struct str early[] = {STR("ab"), STR("c")}, late[] = {STR("a"), STR("bc")};
	assert_string_equal(id_of("t", early, 2).text, "0bce0a90f1fdaa2e81a805ebdbbec8c3");
	assert_string_equal(id_of("t", late, 2).text, "1a2216e7f1dc0afd95be6d22dc6b52bb");
}

static void an_empty_field_is_a_field(void **state)
{
	(void)state;
	assert_string_equal(id_of("t", &STR(""), 1).text, "dcc6263420b00601aa07e5fd5c5ff244");
	assert_string_equal(
	        id_of("t", &(struct str){NULL, 0}, 1).text, "dcc6263420b00601aa07e5fd5c5ff244");
	assert_string_not_equal(id_of("t", NULL, 0).text, "dcc6263420b00601aa07e5fd5c5ff244");
}

static void any_bytes_and_numbers_are_fields(void **state)
{
	(void)state;
	assert_string_equal(id_of("t", &STR("a\0b"), 1).text, "5ccffe9d3c5334a652af5e2e02a3aee5");
	char many[1000];
	memset(many, 'x', sizeof many);
	assert_string_equal(id_of("t", &(struct str){many, sizeof many}, 1).text,
	        "b634f814ae03c64c349a057b93fec7fc");
	struct id_hash *h = id_begin(STR("t"));
	id_add_num(h, INT64_MIN);
	assert_string_equal(id_end(h).text, "325abac1e9eaa150de3dce4330da1702");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(ids_are_the_hash_of_tag_and_length_prefixed_fields),
	        cmocka_unit_test(fields_cannot_run_into_each_other),
	        cmocka_unit_test(an_empty_field_is_a_field),
	        cmocka_unit_test(any_bytes_and_numbers_are_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
