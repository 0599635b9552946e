/* SPDX-License-Identifier: Apache-2.0
 * A drop on a server that speaks SFTP: the same cases as for a directory, against OpenSSH's; and what
 * only a server can do wrong. */
#include "drop_cases.h"
#include "sshd.h"

static struct sshd server;
static struct credential *credential;

static int open_with(const char *url, const char *host_key, const struct credential *with,
        struct drop **out, struct err *e)
{
	const struct place place = {.url = str_c(url), .secret = with, .host_key = str_c(host_key)};
	return drop_open(&place, out, e);
}

static int open_sftp(struct ground *p, struct drop **out, struct err *e)
{
	sshd_url(&server, p->path, p->url, sizeof p->url);
	return open_with(p->url, server.host_keys[0], credential, out, e);
}

static void reaches(const struct ground *p, const char *host_key, const char *name)
{
	struct err e;
	struct drop *d = NULL;
	struct credential *c = NULL;
	assert_int_equal(credential_read(server.dir, str_c(name), &c, &e), 0);
	if (open_with(p->url, host_key, c, &d, &e) != 0)
		fail_msg("%s with %s: %s", name, host_key, e.text);
	drop_close(d);
	credential_free(c);
}

/* Each kind of key of ours, sealed with a passphrase or not, and each of the server's. */
static void every_kind_of_key_gets_in(void **state)
{
	const struct ground *p = *state;
	static const char *const ours[] = {"ed25519", "ecdsa", "rsa", "sealed"};
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		reaches(p, server.host_keys[0], ours[i]);
	for (int i = 0; i < SSHD_HOST_KEYS; i++)
		reaches(p, server.host_keys[i], "ed25519");
}

static void another_host_key_is_refused_and_so_is_none(void **state)
{
	const struct ground *p = *state;
	struct err e;
	struct drop *d = NULL;
	char other[64];
	(void)snprintf(other, sizeof other, "%s", server.host_keys[0]);
	other[10] = other[10] == 'A' ? 'B' : 'A';
	expect_error(
	        open_with(p->url, other, credential, &d, &e), &e, ERR_RETRY, "drop_unavailable");
	assert_non_null(strstr(e.text, "another host key"));
	static const char *const bad[] = {"", "SHA256:", "MD5:00", "SHA256:?"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		expect_error(
		        open_with(p->url, bad[i], credential, &d, &e), &e, ERR_REJECT, "bad_url");
}

static void who_is_not_let_in_is_told_so(void **state)
{
	const struct ground *p = *state;
	struct err e;
	struct drop *d = NULL;
	struct credential *c = NULL;
	assert_int_equal(credential_read(server.dir, STR("stranger"), &c, &e), 0);
	expect_error(
	        open_with(p->url, server.host_keys[0], c, &d, &e), &e, ERR_REJECT, "credentials");
	assert_non_null(strstr(e.text, "stranger"));
	credential_free(c);
	expect_error(
	        open_with(p->url, server.host_keys[0], NULL, &d, &e), &e, ERR_REJECT, "bad_url");
	assert_int_equal(credential_read(server.dir, STR("sealed"), &c, &e), 0);
	c->passphrase[0] ^= 1; /* another one */
	expect_error(
	        open_with(p->url, server.host_keys[0], c, &d, &e), &e, ERR_REJECT, "credentials");
	assert_null(strstr(e.text, c->passphrase));
	credential_free(c);
}

static void a_place_is_refused_before_it_is_reached(void **state)
{
	(void)state;
	struct err e;
	struct confine *c = NULL;
	struct drop *d = NULL;
	const struct confine_conf conf = {
	        CONFINE_DROP_ROOTS, "sftp://elsewhere.example/in/", NULL, NULL};
	assert_int_equal(confine_new(&conf, &c, &e), 0);
	const struct place place = {.url = STR("sftp://u@nowhere.invalid/in/"),
	        .secret = credential,
	        .host_key = str_c(server.host_keys[0]),
	        .allowed = c};
	expect_error(drop_open(&place, &d, &e), &e, ERR_REJECT, "bad_place");
	confine_free(c);
}

/* Many packets under way, in any order and over each other's ends. */
static void large_file_arrives_whole(struct drop *drop)
{
	struct err e;
	struct drop_temp *t = NULL;
	struct drop_facts facts;
	enum drop_commit answer = DROP_TEMP_GONE;
	enum { PARTS = 40, PART = 256 * 1024 + 7 };
	char *part = malloc(PART);
	struct hash *h = hash_new_sha256();
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	assert_int_equal(create(drop, T1, &e), 0);
	assert_int_equal(drop_temp_open(drop, STR(T1), &t, &e), 0);
	for (int i = 0; i < PARTS; i++) {
		for (int k = 0; k < PART; k++)
			part[k] = (char)(i * 31 + k * 7 + k / 251);
		hash_add(h, part, PART);
		if (drop_temp_write(t, (int64_t)i * PART, part, PART, &e) != 0)
			fail_msg("part %d: %s", i, e.text);
	}
	if (drop_temp_sync(t, (int64_t)PARTS * PART, &e) != 0)
		fail_msg("sync: %s", e.text);
	drop_temp_close(t);
	assert_int_equal(drop_commit(drop, STR(T1), STR("out/large.bin"), &answer, &e), 0);
	assert_int_equal(answer, DROP_COMMITTED);
	if (drop_stat(drop, STR("out/large.bin"), &facts, &e) != 0)
		fail_msg("read back: %s", e.text);
	hash_take(h, digest);
	for (int i = 0; i < SHA256_BYTES; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	assert_int_equal(facts.bytes, (int64_t)PARTS * PART);
	assert_string_equal(facts.sha256, hex);
	hash_free(h);
	free(part);
}

static void a_large_file_arrives_whole(void **state)
{
	struct ground *p = *state;
	large_file_arrives_whole(p->drop);
}

static int count_in(const char *path, const char *text)
{
	char line[1024];
	int n = 0;
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		n += strstr(line, text) != NULL;
	(void)fclose(f);
	return n;
}

/* The server asks for new keys after each mebibyte, with packets in flight in both directions. */
static void a_transfer_goes_on_over_new_keys(void **state)
{
	const struct ground *p = *state;
	struct sshd other;
	struct credential *c = NULL;
	struct drop *d = NULL;
	struct err e;
	char url[256], log[128];
	assert_int_equal(setenv("LONGSHORE_SSHD_LINES", "RekeyLimit 1M\nLogLevel DEBUG1", 1), 0);
	bool is_up = sshd_start_own(&other, NULL);
	assert_int_equal(unsetenv("LONGSHORE_SSHD_LINES"), 0);
	assert_true(is_up);
	sshd_url(&other, p->path, url, sizeof url);
	assert_int_equal(credential_read(other.dir, STR("ed25519"), &c, &e), 0);
	if (open_with(url, other.host_keys[0], c, &d, &e) != 0)
		fail_msg("%s", e.text);
	large_file_arrives_whole(d);
	drop_close(d);
	credential_free(c);
	(void)snprintf(log, sizeof log, "%s/log", other.dir);
	assert_true(count_in(log, "rekeying out") >= 8); /* both directions carry 10 MiB */
	sshd_stop(&other);
}

/* A write that the server refuses shows at the sync at the latest. */
static void a_write_that_failed_is_not_synced(void **state)
{
	struct ground *p = *state;
	struct err e;
	struct drop_temp *t = NULL;
	assert_int_equal(create(p->drop, T1, &e), 0);
	assert_int_equal(drop_temp_open(p->drop, STR(T1), &t, &e), 0);
	int rc = drop_temp_write(t, INT64_MAX - 2, "abc", 3, &e); /* no file is so long */
	if (rc == 0)
		rc = drop_temp_sync(t, 3, &e);
	expect_error(rc, &e, ERR_RETRY, "drop_unavailable");
	drop_temp_close(t);
}

static int setup_all(void **state)
{
	struct err e;
	const char *with = getenv("LONGSHORE_TEST_SFTP_CREDENTIAL");
	(void)state;
	if (!sshd_start(&server))
		return -1;
	return credential_read(server.dir, str_c(with != NULL ? with : "ed25519"), &credential, &e);
}

static int teardown_all(void **state)
{
	(void)state;
	credential_free(credential);
	sshd_stop(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {CASES()};
	const struct CMUnitTest only_openssh[] = {
	        CASE(every_kind_of_key_gets_in),
	        CASE(another_host_key_is_refused_and_so_is_none),
	        CASE(who_is_not_let_in_is_told_so),
	        CASE(a_place_is_refused_before_it_is_reached),
	        CASE(a_large_file_arrives_whole),
	        CASE(a_transfer_goes_on_over_new_keys),
	        CASE(a_write_that_failed_is_not_synced),
	};
	driver = driver_over_sftp(open_sftp);
	int failed = cmocka_run_group_tests(tests, setup_all, teardown_all);
	if (getenv("LONGSHORE_TEST_SFTP") != NULL)
		return failed;
	return failed + cmocka_run_group_tests(only_openssh, setup_all, teardown_all);
}
