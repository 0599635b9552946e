/* SPDX-License-Identifier: Apache-2.0
 * A drop on a directory, and the same directory as a client of NFS sees it. */
#include "drop_cases.h"
#include "no_rename_flags.h"

#define DIRECTORY_MARK ".longshore-tmp/identity"

static int open_directory(struct ground *p, struct drop **out, struct err *e)
{
	(void)snprintf(p->url, sizeof p->url, "file://%s", p->path);
	return drop_open(PLACE_AT(p->url), out, e);
}

static void a_dead_place_is_unavailable_and_names_a_remedy(void **state)
{
	(void)state;
	struct err e;
	struct drop *d = NULL;
	expect_error(drop_open(PLACE_AT("file:///nowhere/at/all"), &d, &e), &e, ERR_RETRY,
	        "drop_unavailable");
	assert_non_null(strstr(e.text, "create or mount"));
	expect_error(drop_open(PLACE_AT("gopher://x/y"), &d, &e), &e, ERR_REJECT, "bad_url");
	expect_error(drop_open(PLACE_AT("file://relative"), &d, &e), &e, ERR_REJECT, "bad_url");
	drop_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASES(),
	        cmocka_unit_test(a_dead_place_is_unavailable_and_names_a_remedy),
	};
	const struct CMUnitTest by_links[] = {CASES()};
	driver = (struct drop_driver){.guarantee = "rename_noreplace",
	        .identity = DIRECTORY_MARK,
	        .open = open_directory};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	driver.guarantee = "link_noreplace";
	if (!no_rename_flags())
		return 1;
	return failed + cmocka_run_group_tests(by_links, NULL, NULL);
}
