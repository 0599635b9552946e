/* SPDX-License-Identifier: Apache-2.0
 * A host's name is looked up within a deadline, whatever the resolver does. This program has a resolver
 * of its own: it holds each answer back until the test lets it go. */
#include "longshore/clock.h"
#include "sftp/look_up.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { LONG_MS = 600000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool is_held;
static int answer;
static char asked[300];
static int asked_kind;
static atomic_int made, freed;

int getaddrinfo(const char *restrict host, const char *restrict port,
        const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
	(void)pthread_mutex_lock(&lock);
	(void)snprintf(asked, sizeof asked, "%s:%s", host, port);
	asked_kind = hints->ai_socktype;
	while (is_held)
		(void)pthread_cond_wait(&changed, &lock);
	int code = answer;
	(void)pthread_mutex_unlock(&lock);
	if (code == 0) {
		*found = calloc(1, sizeof **found);
		made++;
	}
	return code;
}

void freeaddrinfo(struct addrinfo *found)
{
	free(found);
	freed++;
}

static void hold(bool on)
{
	(void)pthread_mutex_lock(&lock);
	is_held = on;
	(void)pthread_cond_broadcast(&changed);
	(void)pthread_mutex_unlock(&lock);
}

static void a_moment(void)
{
	const struct timespec ten_ms = {0, 10000000};
	(void)nanosleep(&ten_ms, NULL);
}

static const struct remote_url url = {.host = "drop.example", .port = 2222};

static void an_answer_is_passed_on(void **state)
{
	struct addrinfo *found = NULL;
	(void)state;
	assert_int_equal(ssh_look_up(&url, clock_mono_ms() + LONG_MS, &found), LOOK_UP_DONE);
	assert_non_null(found);
	assert_string_equal(asked, "drop.example:2222");
	assert_int_equal(asked_kind, SOCK_STREAM);
	freeaddrinfo(found);
	answer = EAI_NONAME;
	found = NULL;
	assert_int_equal(ssh_look_up(&url, clock_mono_ms() + LONG_MS, &found), EAI_NONAME);
	assert_null(found);
	assert_string_equal(look_up_text(EAI_NONAME), gai_strerror(EAI_NONAME));
	answer = 0;
}

/* The thread that is left behind frees the late answer. */
static void a_resolver_that_is_silent_is_given_up(void **state)
{
	struct addrinfo *found = NULL;
	(void)state;
	hold(true);
	assert_int_equal(ssh_look_up(&url, clock_mono_ms() + 50, &found), LOOK_UP_LATE);
	assert_null(found);
	assert_non_null(strstr(look_up_text(LOOK_UP_LATE), "resolver"));
	int before = freed;
	hold(false);
	while (freed == before)
		a_moment();
	assert_int_equal(made, freed);
}

static void few_look_ups_are_left_behind(void **state)
{
	struct addrinfo *found = NULL;
	int code = LOOK_UP_TOO_MANY;
	(void)state;
	hold(true);
	for (int i = 0; i < LOOK_UP_MAX; i++)
		assert_int_equal(ssh_look_up(&url, clock_mono_ms(), &found), LOOK_UP_LATE);
	assert_int_equal(ssh_look_up(&url, clock_mono_ms(), &found), LOOK_UP_TOO_MANY);
	assert_non_null(strstr(look_up_text(LOOK_UP_TOO_MANY), "resolver"));
	assert_null(found);
	hold(false);
	while (code == LOOK_UP_TOO_MANY) {
		code = ssh_look_up(&url, clock_mono_ms() + LONG_MS, &found);
		a_moment();
	}
	assert_int_equal(code, LOOK_UP_DONE);
	freeaddrinfo(found);
	while (made != freed || made < LOOK_UP_MAX)
		a_moment();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_answer_is_passed_on),
	        cmocka_unit_test(a_resolver_that_is_silent_is_given_up),
	        cmocka_unit_test(few_look_ups_are_left_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
