/* SPDX-License-Identifier: Apache-2.0
 * A process removes what killed ones left below its own prefix, now and then, and works meanwhile. */
#include "fleet.h"

#include <sys/stat.h>
#include <time.h>

#define TEMP "0123456789abcdef0123456789abcdef"
#define YOUNG "fedcba9876543210fedcba9876543210"

static struct fleet f;

static const struct fleet_env often[] = {{"LONGSHORE_TIDY_EVERY_MS", "100"}, {NULL, NULL}};

static void make(const char *name, int64_t age_s)
{
	char path[256];
	struct timespec now;
	folder_write(&f.folder, name, "half", 4);
	snprintf(path, sizeof(path), "%s/%s", f.folder.path, name);
	clock_gettime(CLOCK_REALTIME, &now);
	const struct timespec old[2] = {{now.tv_sec - age_s, 0}, {now.tv_sec - age_s, 0}};
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
}

static bool is_there(const char *name)
{
	char path[256];
	struct stat st;
	snprintf(path, sizeof(path), "%s/%s", f.folder.path, name);
	return stat(path, &st) == 0;
}

static void begin(const char *name)
{
	fleet_open(&f, name);
	folder_mkdir(&f.folder, "staging/selections");
	folder_mkdir(&f.folder, "staging/selections/.tmp");
	folder_mkdir(&f.folder, "staging/files");
	folder_mkdir(&f.folder, "staging/files/.tmp");
}

static void works(const char *id)
{
	fleet_send(&f, &(struct fleet_task){.id = id, .lane = "ok"});
	assert_int_equal(fleet_result_of(&f, id, 0)->outcome, EV_OUTCOME_DONE);
}

static void dead_ones_of_its_prefix_go_and_no_others(void **state)
{
	(void)state;
	begin("tidy");
	make("staging/selections/.tmp/" TEMP, 2 * 86400);
	make("staging/selections/.tmp/1" TEMP, 2 * 86400);
	make("staging/selections/.tmp/" YOUNG, 60);
	make("staging/files/.tmp/" TEMP, 2 * 86400);
	make("staging/selections/" TEMP, 2 * 86400);
	pid_t pid = fleet_spawn(&f, "probe", often);
	fleet_await_log(&f, 0, "worker.temporaries.removed", 1);
	assert_false(is_there("staging/selections/.tmp/" TEMP));
	assert_true(is_there("staging/selections/.tmp/1" TEMP)); /* no name of ours */
	assert_true(is_there("staging/selections/.tmp/" YOUNG));
	assert_true(is_there("staging/files/.tmp/" TEMP));
	assert_true(is_there("staging/selections/" TEMP));
	make("staging/selections/.tmp/" TEMP, 2 * 86400);
	fleet_await_log(&f, 0, "worker.temporaries.removed", 2); /* not at the start only */
	works("a");
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static void what_cannot_be_removed_is_told_once_and_holds_up_nothing(void **state)
{
	(void)state;
	char path[256];
	begin("untidy");
	make("staging/selections/.tmp/" TEMP, 2 * 86400);
	snprintf(path, sizeof(path), "%s/staging/selections/.tmp", f.folder.path);
	assert_int_equal(chmod(path, 0500), 0);
	pid_t pid = fleet_spawn(&f, "probe", often);
	fleet_await_log(&f, 0, "worker.tidy_failed", 1);
	assert_int_equal(chmod(path, 0700), 0);
	fleet_await_log(&f, 0, "worker.temporaries.removed", 1);
	assert_false(is_there("staging/selections/.tmp/" TEMP));
	works("a");
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static void a_turn_that_hangs_holds_up_no_task_and_no_end(void **state)
{
	(void)state;
	begin("hangs");
	folder_write(&f.folder, "hang", "", 0);
	pid_t pid = fleet_spawn(&f, "probe", often);
	for (int64_t until_ms = clock_mono_ms() + FLEET_PATIENCE_MS; !is_there("hanging");) {
		assert_true(clock_mono_ms() < until_ms);
		poll(NULL, 0, 2);
	}
	works("a");
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_await_log(&f, 0, "worker.tidy_hangs", 1);
	fleet_close(&f);
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
	        cmocka_unit_test(dead_ones_of_its_prefix_go_and_no_others),
	        cmocka_unit_test(what_cannot_be_removed_is_told_once_and_holds_up_nothing),
	        cmocka_unit_test(a_turn_that_hangs_holds_up_no_task_and_no_end),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return fleet_main(argc, argv, tests);
}
