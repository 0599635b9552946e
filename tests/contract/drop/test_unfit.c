/* SPDX-License-Identifier: Apache-2.0
 * A place that has neither a rename that does not replace nor hard links, as FAT: the kernel refuses
 * both to this process. */
#include "folder.h"
#include "longshore/drop.h"
#include "no_rename_flags.h"

static void a_place_that_has_neither_is_unfit_and_told_why(void **state)
{
	struct folder folder;
	struct drop *drop = NULL;
	struct err e;
	char identity[DROP_IDENTITY_BYTES];
	(void)state;
	folder_make(&folder);
	assert_int_equal(drop_open(PLACE_AT(folder.url), &drop, &e), 0);
	assert_int_equal(drop_probe(drop, &e), ERR_REJECT);
	assert_string_equal(e.code, "drop_unfit");
	assert_non_null(strstr(e.text, "nor hard links"));
	assert_int_equal(drop_mark(drop, identity, &e), ERR_REJECT);
	assert_string_equal(e.code, "drop_unfit");
	folder_rmdir(&folder, ".longshore-tmp");
	assert_int_equal(rmdir(folder.path), 0); /* nothing else was left */
	drop_close(drop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_place_that_has_neither_is_unfit_and_told_why),
	};
	if (!no_rename_flags() || !no_hard_links())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
