/* SPDX-License-Identifier: Apache-2.0 */
#include "db/stored.h"

#include "longshore/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const char stored_words[];

/* Rows of a running fleet were squeezed with it. Better words need another file, with a mark of its
 * own, beside this one. */
static void the_words_never_change(void **state)
{
	(void)state;
	char hex[SHA256_HEX];
	sha256_hex(stored_words, strlen(stored_words), hex);
	assert_string_equal(
	        hex, "88b482664dc0224934c649468f1a7b21b40a49b85498709a1a98a0c2f7ea6f9c");
}

static void a_row_is_read_with_its_own_ids_only(void **state)
{
	(void)state;
	static const char id[] = "6024448e46993afa55e1602183802430",
	                  other[] = "921a58743c7543932fde4b3bc0948ed6";
	struct arena mem;
	struct err e;
	arena_init(&mem, 1 << 20);
	const struct stored_key key = {.delivery_id = str_c(id), .lane = STR("file:///drop/")};
	const struct stored_key wrong = {.delivery_id = str_c(other), .lane = STR("file:///drop/")};
	struct str text = arena_printf(&mem,
	        "selections/%s/%s.members rows_read unmatched matched file:///drop/", id, other);
	struct str small, plain;
	assert_int_equal(stored_pack(&key, text, &mem, &small, &e), 0);
	assert_true(small.n * 3 < text.n * 2);
	assert_int_equal(stored_unpack(&key, small, &mem, &plain, &e), 0);
	assert_true(str_eq(plain, text));
	assert_int_equal(stored_unpack(&wrong, small, &mem, &plain, &e), ERR_REJECT);
	arena_release(&mem);
}

static void rows_of_older_releases_are_read_as_they_are(void **state)
{
	(void)state;
	struct arena mem;
	struct err e;
	struct str plain;
	arena_init(&mem, 1 << 20);
	const struct stored_key key = {.delivery_id = STR("d")};
	struct str old = STR("\xc3\x01"
	                     "an Avro record");
	assert_int_equal(stored_unpack(&key, old, &mem, &plain, &e), 0);
	assert_true(str_eq(plain, old));
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_words_never_change),
	        cmocka_unit_test(a_row_is_read_with_its_own_ids_only),
	        cmocka_unit_test(rows_of_older_releases_are_read_as_they_are),
	};
	return cmocka_run_group_tests_name("stored", tests, NULL, NULL);
}
