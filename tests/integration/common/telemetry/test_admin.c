/* SPDX-License-Identifier: Apache-2.0
 * The admin port over a real socket. */
#include "longshore/clock.h"
#include "longshore/telemetry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const struct metric metrics[] = {
        {"longshore_a_total", "A.", METRIC_COUNTER, NULL},
        {"longshore_b", "B.", METRIC_GAUGE, "kind=\"x\""},
};

static struct telemetry *started(void)
{
	struct err e;
	struct telemetry *t;
	if (telemetry_start("probe", "127.0.0.1:0", metrics, 2, &t, &e))
		fail_msg("%s", e.text);
	assert_true(telemetry_port(t) > 0);
	return t;
}

static int connected(struct telemetry *t)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	const struct timeval longest = {.tv_sec = 60}; /* for an answer that never comes */
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof(longest)), 0);
	struct sockaddr_in at = {.sin_family = AF_INET,
	        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	        .sin_port = htons((uint16_t)telemetry_port(t))};
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* The whole answer; its status is returned. */
static int request(
        struct telemetry *t, const char *method, const char *path, char *out, size_t bytes)
{
	int fd = connected(t);
	assert_true(dprintf(fd, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", method,
	                    path) > 0);
	size_t n = 0;
	for (ssize_t got; n < bytes - 1 && (got = read(fd, out + n, bytes - 1 - n)) > 0;)
		n += (size_t)got;
	out[n] = '\0';
	close(fd);
	int status = 0;
	assert_int_equal(sscanf(out, "HTTP/1.1 %d", &status), 1);
	return status;
}

static void counters_are_shown(void **state)
{
	(void)state;
	struct telemetry *t = started();
	telemetry_add(t, 0, 2);
	telemetry_add(t, 0, 3);
	telemetry_set(t, 1, 9);
	char out[4096];
	assert_int_equal(request(t, "GET", "/metrics", out, sizeof(out)), 200);
	assert_non_null(strstr(out, "text/plain; version=0.0.4"));
	assert_non_null(strstr(out, "\nlongshore_a_total{service=\"probe\"} 5\n"));
	assert_non_null(strstr(out, "\nlongshore_b{service=\"probe\",kind=\"x\"} 9\n"));
	telemetry_stop(t);
}

static void ready_only_when_told_so(void **state)
{
	(void)state;
	struct telemetry *t = started();
	char out[1024];
	assert_int_equal(request(t, "GET", "/readyz", out, sizeof(out)), 503);
	telemetry_ready(t, true);
	assert_int_equal(request(t, "GET", "/readyz", out, sizeof(out)), 200);
	telemetry_ready(t, false);
	assert_int_equal(request(t, "GET", "/readyz", out, sizeof(out)), 503);
	telemetry_stop(t);
}

static void healthy_while_the_loop_turns(void **state)
{
	(void)state;
	struct telemetry *t = started();
	char out[1024];
	assert_int_equal(request(t, "GET", "/healthz", out, sizeof(out)), 200);
	telemetry_alive(t, clock_mono_ms() - 31000);
	assert_int_equal(request(t, "GET", "/healthz", out, sizeof(out)), 503);
	telemetry_alive(t, clock_mono_ms());
	assert_int_equal(request(t, "GET", "/healthz", out, sizeof(out)), 200);
	telemetry_stop(t);
}

static void nothing_else_is_served(void **state)
{
	(void)state;
	struct telemetry *t = started();
	char out[1024];
	assert_int_equal(request(t, "GET", "/", out, sizeof(out)), 404);
	assert_int_equal(request(t, "GET", "/metrics/x", out, sizeof(out)), 404);
	assert_int_equal(request(t, "POST", "/metrics", out, sizeof(out)), 405);
	telemetry_stop(t);
}

static void *add_many(void *arg)
{
	for (int i = 0; i < 100000; i++)
		telemetry_add(arg, 0, 1);
	return NULL;
}

static void threads_lose_no_count(void **state)
{
	(void)state;
	struct telemetry *t = started();
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_many, t), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	char out[4096];
	assert_int_equal(request(t, "GET", "/metrics", out, sizeof(out)), 200);
	assert_non_null(strstr(out, "} 400000\n"));
	telemetry_stop(t);
}

static void without_an_address_it_only_counts(void **state)
{
	(void)state;
	struct err e;
	struct telemetry *t;
	assert_int_equal(telemetry_start("probe", "", metrics, 2, &t, &e), 0);
	assert_int_equal(telemetry_port(t), 0);
	telemetry_add(t, 0, 1);
	telemetry_stop(t);
	telemetry_stop(NULL);
}

static void bad_or_taken_address_is_named(void **state)
{
	(void)state;
	struct err e;
	struct telemetry *t = started();
	struct telemetry *other;
	char taken[64];
	snprintf(taken, sizeof(taken), "127.0.0.1:%d", telemetry_port(t));
	const char *const bad[] = {"nowhere", "127.0.0.1:65536", "127.0.0.1:x", taken};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		        telemetry_start("probe", bad[i], metrics, 2, &other, &e), ERR_FATAL);
		assert_string_equal(e.code, "bad_settings");
		assert_non_null(strstr(e.text, bad[i]));
	}
	telemetry_stop(t);
}

/* Waits until the other side has closed it. */
static void expect_closed(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char byte;
	assert_int_equal(poll(&p, 1, 120000), 1);
	assert_true(read(fd, &byte, 1) <= 0);
}

static void who_says_nothing_or_half_is_closed(void **state)
{
	(void)state;
	struct telemetry *t = started();
	int silent = connected(t), half = connected(t);
	assert_true(dprintf(half, "GET /healthz HTTP/1.1\r\nHost: ") > 0);
	expect_closed(silent);
	expect_closed(half);
	close(silent);
	close(half);
	telemetry_stop(t);
}

enum { MANY = 100 };

struct trickle {
	int held[MANY];
	atomic_bool is_over;
};

/* A byte to each now and then, so that none is closed for saying nothing. */
static void *keep_trickling(void *arg)
{
	struct trickle *x = arg;
	while (!atomic_load(&x->is_over)) {
		for (size_t i = 0; i < MANY; i++)
			(void)send(x->held[i], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		(void)poll(NULL, 0, 500);
	}
	return NULL;
}

/* More than the port takes. */
static void who_holds_connections_keeps_no_probe_out(void **state)
{
	(void)state;
	struct telemetry *t = started();
	struct trickle x = {.is_over = false};
	pthread_t thread;
	char out[4096];
	for (size_t i = 0; i < MANY; i++) {
		x.held[i] = connected(t);
		assert_true(dprintf(x.held[i], "GET /") > 0);
	}
	assert_int_equal(pthread_create(&thread, NULL, keep_trickling, &x), 0);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(request(t, "GET", "/healthz", out, sizeof(out)), 200);
	expect_closed(x.held[0]);
	atomic_store(&x.is_over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (size_t i = 0; i < MANY; i++)
		close(x.held[i]);
	assert_int_equal(request(t, "GET", "/healthz", out, sizeof(out)), 200);
	telemetry_stop(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(counters_are_shown),
	        cmocka_unit_test(ready_only_when_told_so),
	        cmocka_unit_test(healthy_while_the_loop_turns),
	        cmocka_unit_test(nothing_else_is_served),
	        cmocka_unit_test(threads_lose_no_count),
	        cmocka_unit_test(without_an_address_it_only_counts),
	        cmocka_unit_test(bad_or_taken_address_is_named),
	        cmocka_unit_test(who_says_nothing_or_half_is_closed),
	        cmocka_unit_test(who_holds_connections_keeps_no_probe_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
