/* SPDX-License-Identifier: Apache-2.0
 * A batch of messages is one cycle; a tick looks at everything that time brings. */
#include "scheduler.h"

#include "cycle/cycle.h"
#include "time/due.h"
#include "time/runs.h"
#include "trigger.h"

#include "longshore/log.h"

/* Far above what is used: loops over input stop much sooner, see cycle.h and trigger.h. */
#define WORK_BYTES (UINT64_C(1) << 30)

void scheduler_init(struct scheduler *s, const struct scheduler_settings *settings)
{
	*s = (struct scheduler){.settings = *settings, .rules = settings_rules(settings)};
	zones_init(&s->zones, settings->zoneinfo);
	specs_init(&s->specs, &s->zones);
	arena_init(&s->work, WORK_BYTES);
	arena_init(&s->reading, WORK_BYTES);
	arena_init(&s->attempt, WORK_BYTES);
	arena_init(&s->rounds[0], WORK_BYTES);
	arena_init(&s->rounds[1], WORK_BYTES);
}

void scheduler_release(struct scheduler *s)
{
	arena_release(&s->work);
	arena_release(&s->reading);
	arena_release(&s->attempt);
	arena_release(&s->rounds[0]);
	arena_release(&s->rounds[1]);
	readback_release(&s->readback);
	specs_release(&s->specs);
	zones_release(&s->zones);
}

static void read_result(struct cycle *c, const struct batch_message *msg)
{
	const struct ev_task_result *result = msg->event;
	if (result->delivery_id.n != ID_TEXT_BYTES - 1) {
		LOG(LOG_WARN, "scheduler.result.unknown",
		        "a result that names no delivery is passed over",
		        LOG_NUM("partition", msg->partition), LOG_NUM("offset", msg->offset));
		return;
	}
	struct decide_event ev = {
	        .kind = DECIDE_RESULT, .result = result, .result_bytes = msg->raw};
	cycle_add(c, result->delivery_id, &ev);
}

static int begin(struct scheduler *s, struct err *e)
{
	arena_reset(&s->work);
	specs_begin(&s->specs);
	return s->readback.entries ? 0 : readback_init(&s->readback, e);
}

int scheduler_batch(struct scheduler *s, const struct batch_message *msgs, size_t count,
        int64_t mono_ms, struct err *e)
{
	int bad = begin(s, e);
	if (bad)
		return bad;
	s->mono_ms = mono_ms;
	struct cycle c;
	struct trigger_reader triggers;
	struct status_reader statuses;
	cycle_init(&c, s, &s->work);
	trigger_reader_init(&triggers, &c, count);
	for (size_t i = 0; i < count && bad == 0; i++) {
		if (msgs[i].type == &ev_trigger_type)
			bad = trigger_read(&triggers, &msgs[i], e);
		else if (msgs[i].type == &ev_task_result_type)
			read_result(&c, &msgs[i]);
		if (bad == 0 && cycle_is_full(&c))
			bad = trigger_flush(&triggers, e);
	}
	bad = bad ? bad : trigger_flush(&triggers, e);
	if (bad)
		return bad;
	status_reader_init(&statuses, s, count, &s->work);
	for (size_t i = 0; i < count; i++)
		if (msgs[i].type == &ev_delivery_status_type)
			status_read(&statuses, msgs[i].event, mono_ms);
	return status_confirm(&statuses, &s->work, e);
}

int scheduler_timeline(struct scheduler *s, int64_t *out, struct err *e)
{
	struct db_clock clock;
	struct state_row *rows = NULL;
	size_t count = 0;
	int bad = begin(s, e);
	bad = bad ? bad : state_db_load(s->pg, NULL, 0, &s->work, &clock, &rows, &count, e);
	if (bad == 0)
		*out = clock.timeline;
	return bad;
}

/* Each duty works on its own fresh memory. */
typedef int duty(struct scheduler *s, struct arena *mem, bool *out_more, struct err *e);

static int run(struct scheduler *s, duty *work, bool *more, struct err *e)
{
	bool is_more = false;
	int bad = begin(s, e);
	bad = bad ? bad : work(s, &s->work, &is_more, e);
	*more = *more || is_more;
	return bad;
}

static int materialise(struct scheduler *s, struct arena *mem, bool *out_more, struct err *e)
{
	return runs_materialise(s, s->settings.due_batch, mem, out_more, e);
}

static int recompute(struct scheduler *s, struct arena *mem, bool *out_more, struct err *e)
{
	*out_more = false;
	int bad = runs_recompute(s, mem, e);
	s->plans_checked = bad == 0;
	return bad;
}

enum { TIDY_MOST_MS = 60 * 1000 };

/* What is many goes in small steps: a tick is never long for it. */
static int tidy(struct scheduler *s, int64_t mono_ms, struct err *e)
{
	if (mono_ms < s->next_tidy_ms)
		return 0;
	bool more = false;
	int bad = run(s, due_tidy, &more, e);
	int64_t pause_ms = s->settings.keep_tasks_ms / 2;
	pause_ms = pause_ms < TIDY_MOST_MS ? pause_ms : TIDY_MOST_MS;
	s->next_tidy_ms = more ? mono_ms : mono_ms + pause_ms;
	return bad;
}

/* After everything else that is due, for it may wait for a topic. How long it took is known with the
 * next tick: the pause begins there. */
static int sweep(struct scheduler *s, int64_t mono_ms, bool *more, struct err *e)
{
	if (s->has_swept)
		s->next_sweep_ms = mono_ms + s->settings.outbox_age_ms / 2;
	s->has_swept = false;
	if (mono_ms < s->next_sweep_ms)
		return 0;
	bool is_more = false;
	int bad = run(s, due_outbox, &is_more, e);
	s->has_swept = bad == 0 && !is_more;
	*more = *more || is_more;
	return bad;
}

/* One list an hour, whole: what comes meanwhile waits for the next. */
static int list_ended(struct scheduler *s, int64_t mono_ms, struct err *e)
{
	if (mono_ms < s->next_list_ms)
		return 0;
	bool more = false;
	int bad = run(s, due_ended, &more, e);
	s->next_list_ms = more ? mono_ms : mono_ms + s->settings.list_ended_ms;
	return bad;
}

static int next_look(struct scheduler *s, bool more, int64_t *out_ms, struct err *e)
{
	int64_t due_ms = 0;
	int64_t most = s->settings.tick_ms;
	int64_t back_ms = reach_back_ms(&s->due_reach, s->mono_ms, most);
	int bad = more ? 0 : state_db_next_due(s->pg, back_ms, most, &due_ms, e);
	*out_ms = due_ms < 0 ? 0 : due_ms < most ? due_ms : most;
	return bad;
}

int scheduler_tick(struct scheduler *s, int64_t mono_ms, int64_t *out_next_ms, struct err *e)
{
	bool more = false;
	s->mono_ms = mono_ms;
	int bad = run(s, due_places, &more, e);
	bad = bad ? bad : run(s, due_deliveries, &more, e);
	if (bad == 0 && !s->plans_checked)
		bad = run(s, recompute, &more, e);
	if (bad == 0 && mono_ms >= s->next_sync_ms) {
		bool is_more = false;
		bad = run(s, runs_sync, &is_more, e);
		s->next_sync_ms = is_more ? mono_ms : mono_ms + s->settings.sync_ms;
	}
	bad = bad ? bad : run(s, materialise, &more, e);
	if (bad == 0) {
		bool is_more = false;
		bad = begin(s, e);
		bad = bad ? bad : due_statuses(s, mono_ms, &s->work, &is_more, e);
		more = more || is_more;
	}
	bad = bad ? bad : sweep(s, mono_ms, &more, e);
	bad = bad ? bad : tidy(s, mono_ms, e);
	bad = bad ? bad : list_ended(s, mono_ms, e);
	return bad ? bad : next_look(s, more, out_next_ms, e);
}
