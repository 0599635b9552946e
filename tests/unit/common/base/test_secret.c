/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/secret.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
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

/* What the kernel says of the mapping that holds p: "rd wr mr mw me lo ac dd ..." */
static bool has_flags(const void *p, const char *first, const char *second)
{
	char line[256];
	bool is_here = false, has = false;
	FILE *f = fopen("/proc/self/smaps", "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		unsigned long from, to;
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			is_here = (uintptr_t)p >= from && (uintptr_t)p < to;
		else if (is_here && strncmp(line, "VmFlags:", 8) == 0)
			has = strstr(line, first) && strstr(line, second);
	}
	(void)fclose(f);
	return has;
}

static void room_for_secrets_is_locked_and_in_no_dump(void **state)
{
	(void)state;
	struct err e;
	void *room = NULL;
	static const unsigned char zero[5000];
	assert_int_equal(secret_room_new(sizeof zero, &room, &e), 0);
	assert_memory_equal(room, zero, sizeof zero);
	assert_true(has_flags(room, " lo", " dd"));
	assert_true(has_flags((char *)room + sizeof zero - 1, " lo", " dd"));
	memset(room, 0xaa, sizeof zero);
	secret_room_free(room, sizeof zero);
	secret_room_free(NULL, 1);
}

/* In a child, which gives up root's right to lock what it wants. */
static int asks_for_more_than_its_limit(void)
{
	const struct rlimit none = {0, 0};
	struct err e;
	void *room = NULL;
	if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && setuid(65534) != 0))
		return 1;
	if (secret_room_new(100, &room, &e) != ERR_FATAL || room)
		return 2;
	return strcmp(e.code, "memory_unlocked") == 0 && strstr(e.text, "RLIMIT_MEMLOCK") ? 0 : 3;
}

static void a_limit_that_is_too_small_is_an_error_that_names_it(void **state)
{
	(void)state;
	int status = -1;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(asks_for_more_than_its_limit());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(wiping_leaves_nothing_and_no_more),
	        cmocka_unit_test(no_core_holds_what_a_process_knows),
	        cmocka_unit_test(room_for_secrets_is_locked_and_in_no_dump),
	        cmocka_unit_test(a_limit_that_is_too_small_is_an_error_that_names_it)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
