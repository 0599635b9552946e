/* SPDX-License-Identifier: Apache-2.0
 * A batch of messages is one or more cycles. A tick runs everything that is due. */
#include "scheduler.h"

#include "cycle/cycle.h"
#include "time/due.h"
#include "time/runs.h"
#include "time/sweep.h"
#include "trigger.h"

#include "longshore/id.h"
#include "longshore/log_events.h"

void scheduler_init(struct scheduler *s, const struct scheduler_settings *settings)
{
	*s = (struct scheduler){.tick_ms = settings->tick_ms, .sync_ms = settings->sync_ms};
	engine_init(&s->engine, settings->zoneinfo);
	s->engine.rules = settings_rules(settings);
	s->engine.lane_spread = settings->lane_spread;
	s->duties.g = &s->engine;
	s->duties.rules = settings_duties(settings);
	arena_init(&s->work, ENGINE_ARENA_BYTES);
	arena_init(&s->reading, ENGINE_ARENA_BYTES);
}

void scheduler_release(struct scheduler *s)
{
	arena_release(&s->work);
	arena_release(&s->reading);
	readback_release(&s->duties.readback);
	engine_release(&s->engine);
}

static void read_result(struct cycle *c, const struct batch_message *msg)
{
	const struct ev_task_result *result = msg->event;
	if (result->delivery_id.n != ID_TEXT_BYTES - 1) {
		LOG(SCHEDULER_RESULT_UNKNOWN, "ignored a result without a delivery",
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
	specs_begin(&s->engine.specs);
	return s->duties.readback.entries ? 0 : readback_init(&s->duties.readback, e);
}

int scheduler_batch(struct scheduler *s, const struct batch_message *msgs, size_t count,
        int64_t mono_ms, struct err *e)
{
	int act = begin(s, e);
	if (act)
		return act;
	s->engine.mono_ms = mono_ms;
	struct cycle c;
	struct trigger_reader triggers;
	struct status_reader statuses;
	cycle_init(&c, &s->engine, &s->work);
	trigger_reader_init(&triggers, s, &c, count);
	for (size_t i = 0; i < count && act == 0; i++) {
		if (msgs[i].type == &ev_trigger_type)
			act = trigger_read(&triggers, &msgs[i], e);
		else if (msgs[i].type == &ev_task_result_type)
			read_result(&c, &msgs[i]);
		if (act == 0 && cycle_is_full(&c))
			act = trigger_flush(&triggers, e);
	}
	act = act ? act : trigger_flush(&triggers, e);
	if (act)
		return act;
	status_reader_init(&statuses, &s->duties, count, &s->work);
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
	int act = begin(s, e);
	act = act ? act : state_db_load(s->engine.pg, NULL, 0, &s->work, &clock, &rows, &count, e);
	if (act == 0)
		*out = clock.timeline;
	return act;
}

/* Each duty starts with empty arenas. */
static int run(struct scheduler *s, duty *work, bool *more, struct err *e)
{
	bool is_more = false;
	int act = begin(s, e);
	act = act ? act : work(&s->duties, &s->work, &is_more, e);
	*more = *more || is_more;
	return act;
}

static int recompute(struct scheduler *s, struct err *e)
{
	int act = begin(s, e);
	act = act ? act : runs_recompute(&s->duties, &s->work, e);
	s->plans_checked = act == 0;
	return act;
}

enum { TIDY_MAX_MS = 60 * 1000 };

/* Removes in small steps, so that no tick takes long. */
static int tidy(struct scheduler *s, int64_t mono_ms, struct err *e)
{
	if (mono_ms < s->next_tidy_ms)
		return 0;
	bool more = false;
	int act = run(s, due_tidy, &more, e);
	int64_t pause_ms = s->duties.rules.keep_tasks_ms / 2;
	pause_ms = pause_ms < TIDY_MAX_MS ? pause_ms : TIDY_MAX_MS;
	s->next_tidy_ms = more ? mono_ms : mono_ms + pause_ms;
	return act;
}

/* Runs after most other duties, because it can wait for a topic. Its duration is known only at the
 * next tick, so the pause starts there. */
static int sweep(struct scheduler *s, int64_t mono_ms, bool *more, struct err *e)
{
	if (s->has_swept)
		s->next_sweep_ms = mono_ms + s->duties.rules.outbox_age_ms / 2;
	s->has_swept = false;
	if (mono_ms < s->next_sweep_ms)
		return 0;
	bool is_more = false;
	int act = run(s, sweep_outbox, &is_more, e);
	s->has_swept = act == 0 && !is_more;
	*more = *more || is_more;
	return act;
}

/* Writes one complete list per interval. Deliveries that end later go into the next list. */
static int list_ended(struct scheduler *s, int64_t mono_ms, struct err *e)
{
	if (mono_ms < s->next_list_ms)
		return 0;
	bool more = false;
	int act = run(s, due_ended, &more, e);
	s->next_list_ms = more ? mono_ms : mono_ms + s->duties.rules.list_ended_ms;
	return act;
}

static int next_look(struct scheduler *s, bool more, int64_t *out_ms, struct err *e)
{
	int64_t due_ms = 0;
	int64_t most = s->tick_ms;
	int64_t back_ms = reach_back_ms(&s->duties.due_reach, s->engine.mono_ms, most);
	int act = more ? 0 : state_db_next_due(s->engine.pg, back_ms, most, &due_ms, e);
	*out_ms = due_ms < 0 ? 0 : due_ms < most ? due_ms : most;
	return act;
}

int scheduler_tick(struct scheduler *s, int64_t mono_ms, int64_t *out_next_ms, struct err *e)
{
	bool more = false;
	s->engine.mono_ms = mono_ms;
	int act = run(s, due_places, &more, e);
	act = act ? act : run(s, due_deliveries, &more, e);
	if (act == 0 && !s->plans_checked)
		act = recompute(s, e);
	if (act == 0 && mono_ms >= s->next_sync_ms) {
		bool is_more = false;
		act = run(s, runs_sync, &is_more, e);
		s->next_sync_ms = is_more ? mono_ms : mono_ms + s->sync_ms;
	}
	act = act ? act : run(s, runs_materialise, &more, e);
	if (act == 0) {
		bool is_more = false;
		act = begin(s, e);
		act = act ? act : due_statuses(&s->duties, mono_ms, &s->work, &is_more, e);
		more = more || is_more;
	}
	act = act ? act : sweep(s, mono_ms, &more, e);
	act = act ? act : tidy(s, mono_ms, e);
	act = act ? act : list_ended(s, mono_ms, e);
	return act ? act : next_look(s, more, out_next_ms, e);
}
