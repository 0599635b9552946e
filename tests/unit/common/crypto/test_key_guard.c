/* SPDX-License-Identifier: Apache-2.0
 * Who may reach a key: a service does not start where others can, and doctor says so. */
#include "key_folder.h"

#include "longshore/keyring.h"

#include <sys/stat.h>
#include <unistd.h>

static void expect_refused(const char *service, const char *code, const char *says)
{
	struct err e;
	struct keyring *k = NULL;
	int rc = keyring_open(dir_of(service), &k, &e);
	if (rc == 0)
		rc = keyring_holds(k, service, &e);
	assert_int_equal(rc, ERR_FATAL);
	assert_string_equal(e.code, code);
	assert_non_null(strstr(e.text, says));
	keyring_close(k);
}

static void expect_good(const char *service)
{
	struct err e;
	struct keyring *k = NULL;
	assert_int_equal(keyring_open(dir_of(service), &k, &e), 0);
	assert_int_equal(keyring_holds(k, service, &e), 0);
	keyring_close(k);
}

static void count_exposed(void *arg, const struct keyring_fault *fault)
{
	*(int *)arg += !fault->is_harmless;
}

static int faults(void)
{
	struct err e;
	int count = 0;
	assert_int_equal(keyring_check(root.path, count_exposed, &count, &e), 0);
	return count;
}

/* A service does not start with it, and doctor says so. */
static void a_key_that_others_can_read_or_replace_is_refused(void **state)
{
	(void)state;
	struct err e;
	static const mode_t good[] = {0400, 0600, 0440, 0640},
	                    bad[] = {0604, 0602, 0601, 0660, 0650, 0700, 04600};
	const char file[] = "staging-ledger.key";
	char aside[PATH_MAX_HERE];
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(chmod(path_of("uploader", file), good[i]), 0);
		expect_good("uploader");
		assert_int_equal(faults(), 0);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(chmod(path_of("uploader", file), bad[i]), 0);
		expect_refused("uploader", "key_exposed", file);
		assert_int_equal(faults(), 1);
	}
	assert_int_equal(chmod(path_of("uploader", file), 0600), 0);
	(void)snprintf(aside, sizeof aside, "%s/aside", root.path);
	assert_int_equal(rename(path_of("uploader", file), aside), 0);
	assert_int_equal(symlink("../aside", path_of("uploader", file)), 0);
	expect_refused("uploader", "key_exposed", "symbolic link");
	assert_int_equal(faults(), 1);
	assert_int_equal(rename(aside, path_of("uploader", file)), 0);
	expect_good("uploader");
	if (geteuid() != 0)
		return; /* only root can give it away */
	assert_int_equal(chown(path_of("uploader", file), 65534, (gid_t)-1), 0);
	expect_refused("uploader", "key_exposed", "belongs to user 65534");
	assert_int_equal(faults(), 1);
}

static void a_directory_that_is_not_the_services_own_is_refused(void **state)
{
	(void)state;
	struct err e;
	static const mode_t bad[] = {0701, 0704, 0720, 0770};
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(chmod(dir_of("formatter"), bad[i]), 0);
		expect_refused("formatter", "key_exposed", "chmod 0700");
		assert_int_equal(faults(), 1);
	}
	assert_int_equal(keyring_init(root.path, false, &e), 0); /* repairs it */
	expect_good("formatter");
	assert_int_equal(chmod(dir_of("formatter"), 0750), 0);
	expect_good("formatter");
	if (geteuid() != 0)
		return; /* only root can give it away */
	static const char *const files[] = {"staging-specs.key", "staging-values.key",
	        "staging-selections.key", "staging-files.key", "identity.key"};
	assert_int_equal(chown(dir_of("formatter"), 65534, (gid_t)-1), 0);
	for (size_t f = 0; f < sizeof files / sizeof files[0]; f++)
		assert_int_equal(chown(path_of("formatter", files[f]), 65534, (gid_t)-1), 0);
	expect_refused("formatter", "key_exposed", "this service runs as user 0");
	assert_int_equal(faults(), 0); /* whose service it is doctor does not know */
}

/* root writes keys for services that run as others: also those that came later. */
static void new_keys_belong_to_their_directorys_owner(void **state)
{
	(void)state;
	struct err e;
	struct stat st;
	if (geteuid() != 0)
		skip();
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	assert_int_equal(chown(dir_of("bridge-builder"), 65534, 65534), 0);
	static const char *const files[] = {"staging-specs.key", "staging-keys.key",
	        "staging-values.key", "fingerprint-1.key", "mark.key", "identity.key"};
	for (size_t f = 0; f < sizeof files / sizeof files[0]; f++)
		assert_int_equal(chown(path_of("bridge-builder", files[f]), 65534, 65534), 0);
	assert_int_equal(keyring_init(root.path, true, &e), 0);
	assert_int_equal(stat(path_of("bridge-builder", "fingerprint-2.key"), &st), 0);
	assert_int_equal(st.st_uid, 65534);
	assert_int_equal(stat(path_of("bridge-worker", "fingerprint-2.key"), &st), 0);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(faults(), 0);
}

static void a_service_does_not_start_with_a_key_that_it_must_not_hold(void **state)
{
	(void)state;
	struct err e;
	char from[PATH_MAX_HERE];
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	(void)snprintf(from, sizeof from, "%s", path_of("formatter", "staging-values.key"));
	assert_int_equal(link(from, path_of("bridge-worker", "staging-values.key")), 0);
	expect_refused("bridge-worker", "key_excess", "staging-values.key");
	assert_int_equal(unlink(path_of("bridge-worker", "staging-values.key")), 0);
	expect_good("bridge-worker");
}

int main(void)
{
#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, drop_root)
	const struct CMUnitTest tests[] = {
	        WITH_ROOT(a_key_that_others_can_read_or_replace_is_refused),
	        WITH_ROOT(a_directory_that_is_not_the_services_own_is_refused),
	        WITH_ROOT(new_keys_belong_to_their_directorys_owner),
	        WITH_ROOT(a_service_does_not_start_with_a_key_that_it_must_not_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
