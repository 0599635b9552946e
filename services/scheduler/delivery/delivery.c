/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery.h"

#include <assert.h>

static const char *const task_status_names[] = {"waiting", "issued", "done", "dropped"};

const char *delivery_kind_name(enum delivery_kind kind)
{
	return kind == KIND_BUILD ? "build" : "delivery";
}

bool stage_parse(struct str name, enum stage *out)
{
	for (int i = 0; i < STAGE_COUNT; i++) {
		if (str_eq(name, str_c(stage_plans[i].name))) {
			*out = (enum stage)i;
			return true;
		}
	}
	return false;
}

const char *task_status_name(enum task_status status)
{
	return task_status_names[status];
}

bool task_status_parse(struct str name, enum task_status *out)
{
	for (int i = TASK_WAITING; i <= TASK_DROPPED; i++) {
		if (str_eq(name, str_c(task_status_names[i]))) {
			*out = (enum task_status)i;
			return true;
		}
	}
	return false;
}

struct ev_delivery_memory delivery_lasting(const struct delivery *x)
{
	const struct ev_delivery_memory *m = &x->memory;
	if (!delivery_state_is_final(x->state))
		return *m;
	return (struct ev_delivery_memory){
	        .mode = m->mode,
	        .epoch = m->epoch,
	        .cause_kind = m->cause_kind,
	        .cause = m->cause,
	        .requested_by = m->requested_by,
	        .approved_by = m->approved_by,
	        .detail = m->detail,
	        .phase = m->phase,
	        .bridge_version = m->bridge_version,
	        .slices_count = m->slices_count,
	        .content_hash = m->content_hash,
	        .counts = m->counts,
	        .counts_count = m->counts_count,
	        .files_planned = m->files_planned,
	        .files_visible = m->files_visible,
	        .has_uploads = m->has_uploads,
	        .handled = m->handled,
	        .handled_count = m->handled_count,
	};
}

struct str delivery_lists_text(const struct ev_delivery_memory *m, struct arena *mem)
{
	struct str text = STR("");
	for (size_t i = 0; i < m->lists_count; i++)
		text = arena_printf(mem, STR_FMT STR_FMT "\t%lld\n", STR_ARG(text),
		        STR_ARG(m->lists[i].name), (long long)m->lists[i].ids);
	return text;
}

struct str done_fact(const struct ev_task_result *result, struct str name)
{
	for (size_t i = 0; i < result->facts_count; i++)
		if (str_eq(result->facts[i].name, name))
			return result->facts[i].value;
	return (struct str){NULL, 0};
}

int64_t done_fact_time(const struct ev_task_result *result, struct str name)
{
	int64_t ms = -1;
	bool is_number = str_to_i64(done_fact(result, name), &ms);
	return is_number && ms >= 0 && ms < EVENT_YEAR_10000_MS ? ms : -1;
}

int64_t done_fact_number(const struct ev_task_result *result, struct str name)
{
	int64_t number = -1;
	bool is_number = str_to_i64(done_fact(result, name), &number);
	return is_number && number >= 0 && number <= EVENT_COUNT_MAX ? number : -1;
}

/* The count of the whole delivery, or the sum of the segments if the worker counts by segment. */
int64_t done_count(const struct ev_task_result *result, struct str name)
{
	int64_t sum = -1;
	for (size_t i = 0; i < result->counts_count; i++) {
		if (!str_eq(result->counts[i].name, name))
			continue;
		if (result->counts[i].segment.n == 0)
			return result->counts[i].value;
		sum = (sum < 0 ? 0 : sum) + result->counts[i].value;
	}
	return sum;
}

const struct ev_staged_ref *done_output(const struct ev_task_result *result, struct str kind)
{
	for (size_t i = 0; i < result->outputs_count; i++)
		if (str_eq(result->outputs[i].kind, kind))
			return &result->outputs[i];
	return NULL;
}

enum { TIMELINE_SHIFT = 40 };

int64_t version_next(int64_t version, int64_t timeline)
{
	int64_t n = (version & ((INT64_C(1) << TIMELINE_SHIFT) - 1)) + 1;
	int64_t old_timeline = version >> TIMELINE_SHIFT;
	return (timeline > old_timeline ? timeline : old_timeline) << TIMELINE_SHIFT | n;
}
