/* SPDX-License-Identifier: Apache-2.0
 * A drop on an SFTP server that is not OpenSSH's: the same cases, other ways to log in, and what a server
 * may lack. */
#include "drop_cases.h"
#include "sshd.h"

static struct sshd server;

static int open_as(const char *name, const char *path, struct drop **out, struct err *e)
{
	char url[512];
	struct credential *c = NULL;
	sshd_url(&server, path, url, sizeof url);
	if (credential_read(server.dir, str_c(name), &c, e) != 0)
		return e->act;
	const struct place place = {
	        .url = str_c(url), .secret = c, .host_key = str_c(server.host_keys[0])};
	int act = drop_open(&place, out, e);
	credential_free(c);
	return act;
}

static int open_sftp(struct ground *p, struct drop **out, struct err *e)
{
	sshd_url(&server, p->path, p->url, sizeof p->url);
	return open_as("ed25519", p->path, out, e);
}

static void begin(const char *const *quirks)
{
	if (!sshd_start_own(&server, quirks))
		fail_msg("the server did not come up");
}

static void only_the_right_password_gets_in(const char *const *quirks)
{
	struct err e;
	struct drop *d = NULL;
	begin(quirks);
	if (open_as("right", "/tmp", &d, &e) != 0)
		fail_msg("%s", e.text);
	drop_close(d);
	d = NULL;
	expect_error(open_as("wrong", "/tmp", &d, &e), &e, ERR_REJECT, "credentials");
	assert_null(d);
	assert_non_null(strstr(e.text, "wrong")); /* the credential's name */
	expect_error(open_as("ed25519", "/tmp", &d, &e), &e, ERR_REJECT, "credentials");
	sshd_stop(&server);
}

static void a_password_gets_in(void **state)
{
	(void)state;
	only_the_right_password_gets_in((const char *const[]){"password", NULL});
}

static void answers_to_questions_get_in(void **state)
{
	(void)state;
	only_the_right_password_gets_in((const char *const[]){"questions", NULL});
}

static void a_server_that_cannot_sync_is_unfit(void **state)
{
	(void)state;
	struct err e;
	struct drop *d = NULL;
	begin((const char *const[]){"nosync", NULL});
	expect_error(open_as("ed25519", "/tmp", &d, &e), &e, ERR_REJECT, "drop_unfit");
	assert_non_null(strstr(e.text, "fsync@openssh.com"));
	sshd_stop(&server);
}

static void a_rename_that_overwrites_is_unfit(void **state)
{
	(void)state;
	struct err e;
	struct drop *d = NULL;
	char path[] = "/tmp/longshore-overwrites-XXXXXX", command[64];
	assert_non_null(mkdtemp(path));
	begin((const char *const[]){"overwrites", NULL});
	if (open_as("ed25519", path, &d, &e) != 0)
		fail_msg("%s", e.text);
	expect_error(drop_probe(d, &e), &e, ERR_REJECT, "drop_unfit");
	drop_close(d);
	sshd_stop(&server);
	(void)snprintf(command, sizeof command, "rm -r '%s'", path);
	assert_int_equal(system(command), 0);
}

/* It accepts the connection and says nothing: the step ends, after LINK_STEP_MS. */
static void a_silent_server_is_given_up(void **state)
{
	(void)state;
	struct err e;
	struct drop *d = NULL;
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof at;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	begin((const char *const[]){NULL}); /* for its credential */
	int port = server.port;
	server.port = ntohs(at.sin_port);
	expect_error(open_as("ed25519", "/tmp", &d, &e), &e, ERR_RETRY, "drop_unavailable");
	server.port = port;
	sshd_stop(&server);
	(void)close(fd);
}

static int setup_all(void **state)
{
	(void)state;
	return sshd_start_own(&server, (const char *const[]){NULL}) ? 0 : -1;
}

static int teardown_all(void **state)
{
	(void)state;
	sshd_stop(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {CASES()};
	const struct CMUnitTest quirks[] = {
	        cmocka_unit_test(a_password_gets_in),
	        cmocka_unit_test(answers_to_questions_get_in),
	        cmocka_unit_test(a_server_that_cannot_sync_is_unfit),
	        cmocka_unit_test(a_rename_that_overwrites_is_unfit),
	        cmocka_unit_test(a_silent_server_is_given_up),
	};
	driver = (struct drop_driver){.guarantee = "sftp_rename",
	        .identity = ".longshore-tmp/identity-sftp",
	        .open = open_sftp,
	        .is_shared_slowly = true,
	        .loses_renamed = true};
	int failed = cmocka_run_group_tests(tests, setup_all, teardown_all);
	return failed + cmocka_run_group_tests(quirks, NULL, NULL);
}
