/* SPDX-License-Identifier: Apache-2.0 */
#include "key_folder.h"

#include "longshore/hex.h"
#include "longshore/keyring.h"
#include "longshore/services.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Content of a key file, or "" if it is not there. */
static void content(const char *service, const char *file, char out[66])
{
	memset(out, 0, 66);
	FILE *f = fopen(path_of(service, file), "r");
	if (f == NULL)
		return;
	assert_int_equal(fread(out, 1, 66, f), 65);
	assert_int_equal(out[64], '\n');
	(void)fclose(f);
}

static void overwrite(const char *service, const char *file, const char *text)
{
	(void)chmod(path_of(service, file), 0600);
	FILE *f = fopen(path_of(service, file), "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path_of(service, file), 0400), 0);
}

/* Written out by hand from the table of responsibilities, not read from the plan. */
static const char *const services[] = {
        "scheduler", "bridge-builder", "bridge-worker", "formatter", "uploader", "audit-sink"};
static const struct {
	const char *file;
	const char *holders; /* in the order of services */
} table[] = {
        {"staging-specs.key", "yyyyyn"},
        {"staging-keys.key", "nyynnn"},
        {"staging-values.key", "nynynn"},
        {"staging-selections.key", "nnyynn"},
        {"staging-files.key", "nnnyyn"},
        {"staging-ledger.key", "nnnnyn"},
        {"fingerprint-1.key", "nyynnn"},
        {"mark.key", "nynnnn"},
        {"identity.key", "yyyyyn"},
};
enum { FILES = sizeof table / sizeof table[0] };

static void init_gives_each_service_its_keys_and_no_other(void **state)
{
	(void)state;
	struct err e;
	char keys[FILES][66];
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	for (size_t f = 0; f < FILES; f++) {
		keys[f][0] = '\0';
		for (size_t s = 0; s < 6; s++) {
			char key[66];
			content(services[s], table[f].file, key);
			assert_int_equal(key[0] != '\0', table[f].holders[s] == 'y');
			if (key[0] == '\0')
				continue;
			if (keys[f][0] == '\0')
				memcpy(keys[f], key, sizeof key);
			assert_string_equal(key, keys[f]);
			struct stat st;
			assert_int_equal(stat(path_of(services[s], table[f].file), &st), 0);
			assert_int_equal(st.st_mode & 07777, 0400);
		}
		for (size_t g = 0; g < f; g++)
			assert_string_not_equal(keys[f], keys[g]);
	}
	for (size_t s = 0; s < 6; s++) {
		struct stat st;
		assert_int_equal(stat(dir_of(services[s]), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0700);
		size_t files = 0, granted = 0;
		DIR *d = opendir(dir_of(services[s]));
		for (struct dirent *entry; (entry = readdir(d)) != NULL;)
			files +=
			        strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
		(void)closedir(d);
		for (size_t f = 0; f < FILES; f++)
			granted += table[f].holders[s] == 'y';
		assert_int_equal(files, granted);
	}
}

static void init_again_changes_nothing(void **state)
{
	(void)state;
	struct err e;
	char before[66], after[66];
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	content("formatter", "staging-files.key", before);
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	content("formatter", "staging-files.key", after);
	assert_string_equal(before, after);
	content("uploader", "staging-files.key", after);
	assert_string_equal(before, after);
	assert_int_not_equal(access(path_of("bridge-builder", "fingerprint-2.key"), F_OK), 0);
}

static void rotation_adds_one_epoch_and_keeps_the_old(void **state)
{
	(void)state;
	struct err e;
	char first[66], again[66], second[66], other[66];
	assert_int_equal(
	        keyring_init(root.path, true, &e), 0); /* nothing to rotate from: epoch 1 */
	assert_int_not_equal(access(path_of("bridge-builder", "fingerprint-2.key"), F_OK), 0);
	content("bridge-worker", "fingerprint-1.key", first);
	assert_int_equal(keyring_init(root.path, true, &e), 0);
	content("bridge-worker", "fingerprint-1.key", again);
	assert_string_equal(first, again);
	content("bridge-worker", "fingerprint-2.key", second);
	content("bridge-builder", "fingerprint-2.key", other);
	assert_string_equal(second, other);
	assert_string_not_equal(first, second);
	struct keyring *k = NULL;
	int epoch = 0;
	assert_int_equal(keyring_open(dir_of("bridge-worker"), &k, &e), 0);
	assert_int_equal(keyring_current_epoch(k, &epoch, &e), 0);
	assert_int_equal(epoch, 2);
	struct secret one, two;
	assert_int_equal(keyring_fingerprint(k, STR("t"), STR("b"), 1, &one, &e), 0);
	assert_int_equal(keyring_fingerprint(k, STR("t"), STR("b"), 2, &two, &e), 0);
	assert_memory_not_equal(one.bytes, two.bytes, SECRET_BYTES);
	assert_int_equal(keyring_fingerprint(k, STR("t"), STR("b"), 3, &two, &e), ERR_RETRY);
	assert_string_equal(e.code, "key_missing"); /* it ends no process */
	assert_non_null(strstr(e.text, "fingerprint-3.key"));
	keyring_close(k);
}

static void a_retired_epoch_is_not_drawn_anew(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	assert_int_equal(keyring_init(root.path, true, &e), 0);
	assert_int_equal(unlink(path_of("bridge-worker", "fingerprint-1.key")), 0);
	assert_int_equal(unlink(path_of("bridge-builder", "fingerprint-1.key")), 0);
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	assert_int_not_equal(access(path_of("bridge-worker", "fingerprint-1.key"), F_OK), 0);
	assert_int_equal(access(path_of("bridge-worker", "fingerprint-2.key"), F_OK), 0);
}

static void a_run_that_was_cut_off_is_completed_with_the_same_key(void **state)
{
	(void)state;
	struct err e;
	char before[66], after[66];
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	content("bridge-worker", "fingerprint-1.key", before);
	assert_int_equal(unlink(path_of("bridge-builder", "fingerprint-1.key")), 0);
	FILE *half = fopen(path_of("bridge-builder", ".new-0011223344556677"), "w");
	assert_non_null(half);
	(void)fclose(half);
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	content("bridge-builder", "fingerprint-1.key", after);
	assert_string_equal(before, after);
	assert_int_not_equal(access(path_of("bridge-builder", ".new-0011223344556677"), F_OK), 0);
}

/* Killed at every moment that a few hundred microseconds can tell apart; then run once in peace. */
static void a_killed_run_leaves_no_half_key(void **state)
{
	(void)state;
	struct err e;
	for (useconds_t delay = 0; delay < 40; delay++) {
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0)
			_exit(keyring_init(root.path, delay % 4 == 3, &e) == 0 ? 0 : 1);
		(void)usleep(delay * 150);
		(void)kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		assert_int_equal(keyring_init(root.path, false, &e), 0);
		for (size_t s = 0; s < 6; s++) {
			struct keyring *k = NULL;
			assert_int_equal(keyring_open(dir_of(services[s]), &k, &e), 0);
			keyring_close(k);
		}
	}
}

static void two_runs_at_once_agree(void **state)
{
	(void)state;
	struct err e;
	pid_t children[6];
	for (size_t i = 0; i < 6; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			_exit(keyring_init(root.path, false, &e) == 0 ? 0 : 1);
	}
	for (size_t i = 0; i < 6; i++) {
		int status = 1;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	char one[66], two[66];
	content("formatter", "staging-selections.key", one);
	content("bridge-worker", "staging-selections.key", two);
	assert_string_equal(one, two);
}

static void two_keys_of_one_name_are_refused_and_nothing_is_changed(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	overwrite("uploader", "staging-files.key",
	        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
	assert_int_equal(unlink(path_of("uploader", "staging-specs.key")), 0);
	assert_int_equal(keyring_init(root.path, true, &e), ERR_REJECT);
	assert_string_equal(e.code, "key_conflict");
	assert_null(strstr(e.text, "00112233"));
	assert_non_null(strstr(e.text, "staging-files.key"));
	assert_int_not_equal(access(path_of("uploader", "staging-specs.key"), F_OK), 0);
	assert_int_not_equal(access(path_of("bridge-worker", "fingerprint-2.key"), F_OK), 0);
}

static void a_key_in_the_wrong_directory_is_refused(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	overwrite("formatter", "staging-keys.key",
	        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
	assert_int_equal(keyring_init(root.path, false, &e), ERR_REJECT);
	assert_string_equal(e.code, "key_excess");
}

/* Equal hashes stay equal for who holds the key, and nobody else makes them. */
static void a_concealed_hash_is_of_the_key_too(void **state)
{
	(void)state;
	struct err e;
	struct keyring *builder = NULL, *worker = NULL, *formatter = NULL;
	char plain[SHA256_HEX], a[SHA256_HEX], b[SHA256_HEX], c[SHA256_HEX];
	sha256_hex("x", 1, plain);
	memcpy(a, plain, sizeof a);
	memcpy(b, plain, sizeof b);
	memcpy(c, plain, sizeof c);
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	assert_int_equal(keyring_open(dir_of("bridge-builder"), &builder, &e), 0);
	assert_int_equal(keyring_open(dir_of("bridge-worker"), &worker, &e), 0);
	assert_int_equal(keyring_open(dir_of("formatter"), &formatter, &e), 0);
	assert_int_equal(keyring_conceal(builder, STR("keys"), STR("source"), a, &e), 0);
	assert_int_equal(keyring_conceal(worker, STR("keys"), STR("source"), b, &e), 0);
	assert_int_equal(keyring_conceal(worker, STR("keys"), STR("other"), c, &e), 0);
	assert_int_equal(strlen(a), SHA256_HEX - 1);
	assert_string_equal(a, b);
	assert_string_not_equal(a, plain);
	assert_string_not_equal(a, c);
	assert_int_equal(
	        keyring_conceal(formatter, STR("keys"), STR("source"), plain, &e), ERR_FATAL);
	keyring_close(builder);
	keyring_close(worker);
	keyring_close(formatter);
}

static void a_missing_key_names_the_file(void **state)
{
	(void)state;
	struct err e;
	struct keyring *k = NULL;
	struct secret key;
	int epoch = 7;
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	assert_int_equal(keyring_open(dir_of("formatter"), &k, &e), 0);
	assert_int_equal(keyring_staging(k, STR("keys"), STR("d"), &key, &e), ERR_FATAL);
	assert_string_equal(e.code, "key_missing");
	assert_non_null(strstr(e.text, "staging-keys.key"));
	assert_int_equal(keyring_mark(k, STR("t"), STR("b"), &key, &e), ERR_FATAL);
	assert_int_equal(keyring_current_epoch(k, &epoch, &e), ERR_FATAL);
	assert_int_equal(epoch, 7);
	assert_int_equal(keyring_staging(k, STR("../uploader/x"), STR("d"), &key, &e), ERR_REJECT);
	assert_int_equal(keyring_staging(k, STR(""), STR("d"), &key, &e), ERR_REJECT);
	char scope[2000];
	memset(scope, 's', sizeof scope);
	assert_int_equal(
	        keyring_staging(k, STR("values"), str_bytes(scope, sizeof scope), &key, &e),
	        ERR_REJECT);
	assert_int_equal(
	        keyring_staging(k, STR("values"), str_bytes(scope, 988), &key, &e), ERR_REJECT);
	assert_int_equal(keyring_staging(k, STR("values"), str_bytes(scope, 987), &key, &e), 0);
	keyring_close(k);
	keyring_close(NULL);
	assert_int_equal(keyring_open("", &k, &e), ERR_FATAL);
	assert_int_equal(keyring_open(NULL, &k, &e), ERR_FATAL);
	assert_int_equal(keyring_open(dir_of("nobody"), &k, &e), ERR_FATAL);
	assert_string_equal(e.code, "key_missing");
}

/* Before it takes a task, not at the first one that needs it. */
static void a_service_lacks_none_of_its_keys(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	for (size_t s = 0; s < sizeof services / sizeof services[0]; s++)
		for (int f = -1; f < FILES; f++) { /* -1: all are there */
			bool is_needed = f >= 0 && table[f].holders[s] == 'y';
			struct keyring *k = NULL;
			char aside[PATH_MAX_HERE];
			(void)snprintf(aside, sizeof aside, "%s/aside", root.path);
			if (is_needed)
				assert_int_equal(
				        rename(path_of(services[s], table[f].file), aside), 0);
			assert_int_equal(keyring_open(dir_of(services[s]), &k, &e), 0);
			assert_int_equal(
			        keyring_holds(k, services[s], &e), is_needed ? ERR_FATAL : 0);
			if (is_needed) {
				assert_string_equal(e.code, "key_missing");
				assert_non_null(strstr(e.text, table[f].file));
				assert_int_equal(
				        rename(aside, path_of(services[s], table[f].file)), 0);
			}
			assert_int_equal(keyring_holds(k, "nobody", &e), 0);
			keyring_close(k);
		}
}

static void scopes_and_prefixes_have_keys_of_their_own_and_services_agree(void **state)
{
	(void)state;
	struct err e;
	struct keyring *builder = NULL, *worker = NULL;
	struct secret a, b, c, d;
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	assert_int_equal(keyring_open(dir_of("bridge-builder"), &builder, &e), 0);
	assert_int_equal(keyring_open(dir_of("bridge-worker"), &worker, &e), 0);
	assert_int_equal(keyring_staging(builder, STR("keys"), STR("v1"), &a, &e), 0);
	assert_int_equal(keyring_staging(worker, STR("keys"), STR("v1"), &b, &e), 0);
	assert_memory_equal(a.bytes, b.bytes, SECRET_BYTES);
	assert_int_equal(keyring_staging(builder, STR("keys"), STR("v2"), &c, &e), 0);
	assert_int_equal(keyring_staging(builder, STR("values"), STR("v1"), &d, &e), 0);
	assert_memory_not_equal(a.bytes, c.bytes, SECRET_BYTES);
	assert_memory_not_equal(a.bytes, d.bytes, SECRET_BYTES);
	assert_int_equal(keyring_fingerprint(builder, STR("ab"), STR("c"), 1, &a, &e), 0);
	assert_int_equal(keyring_fingerprint(worker, STR("ab"), STR("c"), 1, &b, &e), 0);
	assert_memory_equal(a.bytes, b.bytes, SECRET_BYTES);
	assert_int_equal(keyring_fingerprint(builder, STR("a"), STR("bc"), 1, &c, &e), 0);
	assert_memory_not_equal(a.bytes, c.bytes, SECRET_BYTES);
	assert_int_equal(keyring_mark(builder, STR("ab"), STR("c"), &d, &e), 0);
	assert_memory_not_equal(a.bytes, d.bytes, SECRET_BYTES);
	keyring_close(builder);
	keyring_close(worker);
}

static void malformed_and_exposed_keys_are_refused_by_name(void **state)
{
	(void)state;
	struct err e;
	struct keyring *k = NULL;
	static const char *const bad[] = {"", "00\n",
	        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeexx\n",
	        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n\n"};
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		overwrite("uploader", "staging-ledger.key", bad[i]);
		assert_int_equal(keyring_open(dir_of("uploader"), &k, &e), ERR_FATAL);
		assert_string_equal(e.code, "key_bad");
		assert_non_null(strstr(e.text, "staging-ledger.key"));
		assert_null(strstr(e.text, "0011"));
	}
	overwrite("uploader", "staging-ledger.key",
	        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
	assert_int_equal(keyring_open(dir_of("uploader"), &k, &e), 0);
	keyring_close(k);
	assert_int_equal(chmod(path_of("uploader", "staging-ledger.key"), 0404), 0);
	assert_int_equal(keyring_open(dir_of("uploader"), &k, &e), ERR_FATAL);
	assert_string_equal(e.code, "key_exposed");
}

static void all_directories_name_the_same_staging_and_another_root_another(void **state)
{
	(void)state;
	struct err e;
	struct keyring *k = NULL;
	char of_root[KEYRING_IDENTITY_BYTES], one[KEYRING_IDENTITY_BYTES];
	bool any = true;
	assert_int_equal(keyring_root_identity(root.path, of_root, &any, &e), 0);
	assert_string_equal(of_root, "");
	assert_false(any);
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	assert_int_equal(keyring_root_identity(root.path, of_root, &any, &e), 0);
	assert_int_equal(strlen(of_root), KEYRING_IDENTITY_BYTES - 1);
	assert_true(any);
	assert_int_equal(keyring_init(root.path, true, &e), 0); /* stays, whatever is rotated */
	for (size_t s = 0; s < 5; s++) {
		assert_int_equal(keyring_open(dir_of(services[s]), &k, &e), 0);
		assert_int_equal(keyring_identity(k, one, &e), 0);
		assert_string_equal(one, of_root);
		keyring_close(k);
	}
	assert_int_equal(keyring_open(dir_of("audit-sink"), &k, &e), 0);
	assert_int_equal(keyring_identity(k, one, &e), ERR_FATAL);
	assert_string_equal(e.code, "key_missing");
	assert_non_null(strstr(e.text, "identity.key"));
	keyring_close(k);
	for (size_t s = 0; s < 5; s++) /* as an older release left them */
		assert_int_equal(unlink(path_of(services[s], "identity.key")), 0);
	assert_int_equal(keyring_root_identity(root.path, one, &any, &e), 0);
	assert_string_equal(one, "");
	assert_true(any);
	assert_int_equal(keyring_init(root.path, false, &e), 0);
	assert_int_equal(keyring_root_identity(root.path, one, &any, &e), 0);
	assert_string_not_equal(one, of_root);
}

static void the_plan_is_the_table(void **state)
{
	(void)state;
	const struct service_key *plan = service_keys;
	size_t count = service_keys_count, granted = 0;
	for (size_t f = 0; f < FILES; f++)
		for (size_t s = 0; s < 6; s++) {
			if (table[f].holders[s] != 'y')
				continue;
			granted++;
			const char *file = strncmp(table[f].file, "fingerprint-", 12) == 0
			                           ? "fingerprint-*.key"
			                           : table[f].file;
			size_t found = 0;
			for (size_t i = 0; i < count; i++)
				found += strcmp(plan[i].service, services[s]) == 0 &&
				         strcmp(plan[i].file, file) == 0;
			assert_int_equal(found, 1);
		}
	assert_int_equal(count, granted);
}

int main(void)
{
#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, drop_root)
	const struct CMUnitTest tests[] = {
	        WITH_ROOT(init_gives_each_service_its_keys_and_no_other),
	        WITH_ROOT(init_again_changes_nothing),
	        WITH_ROOT(rotation_adds_one_epoch_and_keeps_the_old),
	        WITH_ROOT(a_retired_epoch_is_not_drawn_anew),
	        WITH_ROOT(a_run_that_was_cut_off_is_completed_with_the_same_key),
	        WITH_ROOT(a_killed_run_leaves_no_half_key),
	        WITH_ROOT(two_runs_at_once_agree),
	        WITH_ROOT(two_keys_of_one_name_are_refused_and_nothing_is_changed),
	        WITH_ROOT(a_key_in_the_wrong_directory_is_refused),
	        WITH_ROOT(a_concealed_hash_is_of_the_key_too),
	        WITH_ROOT(a_missing_key_names_the_file),
	        WITH_ROOT(a_service_lacks_none_of_its_keys),
	        WITH_ROOT(scopes_and_prefixes_have_keys_of_their_own_and_services_agree),
	        WITH_ROOT(malformed_and_exposed_keys_are_refused_by_name),
	        WITH_ROOT(all_directories_name_the_same_staging_and_another_root_another),
	        cmocka_unit_test(the_plan_is_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
