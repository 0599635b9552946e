/* SPDX-License-Identifier: Apache-2.0
 * A source on an SFTP server: the cases of every source, against OpenSSH's and against asyncssh's; and
 * links, which are refused there. */
#include "source_cases.h"
#include "sshd.h"

static struct sshd server;
static struct credential *credential;

static int open_sftp(const char *path, struct source **out, struct err *e)
{
	char url[512];
	sshd_url(&server, path, url, sizeof url);
	const struct place place = {
	        .url = str_c(url), .secret = credential, .host_key = str_c(server.host_keys[0])};
	return source_open(&place, out, e);
}

static void a_link_is_refused_by_name(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_reader *r = NULL;
	struct source_listing found;
	struct err e;
	char path[256];
	put(w, "in/a.csv", "x");
	must(open_below(w, "", &s, &e), &e);
	(void)snprintf(path, sizeof path, "%slink.csv", w->path);
	assert_int_equal(symlink("a.csv", path), 0);
	assert_int_equal(source_list(s, &plain, &w->mem, &found, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_source");
	assert_non_null(strstr(e.text, "link.csv"));
	assert_int_not_equal(source_read_open(s, STR("link.csv"), &r, &e), 0);
	source_close(s);
}

/* What may be a link is not read. */
static void a_server_that_hides_links_is_not_read(void **state)
{
	struct world *w = *state;
	struct source *s = NULL;
	struct source_reader *r = NULL;
	struct err e;
	put(w, "in/a.csv", "x");
	must(open_below(w, "", &s, &e), &e);
	assert_int_equal(source_read_open(s, STR("a.csv"), &r, &e), ERR_RETRY);
	assert_null(r);
	source_close(s);
}

static int teardown_all(void **state)
{
	(void)state;
	credential_free(credential);
	sshd_stop(&server);
	return 0;
}

static int setup_with(const char *const *quirks)
{
	struct err e;
	if (!sshd_start_own(&server, quirks))
		return -1;
	return credential_read(server.dir, STR("ed25519"), &credential, &e);
}

static int setup_openssh(void **state)
{
	(void)state;
	return setup_with(NULL);
}

static int setup_other(void **state)
{
	(void)state;
	return setup_with((const char *const[]){NULL});
}

static int setup_follows(void **state)
{
	(void)state;
	return setup_with((const char *const[]){"follows", NULL});
}

static int setup_hides(void **state)
{
	(void)state;
	return setup_with((const char *const[]){"nolookup", NULL});
}

int main(void)
{
	const struct CMUnitTest openssh[] = {
	        SOURCE_CASES(), SOURCE_CASE(a_link_is_refused_by_name)};
	const struct CMUnitTest other[] = {SOURCE_CASES(), SOURCE_CASE(a_link_is_refused_by_name)};
	const struct CMUnitTest follows[] = {
	        SOURCE_CASES(), SOURCE_CASE(a_link_is_refused_by_name)};
	const struct CMUnitTest hides[] = {SOURCE_CASE(a_server_that_hides_links_is_not_read)};
	driver.open = open_sftp;
	int failed = cmocka_run_group_tests(openssh, setup_openssh, teardown_all);
	failed += cmocka_run_group_tests(other, setup_other, teardown_all);
	failed += cmocka_run_group_tests(hides, setup_hides, teardown_all);
	return failed + cmocka_run_group_tests(follows, setup_follows, teardown_all);
}
