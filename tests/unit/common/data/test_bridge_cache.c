/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge_world.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>

enum { PEOPLE = 3000, ALL = 1 << 28 };

static int count_files(const struct world *w, const char *suffix)
{
	DIR *dir = opendir(w->cache_dir);
	int n = 0;
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		n += str_has_suffix(str_c(entry->d_name), str_c(suffix));
	(void)closedir(dir);
	return n;
}

static void open_and_check(struct world *w, struct bridge_cache *cache, const char *version)
{
	struct bridge_keys *keys = NULL;
	struct bridge_hit hit;
	struct err e;
	must(bridge_keys_open(cache, str_c(version), &keys, &e), &e);
	lookup(w, keys, 17, &hit);
	assert_true(hit.ordinal >= 0 && hit.ordinal <= PEOPLE);
	lookup(w, keys, PEOPLE + 1, &hit);
	assert_int_equal(hit.ordinal, BRIDGE_NO_ORDINAL);
	bridge_keys_release(keys);
}

static void what_an_earlier_process_left_counts_and_is_evicted(void **state)
{
	struct world *w = *state;
	struct bridge_cache *cache = NULL;
	build_plain(w, "v1", PEOPLE);
	build_plain(w, "v2", PEOPLE + 1);
	open_cache(w, ALL, &cache);
	open_and_check(w, cache, "v1");
	bridge_cache_close(cache);
	int of_one = count_files(w, ".piece");
	assert_true(of_one >= 2);
	open_cache(w, ALL, &cache);
	open_and_check(w, cache, "v2");
	assert_int_equal(count_files(w, ".piece"), 2 * of_one);
	bridge_cache_close(cache);
	open_cache(w, 1, &cache); /* no room for more than what is in use */
	open_and_check(w, cache, "v2");
	assert_int_equal(count_files(w, ".piece"), 0);
	bridge_cache_close(cache);
}

static void what_is_in_use_stays(void **state)
{
	struct world *w = *state;
	struct bridge_cache *cache = NULL;
	struct bridge_keys *keys = NULL;
	struct bridge_hit before, after;
	struct err e;
	build_plain(w, "v1", PEOPLE);
	build_plain(w, "v2", PEOPLE + 1);
	open_cache(w, 1, &cache);
	must(bridge_keys_open(cache, STR("v1"), &keys, &e), &e);
	lookup(w, keys, 5, &before);
	open_and_check(w, cache, "v2");
	lookup(w, keys, 5, &after);
	assert_true(before.ordinal >= 0 && before.ordinal == after.ordinal);
	bridge_keys_release(keys);
	bridge_cache_close(cache);
}

/* Calls change(path) for every piece in the directory. */
static void each_piece(const struct world *w, void (*change)(const char *path))
{
	DIR *dir = opendir(w->cache_dir);
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		char path[512];
		(void)snprintf(path, sizeof(path), "%s/%s", w->cache_dir, entry->d_name);
		if (str_has_suffix(str_c(entry->d_name), STR(".piece")))
			change(path);
	}
	(void)closedir(dir);
}

static void flip_a_byte(const char *path)
{
	FILE *f = fopen(path, "r+b");
	assert_non_null(f);
	int c = fgetc(f);
	rewind(f);
	assert_int_equal(fputc(c ^ 1, f), c ^ 1);
	assert_int_equal(fclose(f), 0);
}

static void cut_off(const char *path)
{
	assert_int_equal(truncate(path, 3), 0);
}

static void a_damaged_file_is_fetched_again(void **state)
{
	struct world *w = *state;
	static void (*const changes[])(const char *path) = {flip_a_byte, cut_off};
	build_plain(w, "v1", PEOPLE);
	for (size_t i = 0; i < 2; i++) {
		struct bridge_cache *cache = NULL;
		open_cache(w, ALL, &cache);
		open_and_check(w, cache, "v1");
		bridge_cache_close(cache);
		each_piece(w, changes[i]);
		open_cache(w, ALL, &cache);
		open_and_check(w, cache, "v1");
		bridge_cache_close(cache);
	}
}

static void temporaries_that_nobody_writes_are_removed(void **state)
{
	struct world *w = *state;
	struct bridge_cache *cache = NULL;
	char path[256];
	open_cache(w, ALL, &cache); /* makes the directory */
	bridge_cache_close(cache);
	folder_write(&w->folder, "cache/left.tmp", "x", 1);
	folder_write(&w->folder, "cache/written.tmp", "x", 1);
	(void)snprintf(path, sizeof(path), "%s/written.tmp", w->cache_dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	open_cache(w, ALL, &cache);
	bridge_cache_close(cache);
	assert_int_equal(count_files(w, ".tmp"), 1);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(close(fd), 0);
	open_cache(w, ALL, &cache);
	bridge_cache_close(cache);
	assert_int_equal(count_files(w, ".tmp"), 0);
}

static void a_directory_that_others_may_read_is_refused(void **state)
{
	struct world *w = *state;
	struct bridge_cache *cache = NULL;
	struct err e;
	assert_int_equal(mkdir(w->cache_dir, 0700), 0);
	assert_int_equal(chmod(w->cache_dir, 0750), 0);
	assert_int_equal(
	        bridge_cache_open(w->staging, w->keys, w->cache_dir, ALL, &cache, &e), ERR_FATAL);
	assert_string_equal(e.code, "cache_unusable");
	assert_int_equal(bridge_cache_dir(w->cache_dir, "formatter", &e), ERR_FATAL);
	assert_int_equal(chmod(w->cache_dir, 0700), 0);
	must(bridge_cache_dir(w->cache_dir, "formatter", &e), &e);
	if (geteuid() != 0)
		return; /* only root can give it away */
	assert_int_equal(chown(w->cache_dir, 1, (gid_t)-1), 0);
	assert_int_equal(bridge_cache_dir(w->cache_dir, "formatter", &e), ERR_FATAL);
	assert_string_equal(e.code, "cache_unusable");
}

/* bridge-worker knows patients, the formatter what the partner calls them: no directory has both. */
static void a_directory_of_another_service_is_refused_and_so_is_a_link(void **state)
{
	struct world *w = *state;
	struct err e;
	char elsewhere[300];
	must(bridge_cache_dir(w->cache_dir, "bridge-worker", &e), &e);
	must(bridge_cache_dir(w->cache_dir, "bridge-worker", &e), &e);
	assert_int_equal(bridge_cache_dir(w->cache_dir, "formatter", &e), ERR_FATAL);
	assert_string_equal(e.code, "cache_unusable");
	assert_non_null(strstr(e.text, "belongs to bridge-worker"));
	(void)snprintf(elsewhere, sizeof(elsewhere), "%s-link", w->cache_dir);
	assert_int_equal(symlink(w->cache_dir, elsewhere), 0);
	assert_int_equal(bridge_cache_dir(elsewhere, "bridge-worker", &e), ERR_FATAL);
	assert_string_equal(e.code, "cache_unusable");
}

/* It is this machine's trouble, not the delivery's: and once there is room it works. */
static void a_disk_that_takes_no_more_is_no_reason_to_reject(void **state)
{
	struct world *w = *state;
	struct bridge_cache *cache = NULL;
	struct bridge_keys *keys = NULL;
	struct rlimit before, small;
	struct sigaction ignored = {.sa_handler = SIG_IGN}, usual;
	struct err e;
	build_plain(w, "v1", PEOPLE);
	open_cache(w, ALL, &cache);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){4096, before.rlim_max};
	assert_int_equal(sigaction(SIGXFSZ, &ignored, &usual), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int act = bridge_keys_open(cache, STR("v1"), &keys, &e);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(sigaction(SIGXFSZ, &usual, NULL), 0);
	assert_int_equal(act, ERR_RETRY);
	assert_string_equal(e.code, "cache_unusable");
	assert_int_equal(count_files(w, ".tmp"), 0);
	open_and_check(w, cache, "v1");
	bridge_cache_close(cache);
}

static void pieces_that_are_gone_are_a_version_that_is_gone(void **state)
{
	struct world *w = *state;
	struct bridge_cache *cache = NULL;
	struct bridge_keys *keys = NULL;
	struct bridge_values *values = NULL;
	struct err e;
	build_plain(w, "v1", PEOPLE);
	must(store_remove(w->staging, STR("keys/v1/leader"), &e), &e);
	must(store_remove(w->staging, STR("values/v1/manifest"), &e), &e);
	open_cache(w, ALL, &cache);
	assert_int_equal(bridge_keys_open(cache, STR("v1"), &keys, &e), ERR_REJECT);
	assert_string_equal(e.code, "bridge_version_gone");
	assert_int_equal(bridge_values_open(cache, STR("v1"), &values, &e), ERR_REJECT);
	assert_string_equal(e.code, "bridge_version_gone");
	assert_int_equal(bridge_keys_open(cache, STR("nowhere"), &keys, &e), ERR_REJECT);
	assert_string_equal(e.code, "bridge_version_gone");
	bridge_cache_close(cache);
}

/* --- threads --- */

struct turn {
	struct world *w;
	struct bridge_cache *cache;
	int rounds;
	int64_t sum;
	int failed;
};

static void *open_often(void *arg)
{
	struct turn *t = arg;
	for (int i = 0; i < t->rounds; i++) {
		struct bridge_keys *keys = NULL;
		struct bridge_hit hit;
		struct err e;
		const char *version = i % 2 ? "v1" : "v2";
		if (bridge_keys_open(t->cache, str_c(version), &keys, &e) != 0) {
			t->failed++;
			continue;
		}
		lookup(t->w, keys, 11, &hit);
		t->sum += hit.ordinal;
		bridge_keys_release(keys);
	}
	return NULL;
}

static void threads_share_what_one_of_them_loads(void **state)
{
	struct world *w = *state;
	struct bridge_cache *cache = NULL;
	pthread_t threads[4];
	struct turn turns[4];
	build_plain(w, "v1", PEOPLE);
	build_plain(w, "v2", PEOPLE + 1);
	open_cache(w, 1, &cache); /* so that pieces come and go */
	for (int i = 0; i < 4; i++) {
		turns[i] = (struct turn){.w = w, .cache = cache, .rounds = 20};
		assert_int_equal(pthread_create(&threads[i], NULL, open_often, &turns[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(turns[i].failed, 0);
		assert_int_equal(turns[i].sum, turns[0].sum);
	}
	bridge_cache_close(cache);
}

/* Two caches of one directory are two processes to each other: what one has just put there the other
 * evicts, for it knows it from before. */
static void processes_that_share_a_directory_do_without_each_other(void **state)
{
	struct world *w = *state;
	struct bridge_cache *caches[4];
	pthread_t threads[4];
	struct turn turns[4];
	build_plain(w, "v1", PEOPLE);
	build_plain(w, "v2", PEOPLE + 1);
	for (int i = 0; i < 4; i++)
		open_cache(w, 1, &caches[i]);
	for (int i = 0; i < 4; i++) {
		turns[i] = (struct turn){.w = w, .cache = caches[i], .rounds = 200};
		assert_int_equal(pthread_create(&threads[i], NULL, open_often, &turns[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(turns[i].failed, 0);
		assert_int_equal(turns[i].sum, turns[0].sum);
	}
	for (int i = 0; i < 4; i++)
		bridge_cache_close(caches[i]);
	assert_int_equal(count_files(w, ".tmp"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                what_an_earlier_process_left_counts_and_is_evicted, setup, teardown),
	        cmocka_unit_test_setup_teardown(what_is_in_use_stays, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_damaged_file_is_fetched_again, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                temporaries_that_nobody_writes_are_removed, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_directory_that_others_may_read_is_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_directory_of_another_service_is_refused_and_so_is_a_link, setup,
	                teardown),
	        cmocka_unit_test_setup_teardown(
	                a_disk_that_takes_no_more_is_no_reason_to_reject, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                pieces_that_are_gone_are_a_version_that_is_gone, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                threads_share_what_one_of_them_loads, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                processes_that_share_a_directory_do_without_each_other, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
