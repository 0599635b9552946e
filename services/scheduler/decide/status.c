/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

struct ev_delivery_status status_of(const struct delivery *x)
{
	const struct ev_delivery_memory *m = &x->memory;
	return (struct ev_delivery_status){
	        .delivery_id = x->id,
	        .version = x->status_version,
	        .tenant = x->tenant,
	        .route = x->route,
	        .audience = x->audience,
	        .destination = x->destination,
	        .kind = str_c(delivery_kind_name(x->kind)),
	        .mode = m->mode,
	        .epoch = m->epoch,
	        .cause_kind = m->cause_kind,
	        .cause = m->cause,
	        .revision = x->revision,
	        .state = str_c(delivery_state_name(x->state)),
	        .reason = x->reason,
	        .detail = m->detail,
	        .requested_by = m->requested_by,
	        .approved_by = m->approved_by,
	        .spec_hash = x->spec_hash,
	        .bridge_version = m->bridge_version,
	        .content_hash = m->content_hash,
	        .counts = m->counts,
	        .counts_count = m->counts_count,
	        .files_planned = m->files_planned,
	        .files_visible = m->files_visible,
	        .slices = m->slices_count,
	        .created_at_ms = x->created_ms,
	        .changed_at_ms = x->changed_ms,
	};
}
