/* SPDX-License-Identifier: Apache-2.0
 * Finds what the configuration makes impossible, before any source is read. `apply` refuses such
 * a configuration, but it can have been applied long ago. The delivery would then fail only
 * after everything was read and counted. Pure. */
#include "deciding.h"

#include "plan.h"

static bool is_contradictory(struct deciding *d)
{
	const struct spec *spec = d->frozen.spec;
	const struct spec_destination *to = &spec->destination;
	bool suppresses = to->suppress_states_count > 0 || to->suppress_unknown_state;
	if (to->max_rows_per_file > 0 && to->completion == COMPLETION_NONE &&
	        !to->parts_without_marker) {
		decide_hold_plan(d, "parts_without_marker",
		        "several files without a marker need the destination's consent");
		return true;
	}
	if (suppresses && spec->audience.state_column.n == 0) {
		decide_hold_plan(d, "state_column",
		        "the destination suppresses states, but the audience has no state_column");
		return true;
	}
	return false;
}

static void take_label(struct deciding *d)
{
	struct ev_delivery_memory *m = d->m;
	m->label = naming_label(&(struct naming_cause){.label = m->label,
	                                .cause = m->cause,
	                                .planned_ms = d->x->planned_ms,
	                                .zone = d->frozen.file_zone},
	        d->mem);
}

/* The number of parts is not known yet. A fault in the name of one part is a fault in all. */
static bool is_unnameable(struct deciding *d)
{
	struct file_plan plan = {
	        .spec = d->frozen.spec, .zone = d->frozen.file_zone, .delivery = d->x};
	struct err e = {0};
	struct str *names = NULL;
	if (plan_init(&plan, 0, d->rules->tasks_max, &e) == 0 &&
	        plan_names(&plan, d->mem, &names, &e) == 0)
		return false;
	decide_hold_plan(d, "naming", e.text);
	return true;
}

bool decide_is_unable(struct deciding *d)
{
	take_label(d);
	return is_contradictory(d) || is_unnameable(d);
}
