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

struct quirky {
	char path[64];
	struct drop *drop;
};

static void quirky_begin(struct quirky *q, const char *quirk)
{
	struct err e;
	memcpy(q->path, "/tmp/longshore-quirky-XXXXXX", sizeof "/tmp/longshore-quirky-XXXXXX");
	assert_non_null(mkdtemp(q->path));
	begin((const char *const[]){quirk, NULL});
	if (open_as("ed25519", q->path, &q->drop, &e) != 0)
		fail_msg("%s: %s", quirk, e.text);
}

static void quirky_end(struct quirky *q)
{
	drop_close(q->drop);
	sshd_stop(&server);
	assert_int_equal(nftw(q->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* The trial finds what the protocol needs and the server does not do. */
static void a_server_that_lacks_something_is_unfit(void **state)
{
	static const struct {
		const char *quirk, *says;
	} lacks[] = {{"overwrites", "an existing name"}, {"shares", "exclusive creation"},
	        {"nosize", "ask for the length"}, {"nolookup", "READLINK"},
	        {"hidelinks", "READLINK"}};
	(void)state;
	for (size_t i = 0; i < sizeof lacks / sizeof lacks[0]; i++) {
		struct quirky q;
		struct err e;
		quirky_begin(&q, lacks[i].quirk);
		expect_error(drop_probe(q.drop, &e), &e, ERR_REJECT, "drop_unfit");
		if (!strstr(e.text, lacks[i].says))
			fail_msg("%s: %s", lacks[i].quirk, e.text);
		quirky_end(&q);
	}
}

/* Nothing that the protocol needs takes hard links. */
static void a_server_without_hard_links_is_fit(void **state)
{
	struct quirky q;
	struct err e;
	(void)state;
	quirky_begin(&q, "nolinks");
	if (drop_probe(q.drop, &e) != 0)
		fail_msg("%s", e.text);
	assert_string_equal(drop_guarantee(q.drop), "sftp_rename");
	quirky_end(&q);
}

static void a_server_without_room_is_tried_again(void **state)
{
	enum { ROOM = 64 * 1024 }; /* of other_sftp.py */
	char *bytes = calloc(1, ROOM);
	struct quirky q;
	struct err e;
	(void)state;
	assert_non_null(bytes);
	quirky_begin(&q, "full");
	for (int over = 0; over < 2; over++) {
		struct drop_temp *t = NULL;
		const char *temp = over ? T2 : T1;
		assert_int_equal(create(q.drop, temp, &e), 0);
		assert_int_equal(drop_temp_open(q.drop, str_c(temp), &t, &e), 0);
		int act = drop_temp_write(t, 0, bytes, ROOM, &e);
		if (act == 0 && over)
			act = drop_temp_write(t, ROOM, "x", 1, &e);
		if (act == 0)
			act = drop_temp_sync(t, ROOM + over, &e);
		if (over) {
			expect_error(act, &e, ERR_RETRY, "drop_unavailable");
			assert_non_null(strstr(e.text, "room"));
		} else if (act != 0) {
			fail_msg("%s", e.text);
		}
		drop_temp_close(t);
	}
	free(bytes);
	quirky_end(&q);
}

/* The temporary stays, for when the partner lets us make the directory. */
static void a_directory_that_may_not_be_made_is_tried_again(void **state)
{
	struct quirky q;
	struct err e;
	enum drop_commit answer = DROP_TEMP_GONE;
	(void)state;
	quirky_begin(&q, "nodirs");
	struct ground at = {.drop = q.drop};
	(void)snprintf(at.path, sizeof at.path, "%s", q.path);
	temp_with(&at, T1, "x");
	expect_error(drop_commit(q.drop, STR(T1), STR("acme/a.csv"), &answer, &e), &e, ERR_RETRY,
	        "drop_unavailable");
	assert_non_null(strstr(e.text, "permission denied"));
	assert_int_equal(mkdir(path_of(&at, "acme"), 0750), 0);
	assert_int_equal(commit(&at, T1, "acme/a.csv"), DROP_COMMITTED);
	outside_sees(&at, "acme/a.csv", "x");
	quirky_end(&q);
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

/* As ProFTPD: the cases about links show that they are refused all the same. */
static int setup_follows(void **state)
{
	(void)state;
	return sshd_start_own(&server, (const char *const[]){"follows", NULL}) ? 0 : -1;
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
	const struct CMUnitTest follows[] = {CASES()};
	const struct CMUnitTest quirks[] = {
	        cmocka_unit_test(a_password_gets_in),
	        cmocka_unit_test(answers_to_questions_get_in),
	        cmocka_unit_test(a_server_that_cannot_sync_is_unfit),
	        cmocka_unit_test(a_server_that_lacks_something_is_unfit),
	        cmocka_unit_test(a_server_without_hard_links_is_fit),
	        cmocka_unit_test(a_server_without_room_is_tried_again),
	        cmocka_unit_test(a_directory_that_may_not_be_made_is_tried_again),
	        cmocka_unit_test(a_silent_server_is_given_up),
	};
	driver = driver_over_sftp(open_sftp);
	int failed = cmocka_run_group_tests(tests, setup_all, teardown_all);
	failed += cmocka_run_group_tests(follows, setup_follows, teardown_all);
	return failed + cmocka_run_group_tests(quirks, NULL, NULL);
}
