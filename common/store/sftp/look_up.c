/* SPDX-License-Identifier: Apache-2.0 */
#include "look_up.h"

#include "longshore/clock.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Belongs to the thread and to the caller. Whoever leaves last frees it. */
struct question {
	pthread_mutex_t lock;
	pthread_cond_t is_answered;
	int owners;
	bool is_done;
	int code;
	struct addrinfo *found;
	char host[REMOTE_HOST_MAX + 1];
	char port[8];
};

static pthread_mutex_t count_lock = PTHREAD_MUTEX_INITIALIZER;
static int under_way;

static bool count_one(void)
{
	(void)pthread_mutex_lock(&count_lock); /* cannot fail: not recursive */
	bool has_room = under_way < LOOK_UP_MAX;
	under_way += has_room;
	(void)pthread_mutex_unlock(&count_lock);
	return has_room;
}

static void count_off(void)
{
	(void)pthread_mutex_lock(&count_lock);
	under_way--;
	(void)pthread_mutex_unlock(&count_lock);
}

static struct question *question_new(const struct remote_url *url)
{
	pthread_condattr_t attr;
	struct question *q = calloc(1, sizeof *q);
	if (!q || pthread_condattr_init(&attr) != 0) {
		free(q);
		return NULL;
	}
	if (pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
	        pthread_cond_init(&q->is_answered, &attr) != 0) {
		(void)pthread_condattr_destroy(&attr);
		free(q);
		return NULL;
	}
	(void)pthread_condattr_destroy(&attr);
	(void)pthread_mutex_init(&q->lock, NULL); /* without attributes, it cannot fail */
	q->owners = 1;
	memcpy(q->host, url->host, sizeof q->host);
	(void)snprintf(q->port, sizeof q->port, "%d", url->port);
	return q;
}

static void question_leave(struct question *q)
{
	(void)pthread_mutex_lock(&q->lock);
	bool is_last = --q->owners == 0;
	(void)pthread_mutex_unlock(&q->lock);
	if (!is_last)
		return;
	if (q->found)
		freeaddrinfo(q->found);
	(void)pthread_cond_destroy(&q->is_answered);
	(void)pthread_mutex_destroy(&q->lock);
	free(q);
}

static void *ask(void *arg)
{
	struct question *q = arg;
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	int code = getaddrinfo(q->host, q->port, &hints, &found);
	count_off();
	(void)pthread_mutex_lock(&q->lock);
	q->code = code;
	q->found = code == 0 ? found : NULL;
	q->is_done = true;
	(void)pthread_cond_signal(&q->is_answered);
	(void)pthread_mutex_unlock(&q->lock);
	question_leave(q);
	return NULL;
}

static int wait_answer(struct question *q, int64_t until_ms, struct addrinfo **out)
{
	const struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
	int code = 0;
	(void)pthread_mutex_lock(&q->lock);
	while (!q->is_done && code != ETIMEDOUT)
		code = pthread_cond_timedwait(&q->is_answered, &q->lock, &until);
	code = q->is_done ? q->code : LOOK_UP_LATE;
	if (q->is_done) {
		*out = q->found;
		q->found = NULL;
	}
	(void)pthread_mutex_unlock(&q->lock);
	return code;
}

/* Without signals: their handlers belong to the process's own threads. */
static bool ask_in_thread(struct question *q)
{
	pthread_t thread;
	sigset_t all, before;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	bool is_begun = pthread_create(&thread, NULL, ask, q) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (is_begun)
		(void)pthread_detach(thread); /* cannot fail: nobody else knows it */
	return is_begun;
}

int ssh_look_up(const struct remote_url *url, int64_t until_ms, struct addrinfo **out)
{
	if (!count_one())
		return LOOK_UP_TOO_MANY;
	struct question *q = question_new(url);
	if (!q) {
		count_off();
		return EAI_MEMORY;
	}
	q->owners = 2;
	if (!ask_in_thread(q)) {
		count_off();
		q->owners = 1;
		question_leave(q);
		return EAI_AGAIN;
	}
	int code = wait_answer(q, until_ms, out);
	question_leave(q);
	return code;
}

const char *look_up_text(int code)
{
	if (code == LOOK_UP_LATE)
		return "no name server answered in time; see this host's resolver";
	if (code == LOOK_UP_TOO_MANY)
		return "too many earlier look-ups still wait for a name server; see this host's "
		       "resolver";
	return gai_strerror(code);
}
