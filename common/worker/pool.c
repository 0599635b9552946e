/* SPDX-License-Identifier: Apache-2.0 */
#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum slot { SLOT_FREE, SLOT_GIVEN, SLOT_BUSY, SLOT_ASKING, SLOT_TOLD, SLOT_DONE };

/* free -> given -> busy -> done -> free; busy -> asking -> told (loop has it) -> busy */
struct pool_thread {
	struct pool *pool;
	pthread_t id;
	size_t number;
	enum slot slot;
	void *job;
	void *question;
	pthread_cond_t changed; /* for this thread */
};

struct pool {
	pthread_mutex_t lock;
	pool_job *run;
	void *arg;
	int wake_fd;
	bool is_stopping;
	bool is_hurried;
	size_t started;
	size_t count;
	struct pool_thread threads[];
};

static void wake_loop(struct pool *p)
{
	static const uint64_t one = 1;
	ssize_t n = write(p->wake_fd, &one, sizeof(one)); /* full: the loop is already awake */
	(void)n;
}

static void *serve(void *arg)
{
	struct pool_thread *t = arg;
	struct pool *p = t->pool;
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (t->slot != SLOT_GIVEN && !p->is_stopping)
			pthread_cond_wait(&t->changed, &p->lock);
		if (t->slot != SLOT_GIVEN)
			break;
		t->slot = SLOT_BUSY;
		pthread_mutex_unlock(&p->lock);
		p->run(p->arg, t, t->job);
		pthread_mutex_lock(&p->lock);
		t->slot = SLOT_DONE;
		wake_loop(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static int start_thread(struct pool *p, struct err *e)
{
	struct pool_thread *t = &p->threads[p->started];
	pthread_condattr_t monotonic;
	t->pool = p;
	t->number = p->started;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&t->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	int code = pthread_create(&t->id, NULL, serve, t);
	if (code) {
		pthread_cond_destroy(&t->changed);
		(void)err_set_errno(
		        e, "no_thread", code, "start thread %zu of %zu", p->started + 1, p->count);
		e->act = ERR_FATAL;
		return e->act;
	}
	p->started++;
	return 0;
}

int pool_start(
        size_t threads, pool_job *run, void *arg, int wake_fd, struct pool **out, struct err *e)
{
	struct pool *p = calloc(1, sizeof(*p) + threads * sizeof(p->threads[0]));
	if (!p)
		return err_set(
		        e, ERR_FATAL, "out_of_memory", "out of memory for %zu threads", threads);
	pthread_mutex_init(&p->lock, NULL);
	p->run = run;
	p->arg = arg;
	p->wake_fd = wake_fd;
	p->count = threads;
	for (size_t i = 0; i < threads; i++) {
		if (start_thread(p, e)) {
			pool_stop(p);
			return e->act;
		}
	}
	*out = p;
	return 0;
}

void pool_stop(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->is_stopping = true;
	for (size_t i = 0; i < p->started; i++)
		pthread_cond_broadcast(&p->threads[i].changed);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->started; i++) {
		pthread_join(p->threads[i].id, NULL);
		pthread_cond_destroy(&p->threads[i].changed);
	}
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void pool_submit(struct pool *p, void *job)
{
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->count; i++) {
		struct pool_thread *t = &p->threads[i];
		if (t->slot != SLOT_FREE)
			continue;
		t->job = job;
		t->slot = SLOT_GIVEN;
		pthread_cond_signal(&t->changed);
		pthread_mutex_unlock(&p->lock);
		return;
	}
	abort();
}

bool pool_next(struct pool *p, struct pool_news *out)
{
	bool found = false;
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->count && !found; i++) {
		struct pool_thread *t = &p->threads[i];
		if (t->slot != SLOT_DONE && t->slot != SLOT_ASKING)
			continue;
		found = true;
		*out = (struct pool_news){t->job, t->slot == SLOT_ASKING ? t->question : NULL, t};
		t->slot = t->slot == SLOT_ASKING ? SLOT_TOLD : SLOT_FREE;
	}
	pthread_mutex_unlock(&p->lock);
	return found;
}

void pool_answer(struct pool *p, struct pool_thread *thread)
{
	pthread_mutex_lock(&p->lock);
	thread->slot = SLOT_BUSY;
	pthread_cond_signal(&thread->changed);
	pthread_mutex_unlock(&p->lock);
}

void pool_hurry(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->is_hurried = true;
	for (size_t i = 0; i < p->count; i++)
		pthread_cond_broadcast(&p->threads[i].changed);
	pthread_mutex_unlock(&p->lock);
}

void pool_ask(struct pool_thread *t, void *question)
{
	pthread_mutex_lock(&t->pool->lock);
	t->question = question;
	t->slot = SLOT_ASKING;
	wake_loop(t->pool);
	while (t->slot != SLOT_BUSY)
		pthread_cond_wait(&t->changed, &t->pool->lock);
	pthread_mutex_unlock(&t->pool->lock);
}

static struct timespec monotonic_in(int64_t ms)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += ms / 1000;
	at.tv_nsec += (ms % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return at;
}

bool pool_pause(struct pool_thread *t, int64_t ms)
{
	struct timespec until = monotonic_in(ms);
	pthread_mutex_lock(&t->pool->lock);
	int code = 0;
	while (!t->pool->is_hurried && code != ETIMEDOUT)
		code = pthread_cond_timedwait(&t->changed, &t->pool->lock, &until);
	bool may_go_on = !t->pool->is_hurried;
	pthread_mutex_unlock(&t->pool->lock);
	return may_go_on;
}

size_t pool_number(const struct pool_thread *t)
{
	return t->number;
}
