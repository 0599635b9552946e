/* SPDX-License-Identifier: Apache-2.0
 * A build: one task that makes one bridge version. While it runs its state is selecting. Pure. */
#include "deciding.h"

#include "stages.h"

#include "longshore/result_names.h"

enum next decide_start_build(struct deciding *d)
{
	if (decide_lacks(d, NEED_BRIDGE))
		return NEXT_STAYS;
	decide_go_to(d, EV_PHASE_BUILD, STATE_SELECTING);
	decide_set_detail(d, STR(""));
	decide_add_build(d);
	return NEXT_STAYS;
}

enum { PPM = 1000000 };

/* Far fewer persons than before: the source is truncated, or is another file. The last version
 * stays in use. */
static bool has_shrunk(struct deciding *d, int64_t persons)
{
	const struct spec_bridge *bridge = &d->frozen.spec->bridge;
	int64_t before = d->facts->bridge_persons;
	return d->facts->bridge_version.n > 0 &&
	       (before - persons) * PPM > bridge->max_shrink_ppm * before;
}

static enum next fail_as_shrunk(struct deciding *d, int64_t persons)
{
	const struct spec_bridge *bridge = &d->frozen.spec->bridge;
	int64_t before = d->facts->bridge_persons;
	return decide_fail(d, str_c(CODE_BRIDGE_SHRUNK),
	        arena_printf(d->mem,
	                "%lld persons, but the last version has %lld, and max_shrink allows "
	                "%lld.%04lld %% fewer; the last version stays in use: correct the source, "
	                "or "
	                "raise max_shrink and build again",
	                (long long)persons, (long long)before,
	                (long long)(bridge->max_shrink_ppm / 10000),
	                (long long)(bridge->max_shrink_ppm % 10000)));
}

enum next decide_built(struct deciding *d, const struct task_row *row)
{
	const struct ev_task_result *result = row->result;
	if (decide_lacks(d, NEED_BRIDGE))
		return NEXT_STAYS;
	struct str version = done_fact(result, str_c(FACT_BRIDGE_VERSION));
	int64_t epoch = done_fact_number(result, str_c(FACT_KEY_EPOCH));
	int64_t records = done_fact_number(result, STR("records"));
	if (version.n == 0 || epoch < 0 || records < 0)
		return decide_fail(d, str_c(CODE_BAD_RESULT),
		        STR("the builder's result lacks bridge_version, key_epoch or records"));
	int64_t persons = done_fact_number(result, STR("persons"));
	if (persons >= 0 && has_shrunk(d, persons))
		return fail_as_shrunk(d, persons);
	struct bridge_row *made = ARENA_NEW(d->mem, struct bridge_row);
	*made = (struct bridge_row){
	        version, epoch, records, persons < 0 ? 0 : persons, d->facts->now_ms};
	d->out->bridge = made;
	d->out->wakes_bridge = true;
	d->m->bridge_version = version;
	for (size_t i = 0; i < result->counts_count; i++)
		decide_set_count(d, result->counts[i].name, result->counts[i].value);
	return decide_end(d, STATE_COMPLETED, STR(""), STR(""));
}
