/* SPDX-License-Identifier: Apache-2.0
 * Leases and rates on a real Redis that the test starts, stops, freezes and empties. */
#include "longshore/clock.h"
#include "longshore/lease.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 120000, LONG_MS = 600000 };

static int port;
static pid_t server;
static char address[64];

static int free_port(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	close(fd);
	return ntohs(at.sin_port);
}

/* One command by an inline request; the answer's first bytes in out. */
static bool ask(const char *command, char *out, size_t bytes)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = {.sin_family = AF_INET,
	        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	        .sin_port = htons((uint16_t)port)};
	ssize_t n = -1;
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	        dprintf(fd, "%s\r\n", command) > 0)
		n = read(fd, out, bytes - 1);
	close(fd);
	if (n <= 0)
		return false;
	out[n] = '\0';
	return true;
}

static void tell(const char *command, const char *expected)
{
	char out[256];
	assert_true(ask(command, out, sizeof(out)));
	assert_string_equal(out, expected);
}

static void start_server(void)
{
	char port_text[16];
	snprintf(port_text, sizeof(port_text), "%d", port);
	server = fork();
	if (server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int null = open("/dev/null", O_WRONLY);
		dup2(null, 1);
		execlp("redis-server", "redis-server", "--port", port_text, "--bind", "127.0.0.1",
		        "--save", "", "--appendonly", "no", "--dir", "/tmp", (char *)NULL);
		_exit(127);
	}
	char out[64];
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (!ask("PING", out, sizeof(out)) || strcmp(out, "+PONG\r\n") != 0) {
		assert_true(clock_mono_ms() < until);
		(void)poll(NULL, 0, 5);
	}
}

static void stop_server(void)
{
	if (!server)
		return;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	server = 0;
}

static struct memo *opened(void)
{
	struct err e;
	struct memo *m;
	if (memo_open(&(struct memo_server){address, "", "test:"}, &m, &e))
		fail_msg("%s", e.text);
	return m;
}

/* A lease call that reaches Redis, after a time of absence. */
static enum lease take_when_there(
        struct memo *m, const char *task, const char *token, int64_t lease_ms)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	for (;;) {
		enum lease answer = memo_lease_take(m, str_c(task), str_c(token), lease_ms);
		if (answer != LEASE_ABSENT || clock_mono_ms() > until)
			return answer;
		(void)poll(NULL, 0, 20);
	}
}

static void lease_belongs_to_one_token(void **state)
{
	(void)state;
	struct memo *m = opened();
	assert_int_equal(memo_lease_take(m, STR("t1"), STR("a"), LONG_MS), LEASE_TAKEN);
	assert_int_equal(memo_lease_take(m, STR("t1"), STR("b"), LONG_MS), LEASE_HELD_ELSEWHERE);
	assert_int_equal(memo_lease_take(m, STR("t1"), STR("a"), LONG_MS), LEASE_TAKEN);
	assert_int_equal(memo_lease_take(m, STR("t2"), STR("b"), LONG_MS), LEASE_TAKEN);
	memo_lease_release(m, STR("t1"), STR("b"));
	assert_int_equal(memo_lease_take(m, STR("t1"), STR("b"), LONG_MS), LEASE_HELD_ELSEWHERE);
	memo_lease_release(m, STR("t1"), STR("a"));
	assert_int_equal(memo_lease_take(m, STR("t1"), STR("b"), LONG_MS), LEASE_TAKEN);
	memo_close(m);
}

static void lease_expires(void **state)
{
	(void)state;
	struct memo *m = opened();
	assert_int_equal(memo_lease_take(m, STR("short"), STR("a"), 30), LEASE_TAKEN);
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	enum lease answer = LEASE_HELD_ELSEWHERE;
	while (answer == LEASE_HELD_ELSEWHERE && clock_mono_ms() < until)
		answer = memo_lease_take(m, STR("short"), STR("b"), LONG_MS);
	assert_int_equal(answer, LEASE_TAKEN);
	assert_int_equal(memo_lease_take(m, STR("short"), STR("a"), LONG_MS), LEASE_HELD_ELSEWHERE);
	memo_close(m);
}

static void renewal_sets_a_new_end(void **state)
{
	(void)state;
	struct memo *m = opened();
	assert_int_equal(memo_lease_take(m, STR("renewed"), STR("a"), 1000), LEASE_TAKEN);
	assert_int_equal(memo_lease_take(m, STR("renewed"), STR("a"), LONG_MS), LEASE_TAKEN);
	char out[64];
	assert_true(ask("PTTL test:lease:renewed", out, sizeof(out)));
	assert_true(strtol(out + 1, NULL, 10) > 1000);
	memo_close(m);
}

static void scripts_come_back_after_a_flush(void **state)
{
	(void)state;
	struct memo *m = opened();
	assert_int_equal(memo_lease_take(m, STR("f1"), STR("a"), LONG_MS), LEASE_TAKEN);
	tell("SCRIPT FLUSH", "+OK\r\n");
	assert_int_equal(memo_lease_take(m, STR("f1"), STR("b"), LONG_MS), LEASE_HELD_ELSEWHERE);
	tell("SCRIPT FLUSH", "+OK\r\n");
	assert_int_equal(memo_lease_take(m, STR("f1"), STR("a"), LONG_MS), LEASE_TAKEN);
	memo_close(m);
}

static void emptied_redis_grants_again(void **state)
{
	(void)state;
	struct memo *m = opened();
	assert_int_equal(memo_lease_take(m, STR("e1"), STR("a"), LONG_MS), LEASE_TAKEN);
	memo_trigger_remember(m, STR("tr1"), LONG_MS);
	assert_true(memo_trigger_seen(m, STR("tr1")));
	tell("FLUSHALL", "+OK\r\n");
	assert_false(memo_trigger_seen(m, STR("tr1")));
	assert_int_equal(memo_lease_take(m, STR("e1"), STR("b"), LONG_MS), LEASE_TAKEN);
	memo_close(m);
}

static void restarted_redis_is_used_at_once(void **state)
{
	(void)state;
	struct memo *m = opened();
	assert_int_equal(memo_lease_take(m, STR("r1"), STR("a"), LONG_MS), LEASE_TAKEN);
	stop_server();
	start_server();
	/* the old connection is dead, the new server knows no script and no lease */
	assert_int_equal(memo_lease_take(m, STR("r1"), STR("b"), LONG_MS), LEASE_TAKEN);
	memo_close(m);
}

static void stopped_redis_is_absent_until_it_is_back(void **state)
{
	(void)state;
	struct memo *m = opened();
	assert_int_equal(memo_lease_take(m, STR("s1"), STR("a"), LONG_MS), LEASE_TAKEN);
	stop_server();
	assert_int_equal(memo_lease_take(m, STR("s1"), STR("b"), LONG_MS), LEASE_ABSENT);
	assert_int_equal(memo_lease_take(m, STR("s1"), STR("a"), LONG_MS), LEASE_ABSENT);
	assert_false(memo_trigger_seen(m, STR("x")));
	memo_trigger_remember(m, STR("x"), LONG_MS);
	memo_lease_release(m, STR("s1"), STR("a"));
	start_server();
	assert_int_equal(take_when_there(m, "s1", "b", LONG_MS), LEASE_TAKEN);
	memo_close(m);
}

static void frozen_redis_does_not_hold_anybody_up(void **state)
{
	(void)state;
	struct memo *m = opened();
	assert_int_equal(memo_lease_take(m, STR("z1"), STR("a"), LONG_MS), LEASE_TAKEN);
	kill(server, SIGSTOP);
	/* the kernel still accepts connections for it; a thousand calls end although it never
	 * answers */
	for (int i = 0; i < 1000; i++)
		assert_int_equal(memo_lease_take(m, STR("z1"), STR("b"), LONG_MS), LEASE_ABSENT);
	kill(server, SIGCONT);
	/* the answer that comes late belongs to nobody */
	assert_int_equal(take_when_there(m, "z2", "c", LONG_MS), LEASE_TAKEN);
	assert_int_equal(memo_lease_take(m, STR("z2"), STR("c"), LONG_MS), LEASE_TAKEN);
	memo_close(m);
}

static int64_t rate(struct memo *m, const char *bucket, struct memo_rate rate, int64_t now_ms)
{
	int64_t wait = -1;
	memo_rate_claim(m, str_c(bucket), (struct str){NULL, 0}, &rate, now_ms, &wait);
	return wait;
}

static void rate_is_shared_and_reserved_in_order(void **state)
{
	(void)state;
	struct memo *one = opened();
	struct memo *two = opened();
	/* a unit in 100 s, three at once: the clock's progress during the test does not matter */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		        rate(i % 2 ? one : two, "bucket", (struct memo_rate){0.01, 3, 1}, 0), 0);
	}
	for (int i = 1; i <= 5; i++) {
		assert_in_range(
		        rate(i % 2 ? one : two, "bucket", (struct memo_rate){0.01, 3, 1}, 0),
		        100000 * i - 99000, 100000 * i);
	}
	assert_int_equal(rate(one, "other", (struct memo_rate){0.01, 3, 3}, 0), 0);
	memo_close(one);
	memo_close(two);
}

static void claim_is_kept_over_processes_and_used_once(void **state)
{
	(void)state;
	const struct memo_rate slow = {.per_second = 0.01, .burst = 1, .cost = 1};
	const struct memo_rate quick = {.per_second = 20, .burst = 1, .cost = 1};
	struct memo *one = opened();
	struct memo *two = opened();
	int64_t wait;
	memo_rate_claim(one, STR("slow"), STR("t1"), &slow, 0, &wait);
	assert_int_equal(wait, 0);
	memo_rate_claim(one, STR("slow"), STR("t2"), &slow, 0, &wait);
	assert_in_range(wait, 50000, 100000);
	int64_t again;
	memo_rate_claim(two, STR("slow"), STR("t2"), &slow, 0, &again);
	assert_in_range(again, 1, wait); /* the same reservation, not a second one */
	memo_rate_claim(one, STR("quick"), STR("q1"), &quick, 0, &wait);
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	do
		memo_rate_claim(two, STR("quick"), STR("q2"), &quick, 0, &wait);
	while (wait && clock_mono_ms() < until);
	assert_int_equal(wait, 0);
	memo_close(one);
	memo_close(two);
}

/* Whoever writes to Redis puts nobody off: a time further ahead than we ever reserve is not ours. */
static void what_redis_says_is_bounded(void **state)
{
	(void)state;
	static const char *const written[] = {"1e30", "9223372036854775807000000", "inf", "nan",
	        "-inf", "-1", "tomorrow", "4102444800000000"};
	const struct memo_rate rate = {.per_second = 0.01, .burst = 1, .cost = 1};
	struct memo *m = opened();
	int64_t wait;
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		char command[128];
		(void)snprintf(command, sizeof(command), "SET test:rate:forged %s", written[i]);
		tell(command, "+OK\r\n");
		(void)snprintf(
		        command, sizeof(command), "SET test:claim:forged:t%zu %s", i, written[i]);
		tell(command, "+OK\r\n");
		char claim[8];
		(void)snprintf(claim, sizeof(claim), "t%zu", i);
		wait = -1;
		memo_rate_claim(m, STR("forged"), str_c(claim), &rate, 0, &wait);
		assert_in_range(wait, 0, 100000); /* one unit at most */
		memo_rate_claim(m, STR("forged"), STR("next"), &rate, 0, &wait);
		assert_in_range(wait, 0, 200000);
		tell("DEL test:claim:forged:next", wait > 0 ? ":1\r\n" : ":0\r\n");
	}
	/* A lease without an end, or with one that is far away, is none. */
	tell("SET test:lease:eternal somebody", "+OK\r\n");
	assert_int_equal(memo_lease_take(m, STR("eternal"), STR("a"), 1000), LEASE_TAKEN);
	tell("SET test:lease:long somebody PX 3600001000", "+OK\r\n");
	assert_int_equal(memo_lease_take(m, STR("long"), STR("a"), 1000), LEASE_TAKEN);
	tell("SET test:lease:hour somebody PX 3599000", "+OK\r\n");
	assert_int_equal(memo_lease_take(m, STR("hour"), STR("a"), 1000), LEASE_HELD_ELSEWHERE);
	memo_close(m);
}

/* A queue that is longer than we reserve: the last are told to come back, and take nothing. */
static void nothing_is_reserved_far_ahead(void **state)
{
	(void)state;
	const struct memo_rate rate = {.per_second = 0.001, .burst = 1, .cost = 1};
	struct memo *m = opened();
	int64_t wait;
	char claim[8];
	for (int i = 0; i < 8; i++) {
		(void)snprintf(claim, sizeof(claim), "t%d", i);
		memo_rate_claim(m, STR("long"), str_c(claim), &rate, 0, &wait);
		if (i <= 3) /* 1000 s each, the first at once */
			assert_in_range(wait, i == 0 ? 0 : 1000000 * i - 99000, 1000000 * i);
		else
			assert_int_equal(wait, MEMO_AHEAD_MAX_MS);
	}
	tell("EXISTS test:claim:long:t3 test:claim:long:t4", ":1\r\n");
	memo_close(m);
}

static void rate_without_redis_starts_empty(void **state)
{
	(void)state;
	struct err e;
	struct memo *m;
	assert_int_equal(memo_open(&(struct memo_server){"", "", "test:"}, &m, &e), 0);
	assert_int_equal(rate(m, "b", (struct memo_rate){10, 5, 1}, 1000), 100);
	assert_int_equal(rate(m, "b", (struct memo_rate){10, 5, 1}, 1100), 100);
	assert_int_equal(memo_lease_take(m, STR("t"), STR("a"), 1000), LEASE_ABSENT);
	memo_close(m);
}

static void bad_address_is_named(void **state)
{
	(void)state;
	static const char *const bad[] = {"nohost", ":1", "h:", "h:0", "h:65536", "h:x"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e;
		struct memo *m;
		assert_int_equal(
		        memo_open(&(struct memo_server){bad[i], "", "test:"}, &m, &e), ERR_FATAL);
		assert_non_null(strstr(e.text, "LONGSHORE_REDIS: "));
	}
}

static int set_up(void **state)
{
	(void)state;
	port = free_port();
	snprintf(address, sizeof(address), "127.0.0.1:%d", port);
	start_server();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stop_server();
	return 0;
}

int main(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, NULL);
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lease_belongs_to_one_token),
	        cmocka_unit_test(lease_expires),
	        cmocka_unit_test(renewal_sets_a_new_end),
	        cmocka_unit_test(scripts_come_back_after_a_flush),
	        cmocka_unit_test(emptied_redis_grants_again),
	        cmocka_unit_test(restarted_redis_is_used_at_once),
	        cmocka_unit_test(stopped_redis_is_absent_until_it_is_back),
	        cmocka_unit_test(frozen_redis_does_not_hold_anybody_up),
	        cmocka_unit_test(rate_is_shared_and_reserved_in_order),
	        cmocka_unit_test(claim_is_kept_over_processes_and_used_once),
	        cmocka_unit_test(what_redis_says_is_bounded),
	        cmocka_unit_test(nothing_is_reserved_far_ahead),
	        cmocka_unit_test(rate_without_redis_starts_empty),
	        cmocka_unit_test(bad_address_is_named),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
