/* SPDX-License-Identifier: Apache-2.0
 * Begins and cancels a delivery or build. Pure. */
#include "deciding.h"

/* The time orders a route's deliveries. If a trigger's time were in the future, its delivery would
 * stay the newest until then, and all others would give way to it. The time of a run is computed
 * here, so it is trusted. */
static int64_t planned_of(const struct deciding *d, const struct request *r)
{
	int64_t now_ms = d->facts->now_ms;
	if (!str_eq(r->cause_kind, STR("trigger")))
		return r->planned_ms;
	return r->planned_ms < now_ms ? r->planned_ms : now_ms;
}

static void set_up(struct deciding *d, const struct decide_event *ev)
{
	struct delivery *x = d->x;
	const struct request *r = &ev->request;
	*x = (struct delivery){
	        .id = x->id,
	        .kind = r->kind,
	        .tenant = r->tenant,
	        .route = r->route,
	        .audience = STR(""),
	        .destination = STR(""),
	        .state = STATE_REQUESTED,
	        .reason = STR(""),
	        .revision = 1,
	        .planned_ms = planned_of(d, r),
	        .spec_hash = STR(""),
	        .created_ms = d->facts->now_ms,
	        .changed_ms = d->facts->now_ms,
	};
	*d->m = (struct ev_delivery_memory){
	        .mode = STR(""),
	        .epoch = r->epoch,
	        .cause_kind = r->cause_kind,
	        .cause = r->cause,
	        .requested_by = r->requested_by,
	        .approved_by = STR(""),
	        .detail = STR(""),
	        .label = r->label.p ? r->label : STR(""),
	        .phase = EV_PHASE_START,
	        .bridge_version = STR(""),
	        .content_hash = STR(""),
	        .base_delivery = STR(""),
	        .base_version = STR(""),
	        .base_members = -1,
	        .approved_hash = STR(""),
	        .manifest_plain = STR(""),
	        .marker_plain = STR(""),
	        .place = STR(""),
	        .place_wanted = STR(""),
	        .place_found = STR(""),
	        .end_state = STR(""),
	        .end_reason = STR(""),
	        .end_detail = STR(""),
	};
	d->out->is_changed = true;
}

enum next decide_request(struct deciding *d, const struct decide_event *ev)
{
	if (d->x->state != STATE_ABSENT)
		return NEXT_STAYS; /* the same cause again */
	set_up(d, ev);
	decide_audit(d, "requested", ev->request.cause_kind, ev->note);
	if (!ev->frozen.spec)
		return decide_end(d, STATE_REJECTED, STR("bad_configuration"), ev->frozen.fault);
	decide_take_spec(d, &ev->frozen);
	return decide_first(d);
}

enum next decide_cancel(struct deciding *d, const struct decide_event *ev)
{
	struct delivery *x = d->x;
	if (x->state == STATE_ABSENT) {
		/* Not kept for later: otherwise anyone who can guess an id could cancel a future
		 * delivery. */
		decide_refuse(d, "cancel", "unknown", STR("no such delivery"));
		return NEXT_STAYS;
	}
	if (delivery_state_is_final(x->state)) {
		decide_refuse(
		        d, "cancel", delivery_state_name(x->state), STR("it is already over"));
		return NEXT_STAYS;
	}
	/* If settle is held, it asks a person what happened to a file. A person who cancels does
	 * not have to know that. */
	bool settles = d->m->phase == EV_PHASE_SETTLE && x->state != STATE_HELD;
	if (settles && decide_end_instead(d, STATE_CANCELLED, STR("cancelled"), ev->note))
		return NEXT_STAYS;
	if (settles) {
		decide_refuse(d, "cancel", "settling", STR("it is already ending"));
		return NEXT_STAYS;
	}
	return decide_end(d, STATE_CANCELLED, STR("cancelled"), ev->note);
}
