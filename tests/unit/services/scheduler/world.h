/* SPDX-License-Identifier: Apache-2.0
 *
 * A scheduler's world in memory: the store that decide's answers are applied to, and what the laws
 * say about every single step. Facts are given only when decide asks for them, so what it forgets
 * to ask for it does not know.
 */
#ifndef TESTS_SCHEDULER_WORLD_H
#define TESTS_SCHEDULER_WORLD_H

#include "world_types.h"

/* --- what a store gives --- */

/* As load_open.sql chooses them. */
static inline bool world_is_open(const struct stored *s, const struct task_row *row)
{
	const struct ev_delivery_memory *m = &s->x.memory;
	bool is_of_phase = row->stage == decide_wide_stage(&s->x) && row->index >= m->tasks_floor;
	return row_is_open(row) && row->revision == s->x.revision &&
	       (is_of_phase || row->stage == STAGE_LISTS);
}

static inline bool world_is_wanted(struct world *w, const struct stored *s, size_t at,
        const struct decide_event *events, size_t count, const struct facts *known,
        int32_t revision)
{
	const struct task_row *row = &s->rows[at];
	for (size_t i = 0; i < count; i++)
		if (events[i].kind == DECIDE_RESULT && str_eq(events[i].result->task_id, row->id))
			return true;
	if ((known->known & NEED_UNFINISHED) != 0 &&
	        (known->knows_open ? world_is_open(s, row)
	                           : row_matters(s->rows, s->rows_count, at, w->rules.wave)))
		return true;
	return (known->waiting >> row->stage & 1) != 0 && row->revision == revision &&
	       row->status == TASK_WAITING;
}

/* What a decision is told of tasks that it is given no rows of. */
static inline void world_tell_stage(struct world *w, struct stored *s, enum stage stage,
        int32_t from, int32_t count, int32_t revision, struct facts *known)
{
	known->briefs[stage] = (struct briefs){0};
	for (size_t i = 0; i < s->rows_count; i++) {
		const struct task_row *row = &s->rows[i];
		if (row->stage == stage && row->revision == revision && row->index >= from &&
		        row->index - from < count)
			assert_true(brief_keep(&known->briefs[stage], row, &w->mem));
	}
}

/* A row as the database gives it: without result and event. */
static inline size_t world_load(struct world *w, struct stored *s,
        const struct decide_event *events, size_t count, const struct facts *known,
        int32_t revision, struct task_row **out)
{
	struct task_row *rows = arena_alloc(&w->mem, (s->rows_count + 1) * sizeof *rows);
	size_t n = 0;
	for (size_t i = 0; i < s->rows_count; i++) {
		if (!world_is_wanted(w, s, i, events, count, known, revision))
			continue;
		rows[n] = s->rows[i];
		rows[n].made = NULL;
		rows[n].result = NULL;
		n++;
	}
	*out = rows;
	return n;
}

static inline bool world_newer_waits(struct world *w, const struct delivery *x)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct delivery *y = &w->all[i].x;
		bool is_newer = y->planned_ms > x->planned_ms ||
		                (y->planned_ms == x->planned_ms && str_cmp(y->id, x->id) > 0);
		if (y->state == STATE_HELD && str_eq(y->reason, STR("overlap")) && is_newer)
			return true;
	}
	return false;
}

static inline struct str world_claimed(struct world *w, const struct decision *n, struct str id)
{
	for (size_t i = 0; i < n->claims_count; i++)
		for (size_t k = 0; k < w->claims_count; k++)
			if (str_eq(w->claims[k].path, n->claims[i].path) &&
			        !str_eq(w->claims[k].delivery_id, id))
				return w->claims[k].path;
	return (struct str){NULL, 0};
}

static inline struct place *world_place(struct world *w, struct str id)
{
	for (size_t i = 0; i < w->places_count; i++)
		if (str_eq(w->places[i].delivery_id, id))
			return &w->places[i];
	return NULL;
}

static inline bool world_stands_before(const struct world *w, const struct place *p, struct str id)
{
	const struct place *own = world_place((struct world *)(uintptr_t)w, id);
	const struct stored *s = world_find((struct world *)(uintptr_t)w, p->delivery_id);
	bool is_on_its_way = s->x.state == STATE_SELECTING || s->x.state == STATE_FORMATTING ||
	                     (s->x.state == STATE_HELD && str_eq(s->x.reason, STR("quota")));
	if (p == own || p->free_ms == 0 || p->free_ms > w->now_ms || !is_on_its_way)
		return false;
	return !own || p->since_ms < own->since_ms ||
	       (p->since_ms == own->since_ms && str_cmp(p->delivery_id, id) < 0);
}

/* Beginnings are of the hour and day that began so long after 1970. */
static inline struct quota_use world_quota(const struct world *w, struct str id)
{
	enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };
	struct quota_use use = {0};
	for (size_t i = 0; i < w->places_count; i++) {
		const struct place *p = &w->places[i];
		bool may_begin = p->free_ms == 0 && p->begun_ms == 0;
		use.hour += may_begin || p->begun_ms / HOUR_MS == w->now_ms / HOUR_MS;
		use.day += may_begin || p->begun_ms / DAY_MS == w->now_ms / DAY_MS;
		use.ahead += world_stands_before(w, p, id);
	}
	return use;
}

/* --- the laws of one step --- */

static inline void world_check_rows(const struct stored *s, const struct decision *n)
{
	for (size_t i = 0; i < n->rows_count; i++) {
		const struct task_row *now = &n->rows[i];
		struct task_row *old = world_row((struct stored *)(uintptr_t)s, now->id);
		assert_true((old == NULL) == now->is_new);
		if (!old)
			continue;
		if (old->status == TASK_DONE)
			assert_int_equal(now->status, TASK_DONE); /* done stays done */
		if (old->status == TASK_DROPPED)
			assert_int_equal(now->status, TASK_DROPPED);
		assert_true(now->issue >= old->issue && now->issue <= old->issue + 1);
		assert_true(now->attempts >= old->attempts);
	}
}

static inline void world_check_step(const struct stored *s, const struct decision *n)
{
	const struct delivery *before = &s->x, *after = &n->after;
	if (delivery_state_is_final(before->state)) {
		assert_int_equal(after->state, before->state);
		assert_false(n->is_changed);
		assert_int_equal(n->receipts_count, 0);
		return;
	}
	if (n->is_changed)
		assert_true(after->version > before->version);
	else
		assert_true(after->version == before->version);
	assert_true(after->status_version >= before->status_version);
	assert_true(after->revision >= before->revision);
	if (n->is_changed)
		assert_true(after->due_ms > 0);
	if (n->wants_status)
		assert_int_equal(after->status_version, after->version);
	world_check_rows(s, n);
}

/* --- applying --- */

static inline void world_publish(
        struct world *w, const struct delivery *x, const struct task_row *row)
{
	assert_true(w->tasks_count < MESSAGES);
	struct message *m = &w->tasks[w->tasks_count++];
	*m = (struct message){.delivery_id = x->id, .stage = row->stage};
	m->event = *row->made;
	issue_fill(x, row, w->bucket_place, &m->event);
}

static inline void world_apply_rows(struct world *w, struct stored *s, const struct decision *n)
{
	if (n->drops_unfinished)
		for (size_t i = 0; i < s->rows_count; i++)
			if (s->rows[i].status == TASK_WAITING || s->rows[i].status == TASK_ISSUED)
				s->rows[i].status = TASK_DROPPED;
	for (size_t i = 0; i < n->rows_count; i++) {
		struct task_row row = n->rows[i];
		struct task_row *old = world_row(s, row.id);
		if (!row.is_new && !row.is_changed)
			continue;
		if (old) {
			row.made = old->made;
			row.result = row.result ? row.result : old->result;
		} else {
			assert_true(s->rows_count < ROWS);
			old = &s->rows[s->rows_count++];
		}
		bool is_issued = row.is_issued_now;
		row.is_new = row.is_changed = row.is_issued_now = false;
		*old = row;
		if (is_issued)
			world_publish(w, &n->after, &row);
	}
}

static inline void world_apply_head(struct world *w, const struct decision *n)
{
	const struct delivery *x = &n->after;
	switch (n->head) {
	case HEAD_STAYS:
		return;
	case HEAD_TAKE:
		assert_true(w->head.holder.n == 0);
		assert_true(str_eq(w->head.delivery_id, x->memory.base_delivery));
		w->head.holder = x->id;
		return;
	case HEAD_RELEASE:
	case HEAD_ADVANCE:
		assert_true(str_eq(w->head.holder, x->id));
		w->head.holder = STR("");
		if (n->head == HEAD_RELEASE) {
			w->head.force_full = w->head.force_full || n->forces_full;
			return;
		}
		w->head = (struct route_head){
		        .exists = true,
		        .holder = STR(""),
		        .delivery_id = x->id,
		        .bridge_version = x->memory.bridge_version,
		        .content_hash = x->memory.content_hash,
		        .members = x->memory.members ? x->memory.members->rows : 0,
		        .baseline = x->memory.baseline,
		};
	}
}

static inline bool world_issues_upload(const struct decision *n)
{
	for (size_t i = 0; i < n->rows_count; i++)
		if (n->rows[i].stage == STAGE_UPLOAD && n->rows[i].is_issued_now)
			return true;
	return false;
}

/* Who began never takes a place again; no limit is passed. */
static inline void world_apply_quota(struct world *w, struct stored *s, const struct decision *n)
{
	struct place *p = world_place(w, n->after.id);
	bool begins = world_issues_upload(n);
	if (n->quota == QUOTA_RETURNS) {
		if (p)
			*p = (struct place){p->delivery_id, p->since_ms, w->now_ms, 0};
		return;
	}
	if (n->quota != QUOTA_STAYS) {
		if (!p) {
			assert_true(w->places_count < DELIVERIES);
			p = &w->places[w->places_count++];
			*p = (struct place){.delivery_id = n->after.id, .since_ms = w->now_ms};
		}
		assert_true(p->begun_ms == 0);
		assert_true(n->quota == QUOTA_TAKES || n->quota_from_ms > 0);
		p->free_ms = n->quota == QUOTA_TAKES ? 0 : n->quota_from_ms;
	}
	if (begins) {
		assert_non_null(p);
		assert_true(p->free_ms == 0);
		p->begun_ms = p->begun_ms > 0 ? p->begun_ms : w->now_ms;
	}
	if (p && p->begun_ms == 0 && delivery_state_is_final(n->after.state)) {
		*p = w->places[--w->places_count];
		return;
	}
	if (n->quota != QUOTA_TAKES)
		return;
	const struct spec_limits *limits = &s->frozen.spec->limits;
	struct quota_use use = world_quota(w, n->after.id);
	if (limits->tenant_per_hour > 0)
		assert_true(use.hour <= limits->tenant_per_hour);
	if (limits->destination_per_day > 0)
		assert_true(use.day <= limits->destination_per_day);
}

/* As the table does it: the first that is seen stays, until a person accepts another. */
static inline void world_apply_place(struct world *w, const struct place_news *news)
{
	if (news->seen.n > 0 && w->bucket_place.n == 0)
		w->bucket_place = news->seen;
	if (news->accepted.p && str_eq(w->bucket_place, news->replaced))
		w->bucket_place = news->accepted;
}

static inline void world_apply(struct world *w, struct stored *s, const struct decision *n)
{
	world_apply_place(w, &n->place);
	if (n->new_spec.spec)
		s->frozen = n->new_spec;
	w->audits += (int)n->audits_count;
	for (size_t i = 0; i < n->audits_count; i++) {
		assert_true(n->audits[i].record_id.n == 32);
		(void)snprintf(
		        w->last_audit, sizeof w->last_audit, STR_FMT, STR_ARG(n->audits[i].action));
	}
	if (n->republish && delivery_state_is_final(s->x.state))
		s->status_version = s->x.status_version;
	if (!n->is_changed)
		return;
	world_apply_rows(w, s, n);
	world_apply_quota(w, s, n);
	world_apply_head(w, n);
	for (size_t i = 0; i < n->claims_count; i++) {
		assert_true(w->claims_count < CLAIMS);
		w->claims[w->claims_count++] = (struct claimed){n->claims[i].path, s->x.id};
	}
	if (n->bridge) {
		w->bridge_version = n->bridge->version;
		w->bridge_built_ms = n->bridge->built_ms;
		w->bridge_persons = n->bridge->persons;
	}
	s->receipts += (int)n->receipts_count;
	s->x = n->after;
	if (n->wants_status) {
		s->status_version = n->after.status_version;
		s->published_statuses++;
	}
	w->wakes_route = w->wakes_route || n->wakes_route;
}

static inline struct stored *world_add(struct world *w, struct str id)
{
	struct stored *s = world_find(w, id);
	if (s)
		return s;
	assert_true(w->count < DELIVERIES);
	s = &w->all[w->count++];
	s->x = (struct delivery){.id = arena_str(&w->mem, id)};
	return s;
}

/* Events to one delivery, in one decision. */
static inline struct stored *world_step(
        struct world *w, struct str id, const struct decide_event *events, size_t count)
{
	struct stored *s = world_add(w, id);
	struct facts facts = {.now_ms = w->now_ms,
	        .timeline = w->timeline,
	        .frozen = s->frozen,
	        .head = {.holder = STR(""), .delivery_id = STR(""), .bridge_version = STR("")},
	        .bridge_version = STR("")};
	int32_t revision = s->x.revision;
	struct decision n;
	struct task_row *rows = NULL, *spare = arena_alloc(&w->mem, ROWS / 2 * sizeof *spare);
	size_t rows_count = 0;
	for (int round = 0;; round++) {
		assert_true(round < 12);
		struct task_row *work = round % 2 == 0 ? spare : NULL; /* with room and without */
		size_t work_room = work ? ROWS / 2 : 0;
		rows_count = world_load(w, s, events, count, &facts, revision, &rows);
		struct decide_input in = {&s->x, rows, rows_count, events, count, &facts, &w->rules,
		        &w->mem, NULL, work, work_room};
		decide(&in, &n);
		if (n.needs == 0)
			break;
		assert_true((n.needs & ~(unsigned)(NEED_STAGES | NEED_WAITING) & facts.known) ==
		            0); /* never twice */
		facts.known |= n.needs;
		facts.stages |= n.need_stages;
		facts.waiting |= n.need_waiting;
		revision = n.after.revision;
		for (int stage = 0; stage < STAGE_COUNT; stage++)
			if ((n.need_stages >> stage & 1) != 0)
				world_tell_stage(
				        w, s, (enum stage)stage, 0, INT32_MAX, revision, &facts);
		if ((n.needs & NEED_PARTS) != 0 && (facts.stages >> STAGE_PART & 1) == 0) {
			facts.parts_from = n.parts_from;
			facts.parts_count = n.parts_count;
			world_tell_stage(
			        w, s, STAGE_PART, n.parts_from, n.parts_count, revision, &facts);
		}
		if ((n.needs & NEED_UNFINISHED) != 0)
			facts.knows_open = decide_is_wide(&s->x) &&
			                   decide_open(&s->x) <= decide_open_max(&w->rules);
		if ((n.needs & NEED_HEAD) != 0) {
			facts.head = w->head;
			facts.newer_waits = world_newer_waits(w, &n.after);
		}
		if ((n.needs & NEED_BRIDGE) != 0) {
			facts.bridge_version = w->bridge_version;
			facts.bridge_built_ms = w->bridge_built_ms;
			facts.bridge_persons = w->bridge_persons;
		}
		if ((n.needs & NEED_CLAIMS) != 0)
			facts.claimed_path = world_claimed(w, &n, id);
		if ((n.needs & NEED_PLACE) != 0)
			facts.place_rests = breaker_is_open(&w->breaker, &w->rules) &&
			                    w->breaker.open_until_ms > w->now_ms;
		if ((n.needs & NEED_QUOTAS) != 0)
			facts.tenant_quota = facts.destination_quota = world_quota(w, id);
	}
	struct issue_world iw = {w->now_ms, &w->rules, &w->tenant, &w->destination, &w->breaker,
	        (facts.known & NEED_UNFINISHED) != 0, n.new_spec.spec ? &n.new_spec : &facts.frozen,
	        &w->mem};
	if (n.is_changed) {
		breaker_note(&w->breaker, &n, &iw);
		issue_ready(&n, &s->x, &iw);
		issue_count(&n, rows, rows_count);
		issue_look_soon(&n, &iw);
	}
	world_check_step(s, &n);
	world_apply(w, s, &n);
	assert_int_equal(s->x.tasks_out, rows_out(s->rows, s->rows_count));
	w->last = n;
	return s;
}

/* --- what people and time send --- */

static inline struct stored *world_request(struct world *w, struct str id, int64_t planned_ms)
{
	struct decide_event ev = {
	        .kind = DECIDE_REQUEST,
	        .identity = id,
	        .actor = STR("ann"),
	        .note = STR(""),
	        .frozen = w->frozen,
	        .request = {.kind = w->spec.kind == SPEC_BUILD ? KIND_BUILD : KIND_DELIVERY,
	                .tenant = STR("acme"),
	                .route = w->spec.kind == SPEC_BUILD ? STR("bridge") : STR("daily"),
	                .cause_kind = STR("trigger"),
	                .cause = id,
	                .epoch = STR("0"),
	                .requested_by = STR("ann"),
	                .label = STR(""),
	                .planned_ms = planned_ms},
	};
	return world_step(w, id, &ev, 1);
}

static inline struct stored *world_say(struct world *w, struct str id, enum decide_kind kind,
        const char *actor, const char *identity)
{
	struct decide_event ev = {
	        .kind = kind,
	        .identity = arena_str(&w->mem, str_c(identity)),
	        .actor = str_c(actor),
	        .note = STR(""),
	        .frozen = w->frozen,
	        .content_hash = STR(""),
	        .resolution = w->resolution,
	        .new_place = w->new_place,
	        .request = {.tenant = STR("acme"),
	                .route = STR(""),
	                .cause_kind = STR("trigger"),
	                .cause = str_c(identity),
	                .epoch = STR("0"),
	                .requested_by = str_c(actor),
	                .label = STR(""),
	                .planned_ms = w->now_ms},
	};
	return world_step(w, id, &ev, 1);
}

static inline struct stored *world_due(struct world *w, struct str id)
{
	struct decide_event ev = {.kind = DECIDE_DUE};
	return world_step(w, id, &ev, 1);
}

static inline struct stored *world_wake(struct world *w, struct str id)
{
	struct decide_event ev = {.kind = DECIDE_WAKE};
	return world_step(w, id, &ev, 1);
}

static inline struct stored *world_result(struct world *w, const struct ev_task_result *result)
{
	struct decide_event ev = {
	        .kind = DECIDE_RESULT, .result = result, .result_bytes = STR("r")};
	return world_step(w, result->delivery_id, &ev, 1);
}

#endif
