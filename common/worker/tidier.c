/* SPDX-License-Identifier: Apache-2.0 */
#include "tidier.h"

#include "longshore/log_events.h"
#include "longshore/staging.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { REMOVED_MAX = 1000, STOP_MS = 3000 };

struct tidier {
	struct tidier_plan plan;
	struct tidy_run run;
	pthread_t id;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_bool stop;
	bool is_over;     /* guarded by the lock: the thread has ended */
	const char *told; /* code of the last failure; logged once until it changes */
};

static int open_staging(const struct tidier *t, struct store **out, struct err *e)
{
	const struct worker_conf *conf = &t->plan.frame->conf;
	struct keyring *keys = NULL;
	int act = keyring_open(conf->keys, &keys, e);
	if (act == 0)
		act = staging_open(conf->staging, keys, out, e);
	keyring_close(keys);
	return act;
}

static int sweep(struct tidier *t, struct err *e)
{
	const struct store_sweep limits = {
	        .age_ms = t->run.age_ms, .most = t->run.most, .stop = t->run.stop};
	struct store *store = NULL;
	int act = open_staging(t, &store, e);
	if (act)
		return act;
	for (const char *const *p = t->plan.prefixes; *p && !act; p++) {
		int64_t removed = 0;
		act = store_sweep(store, str_c(*p), &limits, &removed, e);
		telemetry_add(t->plan.frame->telemetry, METRIC_REMOVED_TEMPORARIES, removed);
		if (removed > 0)
			LOG(WORKER_TEMPORARIES_REMOVED,
			        "removed temporaries of killed writers from staging",
			        LOG_TEXT("prefix", str_c(*p)), LOG_NUM("count", removed));
	}
	store_close(store);
	return act;
}

static int more(struct tidier *t, struct err *e)
{
	struct tidied gone = {0};
	int act = t->plan.more(t->plan.state, &t->run, &gone, e);
	telemetry_add(t->plan.frame->telemetry, METRIC_REMOVED_AT_DROPS, gone.drop_temporaries);
	telemetry_add(t->plan.frame->telemetry, METRIC_REMOVED_OBJECTS, gone.objects);
	if (gone.objects > 0)
		LOG(WORKER_OBJECTS_REMOVED, "removed the staged data of finished deliveries",
		        LOG_NUM("count", gone.objects));
	return act;
}

/* A service that stages nothing has no key of staging, so it must not look there. */
static bool sweeps(const struct tidier_plan *plan)
{
	return plan->prefixes && plan->prefixes[0];
}

/* A failure only costs space: it is logged, and retried in the next turn. */
static void turn(struct tidier *t)
{
	struct err first = {.code = ""};
	struct err second = {.code = ""};
	int act = sweeps(&t->plan) ? sweep(t, &first) : 0;
	if (t->plan.more && more(t, &second) && act == 0)
		first = second;
	if (first.code[0] && strcmp(first.code, t->told) != 0)
		LOG_ERR(WORKER_TIDY_FAILED, &first, NULL, 0);
	t->told = first.code;
}

static struct timespec monotonic_in(int64_t ms)
{
	struct timespec at;
	(void)clock_gettime(CLOCK_MONOTONIC, &at); /* cannot fail for this clock */
	int64_t ns = at.tv_nsec + ms % 1000 * 1000000;
	at.tv_sec += (time_t)(ms / 1000 + ns / 1000000000);
	at.tv_nsec = (long)(ns % 1000000000);
	return at;
}

static void *serve(void *arg)
{
	struct tidier *t = arg;
	while (!atomic_load(&t->stop)) {
		turn(t);
		struct timespec next = monotonic_in(t->plan.frame->conf.tidy_every_ms);
		int code = 0;
		pthread_mutex_lock(&t->lock);
		while (!atomic_load(&t->stop) && code == 0)
			code = pthread_cond_timedwait(&t->changed, &t->lock, &next);
		pthread_mutex_unlock(&t->lock);
	}
	pthread_mutex_lock(&t->lock);
	t->is_over = true;
	pthread_cond_signal(&t->changed);
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

static void release(struct tidier *t)
{
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

int tidier_start(const struct tidier_plan *plan, struct tidier **out, struct err *e)
{
	*out = NULL;
	if (!sweeps(plan) && !plan->more)
		return 0;
	struct tidier *t = calloc(1, sizeof(*t));
	if (!t)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a thread");
	pthread_condattr_t monotonic;
	t->plan = *plan;
	t->told = "";
	t->run = (struct tidy_run){.age_ms = plan->frame->conf.tidy_age_ms,
	        .most = REMOVED_MAX,
	        .keep_ms = plan->frame->conf.keep_staged_ms,
	        .stop = &t->stop};
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&t->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	int code = pthread_create(&t->id, NULL, serve, t);
	if (code) {
		release(t);
		(void)err_set_errno(e, "no_thread", code, "start the clean-up thread");
		e->act = ERR_FATAL;
		return e->act;
	}
	*out = t;
	return 0;
}

static bool stop(struct tidier *t)
{
	if (!t)
		return true;
	struct timespec until = monotonic_in(STOP_MS);
	int code = 0;
	pthread_mutex_lock(&t->lock);
	atomic_store(&t->stop, true);
	pthread_cond_signal(&t->changed);
	while (!t->is_over && code == 0)
		code = pthread_cond_timedwait(&t->changed, &t->lock, &until);
	bool is_over = t->is_over;
	pthread_mutex_unlock(&t->lock);
	if (!is_over)
		return false;
	pthread_join(t->id, NULL);
	release(t);
	return true;
}

void tidier_stop(struct tidier *t, int code)
{
	if (stop(t))
		return;
	LOG(WORKER_TIDY_HANGS, "ended without waiting for the clean-up thread: does a mount hang?",
	        LOG_NUM("pid", getpid()));
	_exit(code);
}
