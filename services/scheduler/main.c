/* SPDX-License-Identifier: Apache-2.0
 * The scheduler's main function: wiring only. */
#include "scheduler.h"

#include "longshore/bus.h"
#include "longshore/clock.h"
#include "longshore/ended.h"
#include "longshore/lease.h"
#include "longshore/log_events.h"
#include "longshore/pg.h"
#include "longshore/staging.h"

#include <stdlib.h>

enum { TRIGGER_KEPT_MS = 24 * 3600 * 1000, BATCH_MAX = 256 };

struct wiring {
	struct scheduler scheduler;
	struct memo *memo;
};

static int send(void *arg, const struct publication_set *set, struct err *e)
{
	return publisher_send_each(arg, set, e);
}

static void removed(void *arg, int64_t rows)
{
	publisher_count_removed(arg, rows);
}

static bool breathe(void *arg)
{
	return publisher_breathe(arg);
}

static bool seen(void *arg, struct str identity)
{
	return memo_trigger_seen(arg, identity);
}

static void remember(void *arg, struct str identity)
{
	memo_trigger_remember(arg, identity, TRIGGER_KEPT_MS);
}

static void stop(void *state)
{
	struct wiring *w = state;
	const struct tally *t = &w->scheduler.engine.tally;
	LOG(SCHEDULER_STOPPED, "counted since the start", LOG_NUM("decisions", t->decisions),
	        LOG_NUM("published", t->published), LOG_NUM("swept", t->swept),
	        LOG_NUM("fenced", t->fenced), LOG_NUM("refused", t->refused),
	        LOG_NUM("runs", t->runs), LOG_NUM("skipped_runs", t->skipped_runs),
	        LOG_NUM("republished", t->republished), LOG_NUM("removed", t->removed));
	scheduler_release(&w->scheduler);
	memo_close(w->memo);
	keyring_close(w->scheduler.engine.keys);
	store_close(w->scheduler.engine.store);
	pg_close(w->scheduler.engine.pg);
	free(w);
}

static int open_neighbours(struct wiring *w, const struct worker_conf *common, struct err *e)
{
	int act = pg_open_away(common->postgres, "longshore-scheduler", &w->scheduler.engine.pg, e);
	act = act ? act : keyring_open(common->keys, &w->scheduler.engine.keys, e);
	act = act ? act : keyring_holds(w->scheduler.engine.keys, "scheduler", e);
	act = act ? act
	          : staging_open(common->staging, w->scheduler.engine.keys,
	                    &w->scheduler.engine.store, e);
	const struct memo_server redis = {
	        common->redis, common->redis_config, common->topic_prefix};
	return act ? act : memo_open(&redis, &w->memo, e);
}

static int start(const struct worker_conf *common, const void *conf, struct publisher *pub,
        void **out_state, struct err *e)
{
	struct wiring *w = calloc(1, sizeof *w);
	if (!w)
		return err_set(e, ERR_FATAL, "out_of_memory", "scheduler state");
	scheduler_init(&w->scheduler, conf);
	int act = open_neighbours(w, common, e);
	if (act) {
		stop(w);
		return act;
	}
	w->scheduler.engine.outlet = (struct outlet){pub, send, bus_partition_of, removed, breathe};
	w->scheduler.triggers = (struct trigger_memory){w->memo, seen, remember};
	*out_state = w;
	return 0;
}

static int batch(void *state, const struct batch_message *msgs, size_t count, struct arena *mem,
        struct err *e)
{
	(void)mem; /* cycles have their own arena: a batch can need several */
	struct wiring *w = state;
	return scheduler_batch(&w->scheduler, msgs, count, clock_mono_ms(), e);
}

static int tick(void *state, struct arena *mem, int64_t *out_next_ms, struct err *e)
{
	(void)mem;
	struct wiring *w = state;
	return scheduler_tick(&w->scheduler, clock_mono_ms(), out_next_ms, e);
}

static int history(void *state, struct batch_history *out, struct err *e)
{
	struct wiring *w = state;
	*out = (struct batch_history){.reread_ms = w->scheduler.duties.rules.reread_ms};
	return scheduler_timeline(&w->scheduler, &out->number, e);
}

/* Lists are kept for twice the retention time. A service that is down for longer leaves its staged
 * data behind. */
static int tidy(void *state, const struct tidy_run *run, struct tidied *out, struct err *e)
{
	const struct wiring *w = state;
	const struct ended_owner specs = {
	        w->scheduler.engine.store, w->scheduler.engine.keys, "specs"};
	int64_t lists = 0;
	int act = ended_remove(&specs, run, &out->objects, e);
	if (act == 0)
		act = ended_forget(specs.staging, 2 * run->keep_ms, &lists, e);
	out->objects += lists;
	return act;
}

int main(int argc, char **argv)
{
	/* After a change of timeline the database can lack effects of these, so they are read
	 * again. */
	static const enum topic rereads[] = {TOPIC_TRIGGERS, TOPIC_RESULTS};
	const struct batch_service service = {
	        .plan = &service_plans[SERVICE_SCHEDULER],
	        .batch_max = BATCH_MAX,
	        .conf = scheduler_fields,
	        .conf_count = scheduler_fields_count,
	        .conf_bytes = sizeof(struct scheduler_settings),
	        .start = start,
	        .batch = batch,
	        .tick = tick,
	        .history = history,
	        .rereads = rereads,
	        .rereads_count = sizeof rereads / sizeof rereads[0],
	        .tidy = tidy,
	        .stop = stop,
	};
	return worker_run_batches(&service, argc, argv);
}
