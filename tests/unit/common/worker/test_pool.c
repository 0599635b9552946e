/* SPDX-License-Identifier: Apache-2.0 */
#include "pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { THREADS = 3 };

struct job {
	int asks;
	int64_t pause_ms;
	int answered;
	bool went_on;
	size_t thread;
};

static int fd;
static atomic_int running;
static atomic_int most_running;

static void work(void *arg, struct pool_thread *thread, void *p)
{
	struct job *job = p;
	assert_ptr_equal(arg, &fd);
	int now = atomic_fetch_add(&running, 1) + 1;
	for (int most = atomic_load(&most_running); now > most;) {
		if (atomic_compare_exchange_weak(&most_running, &most, now))
			break;
	}
	job->thread = pool_number(thread);
	for (int i = 0; i < job->asks; i++)
		pool_ask(thread, &job->answered);
	if (job->pause_ms)
		job->went_on = pool_pause(thread, job->pause_ms);
	atomic_fetch_sub(&running, 1);
}

static struct pool *started(void)
{
	struct pool *p;
	struct err e;
	fd = eventfd(0, EFD_NONBLOCK);
	assert_int_equal(pool_start(THREADS, work, &fd, fd, &p, &e), 0);
	return p;
}

static void wait_for_news(void)
{
	struct pollfd news = {fd, POLLIN, 0};
	assert_int_equal(poll(&news, 1, 20000), 1);
	uint64_t n;
	assert_int_equal(read(fd, &n, sizeof(n)), sizeof(n));
}

/* Answers questions until `done` jobs are done. */
static void serve(struct pool *p, int done)
{
	while (done) {
		struct pool_news news;
		wait_for_news();
		while (pool_next(p, &news)) {
			if (news.question) {
				++*(int *)news.question;
				pool_answer(p, news.thread);
			} else {
				done--;
			}
		}
	}
}

static void jobs_run_at_once_and_are_told_when_done(void **state)
{
	(void)state;
	struct pool *p = started();
	struct job jobs[THREADS] = {{0}};
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < THREADS; i++) {
			jobs[i].asks = 2;
			pool_submit(p, &jobs[i]);
		}
		serve(p, THREADS);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(jobs[i].answered, 100);
		assert_in_range(jobs[i].thread, 0, THREADS - 1);
	}
	assert_in_range(atomic_load(&most_running), 1, THREADS);
	pool_stop(p);
	close(fd);
}

static void question_waits_for_its_answer(void **state)
{
	(void)state;
	struct pool *p = started();
	struct job job = {.asks = 1};
	struct pool_news news;
	pool_submit(p, &job);
	wait_for_news();
	assert_true(pool_next(p, &news));
	assert_ptr_equal(news.question, &job.answered);
	assert_ptr_equal(news.job, &job);
	assert_false(pool_next(p, &news)); /* told once */
	pool_answer(p, news.thread);
	wait_for_news();
	assert_true(pool_next(p, &news));
	assert_null(news.question);
	pool_stop(p);
	close(fd);
}

static void pause_ends_by_itself_or_when_hurried(void **state)
{
	(void)state;
	struct pool *p = started();
	struct job short_pause = {.pause_ms = 5};
	struct job long_pause = {.pause_ms = 3600000};
	struct job none = {.pause_ms = 3600000};
	pool_submit(p, &short_pause);
	pool_submit(p, &long_pause);
	serve(p, 1);
	assert_true(short_pause.went_on);
	pool_hurry(p);
	serve(p, 1);
	assert_false(long_pause.went_on);
	none.went_on = true;
	pool_submit(p, &none); /* and those that come later do not begin */
	serve(p, 1);
	assert_false(none.went_on);
	pool_stop(p);
	close(fd);
}

static void stops_without_having_worked(void **state)
{
	(void)state;
	pool_stop(started());
	pool_stop(NULL);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	        cmocka_unit_test(jobs_run_at_once_and_are_told_when_done),
	        cmocka_unit_test(question_waits_for_its_answer),
	        cmocka_unit_test(pause_ends_by_itself_or_when_hurried),
	        cmocka_unit_test(stops_without_having_worked),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}
