/* SPDX-License-Identifier: Apache-2.0 */
#include "execute.h"

#include "longshore/clock.h"
#include "longshore/log_events.h"
#include "longshore/probe.h"
#include "longshore/sealed.h"
#include "longshore/sha256.h"

#include <stddef.h>

_Static_assert(offsetof(struct ev_build_task, head) == 0, "a task event begins with its head");
_Static_assert(offsetof(struct ev_bridge_task, head) == 0, "a task event begins with its head");
_Static_assert(offsetof(struct ev_format_task, head) == 0, "a task event begins with its head");
_Static_assert(offsetof(struct ev_upload_task, head) == 0, "a task event begins with its head");

enum { PAUSE_FIRST_MS = 100, PAUSE_MAX_MS = 5000, FACTS_KEPT = 8, FACT_KEPT_BYTES = 256 };

struct execution {
	struct executor *x;
	struct pool_thread *thread;
	struct task *task;
	struct arena *mem;
	struct secret key; /* of the result's scope */
	struct str name;   /* of the staged result */
	struct str spec;
	int64_t pause_ms;
	bool was_told; /* already logged that staging is unavailable */
};

static int ask(struct execution *x, struct question *q)
{
	pool_ask(x->thread, q);
	return q->act;
}

/* After ERR_RETRY of staging: waits, then 0 means retry. If the process must stop, the task is
 * given back (ERR_DEFER). */
static int wait_for_staging(struct execution *x, struct err *e)
{
	const struct log_field fields[] = {LOG_TEXT("task_id", x->task->head->task_id)};
	if (!x->was_told)
		LOG_ERR(WORKER_STAGING_AWAITED, e, fields, 1);
	x->was_told = true;
	if (!pool_pause(x->thread, x->pause_ms))
		return err_set(e, ERR_DEFER, "drain",
		        "staging was unavailable until the process had to end");
	x->pause_ms = 2 * x->pause_ms < PAUSE_MAX_MS ? 2 * x->pause_ms : PAUSE_MAX_MS;
	return 0;
}

/* sealed_get with retries. */
static int get(struct execution *x, struct str name, const struct secret *key, size_t max_bytes,
        struct str *out, struct err *e)
{
	while (sealed_get(x->x->staging, name, key, max_bytes, x->mem, out, e)) {
		if (e->act != ERR_RETRY || wait_for_staging(x, e))
			return e->act;
	}
	return 0;
}

/* --- spec --- */

static int check_spec(struct execution *x, struct err *e)
{
	const struct ev_task_head *head = x->task->head;
	char hash[SHA256_HEX];
	sha256_hex(x->spec.p, x->spec.n, hash);
	if (str_eq(str_c(hash), head->spec_part.n > 0 ? head->spec_part : head->spec_hash))
		return 0;
	return err_set(e, ERR_REJECT, CODE_SPEC_MISMATCH,
	        "the spec's hash differs from the one in the task");
}

static int take_spec(struct execution *x, struct err *e)
{
	const struct ev_task_head *head = x->task->head;
	struct secret key;
	if (head->spec.p) {
		x->spec = head->spec;
		return check_spec(x, e);
	}
	if (!head->spec_ref)
		return err_set(e, ERR_REJECT, CODE_SPEC_MISMATCH,
		        "the task has a spec neither by value nor by address");
	if (keyring_staging(x->x->keys, STR("specs"), head->delivery_id, &key, e))
		return err_note(e, "spec");
	int act = get(x, head->spec_ref->name, &key, SPEC_MAX_BYTES, &x->spec, e);
	secret_wipe(&key);
	return act ? err_note(e, "spec") : check_spec(x, e);
}

/* --- staged results --- */

static int name_result(struct execution *x, struct err *e)
{
	const struct ev_task_head *head = x->task->head;
	const char *prefix = x->x->service->plan->stages[0];
	x->name = arena_printf(x->mem, "%s/" STR_FMT "/" STR_FMT ".result", prefix,
	        STR_ARG(head->delivery_id), STR_ARG(head->task_id));
	return keyring_staging(x->x->keys, str_c(prefix), head->delivery_id, &x->key, e);
}

static int adopt(struct execution *x, struct err *e)
{
	struct question q = {.kind = QUESTION_ADOPT, .e = e};
	if (get(x, x->name, &x->key, EVENT_MAX_BYTES, &q.stored, e))
		return e->act;
	return ask(x, &q);
}

/* *out_found: the task was done before. */
static int look(struct execution *x, bool *out_found, struct err *e)
{
	*out_found = true;
	int act = adopt(x, e);
	if (act != ERR_REJECT || strcmp(e->code, CODE_NOT_FOUND) != 0)
		return act;
	*out_found = false;
	return 0;
}

/* Create-once: the loser of a race reports the winner's result. */
static int stage(struct execution *x, struct err *e)
{
	struct sealed_facts facts;
	while (sealed_put_once(
	        x->x->staging, x->name, &x->key, buf_str(&x->task->wire), &facts, e)) {
		if (e->act != ERR_RETRY || wait_for_staging(x, e))
			return e->act;
	}
	PROBE(task_after_result_stored);
	return facts.won ? 0 : adopt(x, e);
}

/* --- the task --- */

/* Keeps facts that were found before a failure, if they are short, to report them with it. No
 * other thread uses the task's memory while it runs. */
static void keep_facts(struct task *t, const struct ev_task_result *result)
{
	size_t count = result->facts_count < FACTS_KEPT ? result->facts_count : FACTS_KEPT;
	t->facts = ARENA_TRY_ARRAY(&t->mem, struct ev_fact, count + 1);
	for (size_t i = 0; i < count && t->facts; i++) {
		const struct ev_fact *fact = &result->facts[i];
		if (fact->name.n + fact->value.n <= FACT_KEPT_BYTES)
			t->facts[t->facts_count++] = (struct ev_fact){
			        arena_str(&t->mem, fact->name), arena_str(&t->mem, fact->value)};
	}
}

static int handle(struct execution *x, struct err *e)
{
	struct task *t = x->task;
	struct ev_task_result result = {0};
	const struct task_run run = {
	        .head = t->head,
	        .type = t->type,
	        .task = t->event,
	        .spec = x->spec,
	        .now_ms = clock_unix_ms(),
	        .stop = &x->x->stop,
	        .mem = x->mem,
	};
	if (atomic_load(&x->x->stop))
		return err_set(
		        e, ERR_DEFER, "drain", "the process is ending before the task started");
	PROBE(task_before_handle);
	int act = x->x->service->handle(x->x->state, &run, &result, e);
	PROBE(task_after_handle);
	if (act) {
		keep_facts(t, &result);
		return act;
	}
	struct question q = {.kind = QUESTION_ENCODE, .result = &result, .e = e};
	if (ask(x, &q))
		return q.act;
	return stage(x, e);
}

static int run(struct execution *x, struct err *e)
{
	bool found;
	if (take_spec(x, e) || name_result(x, e))
		return e->act;
	int act = look(x, &found, e);
	if (!act && !found)
		act = handle(x, e);
	secret_wipe(&x->key);
	x->task->is_repeated = found && !act;
	return act;
}

void execute(void *arg, struct pool_thread *thread, void *job)
{
	struct executor *x = arg;
	struct execution e = {.x = x,
	        .thread = thread,
	        .task = job,
	        .mem = &x->mems[pool_number(thread)],
	        .pause_ms = PAUSE_FIRST_MS};
	e.task->act = run(&e, &e.task->failure);
	arena_reset(e.mem);
}
