/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void wiping_leaves_nothing_and_no_more(void **state)
{
	(void)state;
	struct secret s, zero = {{0}};
	memset(&s, 0xaa, sizeof s);
	secret_wipe(&s);
	assert_memory_equal(&s, &zero, sizeof s);
	secret_wipe(NULL);
	char text[4] = "abc";
	wipe(text, 2);
	assert_memory_equal(text, "\0\0c", 4);
	wipe(NULL, 0);
}

/* In a child: what is given away is not to be had again. */
static int told_by_a_child(void)
{
	struct rlimit limit = {1, 1};
	char filter[32] = "";
	secret_keep_from_cores();
	if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0)
		return 1;
	FILE *f = fopen("/proc/self/coredump_filter", "r");
	if (f == NULL && errno == ENOENT)
		return 0; /* a kernel that writes no cores */
	if (f == NULL || fgets(filter, sizeof filter, f) == NULL || fclose(f) != 0)
		return 2;
	return strcmp(filter, "00000000\n") == 0 ? 0 : 3;
}

static void no_core_holds_what_a_process_knows(void **state)
{
	(void)state;
	int status = -1;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(told_by_a_child());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(wiping_leaves_nothing_and_no_more),
	        cmocka_unit_test(no_core_holds_what_a_process_knows)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
