/* SPDX-License-Identifier: Apache-2.0 */
#include "choice.h"

static const struct choice nothing = {CHOICE_NONE, NULL};

/* Owned, decoded and not started. */
static bool is_waiting(const struct task *t)
{
	return t->state == TASK_WAITING && t->is_owned;
}

static bool is_suspect(const struct task *t)
{
	return is_waiting(t) && t->mark.state == MARK_SUSPECT;
}

/* Order: suspects by position, so that one gets all its tries before the next; fresh tasks by
 * arrival. */
static bool is_before(const struct task *a, const struct task *b)
{
	if (!b)
		return true;
	if (!is_suspect(a))
		return a->order < b->order;
	return a->partition != b->partition ? a->partition < b->partition : a->offset < b->offset;
}

/* Tasks that need no thread: dead letters, then expired ones. */
static struct choice to_set_aside(
        struct task *const *tasks, size_t count, const struct choice_facts *facts)
{
	for (size_t i = 0; i < count; i++) {
		if (is_suspect(tasks[i]) && tasks[i]->mark.deaths >= facts->poison_limit)
			return (struct choice){CHOICE_BURY, tasks[i]};
		if (is_waiting(tasks[i]) && facts->now_ms > tasks[i]->head->not_after_ms)
			return (struct choice){CHOICE_EXPIRE, tasks[i]};
	}
	return nothing;
}

static struct task *first_suspect(
        struct task *const *tasks, size_t count, const struct choice_facts *facts)
{
	struct task *found = NULL;
	for (size_t i = 0; i < count; i++) {
		struct task *t = tasks[i];
		if (is_suspect(t) && t->not_before_ms <= facts->mono_ms && is_before(t, found))
			found = t;
	}
	return found;
}

int64_t choice_lane_threads(int64_t threads)
{
	int64_t others = threads / 4 > 1 ? threads / 4 : 1;
	return threads > others ? threads - others : 1;
}

int64_t choice_spare_threads(int64_t threads)
{
	return 3 * threads < SPARE_THREADS_MAX ? 3 * threads : SPARE_THREADS_MAX;
}

static bool needs_thread(const struct task *t)
{
	return t->state == TASK_MARKED || t->state == TASK_RUNNING;
}

static bool is_silent(const struct task *t, const struct choice_facts *facts)
{
	return facts->spare_threads > 0 && t->state == TASK_RUNNING &&
	       facts->mono_ms - t->on_thread_ms >= SILENT_MS;
}

static bool is_full(
        struct task *const *tasks, size_t count, const struct choice_facts *facts, struct str lane)
{
	int64_t taken = 0, silent = 0, most = facts->lane_threads;
	if (facts->lane_threads >= facts->threads + facts->spare_threads)
		return false;
	for (size_t i = 0; i < count; i++) {
		taken += needs_thread(tasks[i]) && str_eq(tasks[i]->head->lane, lane);
		silent += is_silent(tasks[i], facts);
	}
	if (silent >= facts->threads && most > LANE_THREADS_CROWDED)
		most = LANE_THREADS_CROWDED;
	return taken >= most;
}

static struct task *first_fresh(
        struct task *const *tasks, size_t count, const struct choice_facts *facts)
{
	struct task *found = NULL;
	struct str full = {NULL, 0}; /* the last full lane; its tasks are adjacent */
	for (size_t i = 0; i < count; i++) {
		struct task *t = tasks[i];
		if (!is_waiting(t) || t->mark.state != MARK_UNTOUCHED ||
		        t->not_before_ms > facts->mono_ms || !is_before(t, found) ||
		        (full.p && str_eq(full, t->head->lane)))
			continue;
		if (is_full(tasks, count, facts, t->head->lane))
			full = t->head->lane;
		else
			found = t;
	}
	return found;
}

struct company {
	int64_t at_work; /* in any state between the mark and the commit of the end */
	int64_t threads; /* of these: use or will use a thread */
	int64_t silent;  /* of these: hang */
	bool has_alone;
};

static struct company company_of(
        struct task *const *tasks, size_t count, const struct choice_facts *facts)
{
	struct company c = {0, 0, 0, false};
	for (size_t i = 0; i < count; i++) {
		const struct task *t = tasks[i];
		if (t->state == TASK_UNREAD || t->state == TASK_WAITING)
			continue;
		c.at_work++;
		c.threads += needs_thread(t);
		c.silent += is_silent(t, facts);
		c.has_alone |= t->mark.state == MARK_ALONE;
	}
	return c;
}

bool choice_is_lane_full(struct task *const *tasks, size_t count, const struct task *t)
{
	size_t all = 0;
	size_t all_bytes = 0;
	size_t same = 0;
	for (size_t i = 0; i < count; i++) {
		const struct task *other = tasks[i];
		if (other == t || (other->state != TASK_WAITING && other->state != TASK_UNREAD))
			continue;
		all++;
		all_bytes += other->message->value.n;
		same += other->head && str_eq(other->head->lane, t->head->lane);
	}
	bool is_crowded = all >= WAITING_MAX / 2 || all_bytes >= WAITING_MAX_BYTES / 2;
	return is_crowded && same >= LANE_WAITING_MAX;
}

static bool has_thread(const struct company *c, const struct choice_facts *facts)
{
	return c->threads - c->silent < facts->threads &&
	       c->threads < facts->threads + facts->spare_threads;
}

struct choice choose(struct task *const *tasks, size_t count, const struct choice_facts *facts)
{
	struct choice aside = to_set_aside(tasks, count, facts);
	if (aside.step != CHOICE_NONE)
		return aside;
	struct company company = company_of(tasks, count, facts);
	if (company.has_alone)
		return nothing;
	struct task *suspect = first_suspect(tasks, count, facts);
	if (suspect && suspect->lease == LEASE_UNASKED)
		return (struct choice){CHOICE_LEASE, suspect};
	if (suspect)
		return company.at_work ? nothing : (struct choice){CHOICE_ALONE, suspect};
	struct task *fresh = first_fresh(tasks, count, facts);
	if (!fresh || !has_thread(&company, facts))
		return nothing;
	return (struct choice){fresh->lease == LEASE_UNASKED ? CHOICE_LEASE : CHOICE_RUN, fresh};
}
