/* SPDX-License-Identifier: Apache-2.0
 *
 * Outgoing messages. A task sends one message at a time: the dead letter, then the result. A
 * message is sent again until the broker has acknowledged it; only then may the task's offset
 * be committed. */
#include "task_loop.h"

#include "longshore/clock.h"
#include "longshore/log_events.h"
#include "longshore/probe.h"

#include <stdio.h>

enum { REPORTS = 64 };

static const struct {
	enum worker_metric metric;
	const char *name;
} outcomes[] = {
        [EV_OUTCOME_DONE] = {METRIC_RESULT_DONE, "done"},
        [EV_OUTCOME_RETRY] = {METRIC_RESULT_RETRY, "retry"},
        [EV_OUTCOME_DEFER] = {METRIC_RESULT_DEFER, "defer"},
        [EV_OUTCOME_REJECT] = {METRIC_RESULT_REJECT, "reject"},
        [EV_OUTCOME_EXPIRED] = {METRIC_RESULT_EXPIRED, "expired"},
};

/* --- encoding --- */

static struct letter_times times_of(const struct task *t)
{
	int64_t now_ms = clock_unix_ms();
	return (struct letter_times){t->started_ms ? t->started_ms : now_ms, now_ms};
}

static void begin(struct task *t, enum task_letter letter)
{
	t->letter = letter;
	t->state = TASK_SENDING;
	t->is_queued = false;
}

int send_verdict(struct task_loop *l, struct task *t, const struct verdict *verdict, struct err *e)
{
	struct letter_times times = times_of(t);
	if (letter_result(t->head, NULL, verdict, l->frame->who, &times, &t->wire, e)) {
		e->act = ERR_FATAL; /* a few short texts always fit */
		return err_note(e, "say `%s`", outcomes[verdict->outcome].name);
	}
	t->outcome = verdict->outcome;
	t->reason = verdict->reason;
	begin(t, LETTER_RESULT);
	return 0;
}

int send_dead(
        struct task_loop *l, struct task *t, const struct err *why, bool with_result, struct err *e)
{
	const struct death death = {
	        .service = l->service->plan->name,
	        .reason = why->code,
	        .detail = why->text,
	        .deaths = t->mark.deaths,
	        .head = t->head,
	        .now_ms = clock_unix_ms(),
	};
	struct arena mem;
	arena_init(&mem, LETTER_MEM_BYTES);
	int act = letter_dead(t->message, &death, &mem, &t->wire, e);
	arena_release(&mem);
	if (act) {
		e->act = ERR_FATAL;
		return err_note(e, "write a dead letter");
	}
	t->reason = why->code;
	begin(t, with_result ? LETTER_DEAD_THEN_RESULT : LETTER_DEAD);
	struct str task_id = t->head ? t->head->task_id : str_c(NULL);
	const struct log_field fields[] = {LOG_NUM("partition", t->partition),
	        LOG_NUM("offset", t->offset), LOG_TEXT("task_id", task_id)};
	LOG_ERR(WORKER_DEAD_LETTER, why, fields, 3);
	return 0;
}

static int64_t at_least(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int send_result(struct task_loop *l, struct task *t, struct err *e)
{
	telemetry_add(
	        l->frame->telemetry, METRIC_BUSY_MS, at_least(clock_unix_ms() - t->started_ms, 0));
	if (t->act == 0) {
		t->outcome = EV_OUTCOME_DONE;
		t->reason = NULL;
		if (t->is_repeated)
			frame_count(l->frame, METRIC_RESULTS_REPEATED);
		begin(t, LETTER_RESULT);
		return 0;
	}
	struct verdict verdict = {.reason = t->failure.code,
	        .detail = t->failure.text,
	        .facts = t->facts,
	        .facts_count = t->facts_count};
	switch ((enum err_act)t->act) {
	case ERR_RETRY:
	case ERR_FENCED: /* another process was faster: retry */
		verdict.outcome = EV_OUTCOME_RETRY;
		verdict.not_before_ms = t->failure.not_before_ms;
		break;
	case ERR_DEFER:
		verdict.outcome = EV_OUTCOME_DEFER;
		verdict.not_before_ms = t->failure.not_before_ms;
		break;
	case ERR_REJECT:
		verdict.outcome = EV_OUTCOME_REJECT;
		break;
	case ERR_FATAL:
		l->is_task_s_own = true;
		*e = t->failure;
		e->act = ERR_FATAL;
		return err_note(e, "task " STR_FMT, STR_ARG(t->head->task_id));
	}
	return send_verdict(l, t, &verdict, e);
}

/* --- sending --- */

static int produce_dead(struct task_loop *l, struct task *t, struct err *e)
{
	const struct bus_header headers[] = {
	        {STR("longshore-type"), str_c(ev_type_name(&ev_dead_letter_type))},
	        {STR("traceparent"), letter_traceparent(t->message)},
	};
	const struct bus_send send = {
	        .topic = l->frame->topics[TOPIC_DEADLETTERS],
	        .partition = -1,
	        .key = letter_key(t->message),
	        .value = buf_str(&t->wire),
	        .headers = headers,
	        .headers_count = headers[1].value.p ? 2 : 1,
	        .tag = (uint64_t)(uintptr_t)t,
	};
	if (bus_produce(l->frame->producer, &send, e))
		return e->act;
	PROBE(deadletter_after_produce);
	return 0;
}

static int produce_result(struct task_loop *l, struct task *t, struct err *e)
{
	const struct bus_header headers[] = {
	        {STR("longshore-type"), str_c(ev_type_name(&ev_task_result_type))},
	        {STR("longshore-tenant"), t->head->tenant},
	        {STR("longshore-delivery"), t->head->delivery_id},
	        {STR("longshore-task"), t->head->task_id},
	        {STR("traceparent"), letter_traceparent(t->message)},
	};
	const struct bus_send send = {
	        .topic = l->frame->topics[TOPIC_RESULTS],
	        .partition = -1,
	        .key = t->head->delivery_id,
	        .value = buf_str(&t->wire),
	        .headers = headers,
	        .headers_count = headers[4].value.p ? 5 : 4,
	        .tag = (uint64_t)(uintptr_t)t,
	};
	if (bus_produce(l->frame->producer, &send, e))
		return e->act;
	PROBE(task_after_produce);
	return 0;
}

/* The broker will never accept it. A result is replaced once by one without its lists. */
static int unproducible(struct task_loop *l, struct task *t, struct err *e)
{
	if (t->letter != LETTER_RESULT || t->is_substitute) {
		e->act = ERR_FATAL;
		return err_note(e, "the broker refuses a message that its limits must allow");
	}
	t->is_substitute = true;
	const struct verdict verdict = {.outcome = EV_OUTCOME_REJECT,
	        .reason = CODE_RESULT_TOO_LARGE,
	        .detail = "the result does not fit into a message; long lists belong in staging"};
	return send_verdict(l, t, &verdict, e);
}

static int produce(struct task_loop *l, struct task *t, struct err *e)
{
	int act = t->letter == LETTER_RESULT ? produce_result(l, t, e) : produce_dead(l, t, e);
	if (act == 0)
		t->is_queued = true;
	if (act == 0 || act == ERR_RETRY) /* ERR_RETRY: the producer is full; next turn */
		return 0;
	return act == ERR_REJECT ? unproducible(l, t, e) : act;
}

int send_continue(struct task_loop *l, struct err *e)
{
	for (size_t i = 0; i < l->tasks_count; i++) {
		struct task *t = l->tasks[i];
		if (t->state == TASK_SENDING && !t->is_queued && produce(l, t, e))
			return e->act;
	}
	return 0;
}

/* --- reports --- */

static void tell_result(struct task_loop *l, const struct task *t)
{
	frame_count(l->frame, outcomes[t->outcome].metric);
	LOG(WORKER_RESULT, t->is_repeated ? "reported again" : "reported",
	        LOG_TEXT("delivery_id", t->head->delivery_id),
	        LOG_TEXT("task_id", t->head->task_id), LOG_TEXT("stage", t->head->stage),
	        LOG_NUM("index", t->head->index), LOG_NUM("issue", t->head->issue),
	        LOG_TEXT("outcome", str_c(outcomes[t->outcome].name)),
	        LOG_TEXT("reason", str_c(t->reason)), LOG_NUM("partition", t->partition),
	        LOG_NUM("offset", t->offset),
	        LOG_NUM("dur_ms",
	                t->started_ms ? at_least(clock_unix_ms() - t->started_ms, 0) : 0));
}

static int acknowledged(struct task_loop *l, struct task *t, struct err *e)
{
	if (t->letter != LETTER_RESULT) {
		PROBE(deadletter_after_ack);
		frame_count(l->frame, METRIC_DEADLETTERS);
	}
	if (t->letter == LETTER_DEAD_THEN_RESULT) {
		const struct verdict verdict = {.outcome = EV_OUTCOME_REJECT,
		        .reason = CODE_POISON,
		        .detail = "it killed its process each time it ran; the message is now a "
		                  "dead letter"};
		return send_verdict(l, t, &verdict, e);
	}
	if (t->letter == LETTER_RESULT) {
		PROBE(task_after_ack);
		tell_result(l, t);
	}
	if (t->lease == LEASE_OURS)
		memo_lease_release(l->memo, t->head->task_id, str_c(t->token));
	t->lease = LEASE_WITHOUT;
	t->state = TASK_ACKED;
	if (!t->is_owned)
		task_free(l, t);
	return 0;
}

int send_reports(struct task_loop *l, struct err *e)
{
	struct bus_report reports[REPORTS];
	size_t count;
	do {
		if (bus_reports(l->frame->producer, 0, reports, REPORTS, &count, e))
			return e->act;
		for (size_t i = 0; i < count; i++) {
			struct task *t = (struct task *)(uintptr_t)reports[i].tag;
			t->is_queued = false;
			int act = reports[i].act;
			if (act == 0)
				act = acknowledged(l, t, e);
			else if (act == ERR_REJECT)
				act = unproducible(l, t, e);
			else if (act != ERR_FATAL)
				act = 0; /* it is sent again */
			else
				(void)err_set_native(e, ERR_FATAL, "bus_fatal", "librdkafka",
				        reports[i].native, "the producer is lost");
			if (act)
				return act;
		}
	} while (count == REPORTS);
	return 0;
}
