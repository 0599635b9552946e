/* SPDX-License-Identifier: Apache-2.0
 * Schedulers in processes of their own, and what they publish, counted together. */
#ifndef TESTS_SCHEDULER_REPLICAS_H
#define TESTS_SCHEDULER_REPLICAS_H

#include "fleet.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

struct shared { /* seen by all processes */
	_Atomic int64_t tasks;
	_Atomic int64_t others;
};

static inline struct shared *shared_new(void)
{
	struct shared *s =
	        mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(s != MAP_FAILED);
	return s;
}

static inline int count_only(void *arg, const struct publication_set *set, struct err *e)
{
	(void)e;
	struct shared *s = arg;
	for (size_t i = 0; i < set->count; i++) {
		set->fates[i] = PUBLICATION_ACKED;
		if (set->items[i].topic == TOPIC_BRIDGE_TASKS)
			s->tasks++;
		else
			s->others++;
	}
	return 0;
}

/* A replica in a process of its own; `job` ends it with 0. */
static inline pid_t replica(
        struct bench *b, struct shared *counts, void (*job)(struct bench *, struct scheduler *))
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	struct scheduler s;
	struct capture *sent = NULL;
	fleet_join(b, &s, &sent);
	s.duties.rules.outbox_age_ms = 3600 * 1000; /* only the one who stored it publishes it */
	s.engine.outlet.arg = counts;
	s.engine.outlet.send = count_only;
	job(b, &s);
	_exit(0); /* the parent looks for leaks */
}

static inline void join(const pid_t *pids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int status = 0;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			assert_int_equal(status, 0);
	}
}

#endif
