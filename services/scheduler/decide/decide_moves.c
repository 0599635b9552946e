/* SPDX-License-Identifier: Apache-2.0
 * The moves that all stages use. Pure. */
#include "deciding.h"

#include "longshore/id.h"
#include "longshore/sha256.h"

#include <stdlib.h>

enum { DETAIL_MAX = 1000 };

bool decide_lacks(struct deciding *d, unsigned need)
{
	unsigned missing = need & ~d->facts->known;
	d->out->needs |= missing;
	return missing != 0;
}

bool decide_lacks_stages(struct deciding *d, uint32_t stages)
{
	uint32_t missing = stages & ~d->facts->stages;
	if (missing == 0)
		return false;
	d->out->needs |= NEED_STAGES;
	d->out->need_stages |= missing;
	return true;
}

bool decide_lacks_waiting(struct deciding *d, enum stage stage)
{
	if ((d->facts->waiting >> stage & 1) != 0)
		return false;
	d->out->needs |= NEED_WAITING;
	d->out->need_waiting |= 1u << stage;
	return true;
}

void decide_go_to(struct deciding *d, enum ev_phase phase, enum delivery_state state)
{
	d->out->is_changed = true;
	if (d->x->state == STATE_HELD && state != STATE_HELD) {
		decide_audit(d, "released", d->x->reason, STR(""));
		d->m->hold_since_ms = 0;
		d->m->hold_check_ms = 0;
		d->m->hold_expires_ms = 0;
	}
	d->x->state = state;
	d->x->reason = STR("");
	d->m->phase = phase;
	d->m->tasks_total = 0;
	d->m->tasks_done = 0;
	d->m->tasks_unmade = 0;
	d->m->tasks_floor = 0;
	d->m->progress = 0;
}

enum next decide_end(
        struct deciding *d, enum delivery_state state, struct str reason, struct str detail)
{
	d->ending = (struct ending){state, reason, detail};
	return NEXT_END;
}

enum next decide_fail(struct deciding *d, struct str reason, struct str detail)
{
	return decide_end(d, STATE_FAILED, reason, detail);
}

enum next decide_first(const struct deciding *d)
{
	return d->x->kind == KIND_BUILD ? NEXT_BUILD : NEXT_START;
}

enum next decide_complete(struct deciding *d, struct str reason)
{
	d->ending = (struct ending){STATE_COMPLETED, reason, STR("")};
	return NEXT_OVER;
}

bool decide_is_uploading(const struct deciding *d)
{
	switch (d->m->phase) {
	case EV_PHASE_UPLOAD_PARTS:
	case EV_PHASE_UPLOAD_MANIFEST:
	case EV_PHASE_UPLOAD_MARKER:
		return true;
	case EV_PHASE_UNKNOWN:
	case EV_PHASE_START:
	case EV_PHASE_INSPECT:
	case EV_PHASE_SELECT:
	case EV_PHASE_ORDER:
	case EV_PHASE_LISTS:
	case EV_PHASE_COMBINE:
	case EV_PHASE_GATE:
	case EV_PHASE_PARTS:
	case EV_PHASE_TRAILERS:
	case EV_PHASE_SETTLE:
	case EV_PHASE_BUILD:
	case EV_PHASE_OVER:
		return false;
	}
	return false;
}

void decide_take_spec(struct deciding *d, const struct frozen *frozen)
{
	d->frozen = *frozen;
	d->out->new_spec = *frozen;
	d->x->spec_hash = frozen->hash;
	if (d->x->kind == KIND_BUILD)
		return;
	d->x->audience = frozen->spec->audience.name;
	d->x->destination = frozen->spec->destination.name;
	d->m->mode = frozen->spec->mode;
}

void decide_set_detail(struct deciding *d, struct str detail)
{
	size_t n = detail.n < DETAIL_MAX ? detail.n : DETAIL_MAX;
	while (n > 0 && n < detail.n && ((unsigned char)detail.p[n] & 0xc0) == 0x80)
		n--; /* not in the middle of a character */
	d->m->detail = n > 0 ? (struct str){detail.p, n} : STR("");
	d->out->is_changed = true;
}

void decide_drop_unfinished(struct deciding *d)
{
	d->out->is_changed = true;
	d->out->drops_unfinished = true;
	d->m->is_looking = false;
	for (size_t i = 0; i < d->out->rows_count; i++) {
		struct task_row *row = &d->out->rows[i];
		if (row->status == TASK_WAITING || row->status == TASK_ISSUED)
			row->status = TASK_DROPPED;
	}
}

/* Arrays of effects double in the arena. */
static void *grow(struct arena *mem, void *items, size_t count, size_t size)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return items;
	char *wider = arena_alloc(mem, (count ? count * 2 : 1) * size);
	if (count)
		memcpy(wider, items, count * size);
	return wider;
}

static struct ev_audit_record *add_audit(struct deciding *d)
{
	struct decision *out = d->out;
	out->audits = grow(d->mem, out->audits, out->audits_count, sizeof *out->audits);
	return &out->audits[out->audits_count++];
}

static struct str present(struct str text)
{
	return text.p ? text : STR("");
}

static void fill_audit(struct deciding *d, const char *action, struct str reason, struct str detail)
{
	struct delivery *x = d->x;
	const char *kind = delivery_kind_name(x->kind);
	struct str name = arena_printf(d->mem, "%s.%s", kind, action);
	*add_audit(d) = (struct ev_audit_record){
	        .tenant = present(x->tenant),
	        .at_ms = d->facts->now_ms,
	        .actor = d->actor.n > 0 ? d->actor : STR("scheduler"),
	        .action = name,
	        .delivery_id = x->id,
	        .route = present(x->route),
	        .reason = present(reason),
	        .detail = present(detail),
	};
}

void decide_audit(struct deciding *d, const char *action, struct str reason, struct str detail)
{
	fill_audit(d, action, reason, detail);
	struct ev_audit_record *a = &d->out->audits[d->out->audits_count - 1];
	if (d->m->content_hash.n > 0) {
		a->facts = ARENA_NEW(d->mem, struct ev_fact);
		a->facts[0] = (struct ev_fact){STR("content_hash"), d->m->content_hash};
		a->facts_count = 1;
	}
}

void decide_refuse(struct deciding *d, const char *action, const char *reason, struct str detail)
{
	struct str name = arena_printf(d->mem, "%s_refused", action);
	fill_audit(d, name.p, str_c(reason), detail);
	struct ev_audit_record *a = &d->out->audits[d->out->audits_count - 1];
	struct str fields[] = {d->x->id, name, d->identity};
	struct id id = id_of("audit/1", fields, 3);
	a->record_id = arena_str(d->mem, id_str(&id));
	d->refused = arena_printf(d->mem, "%s: " STR_FMT, reason, STR_ARG(present(detail)));
}

static const char *word_name(enum decide_kind kind)
{
	return kind == DECIDE_CANCEL    ? "cancel"
	       : kind == DECIDE_APPROVE ? "approve"
	       : kind == DECIDE_REJECT  ? "reject"
	                                : "resume";
}

void decide_cite_word(struct deciding *d, const struct decide_event *ev, size_t first)
{
	const char *name = word_name(ev->kind);
	if (d->out->audits_count == first && !d->out->is_changed)
		decide_refuse(d, name, "not_now", STR("it could not be started; send it again"));
	else if (d->out->audits_count == first)
		decide_audit(d, arena_cstr(d->mem, arena_printf(d->mem, "%s_accepted", name)),
		        STR(""), ev->note);
	struct ev_audit_record *a = &d->out->audits[first];
	struct ev_fact *facts = arena_alloc(d->mem, (a->facts_count + 2) * sizeof *facts);
	if (a->facts_count > 0)
		memcpy(facts, a->facts, a->facts_count * sizeof *facts);
	facts[a->facts_count++] = (struct ev_fact){STR("word"), ev->identity};
	facts[a->facts_count++] =
	        (struct ev_fact){STR("answer"), d->refused.p ? STR("refused") : STR("carried_out")};
	a->facts = facts;
}

struct ev_staged_ref *decide_add_list(struct deciding *d, struct str bytes, int64_t rows)
{
	char hash[SHA256_HEX];
	sha256_hex(bytes.p, bytes.n, hash);
	struct ev_staged_ref *ref = ARENA_NEW(d->mem, struct ev_staged_ref);
	*ref = (struct ev_staged_ref){
	        .kind = STR("list"),
	        .name = arena_printf(d->mem, "specs/" STR_FMT "/%s.list", STR_ARG(d->x->id), hash),
	        .sha256 = arena_str(d->mem, str_c(hash)),
	        .bytes = (int64_t)bytes.n,
	        .rows = rows,
	};
	struct decision *out = d->out;
	out->lists = grow(d->mem, out->lists, out->lists_count, sizeof *out->lists);
	out->lists[out->lists_count++] = (struct staged_list){ref->name, bytes};
	return ref;
}

void decide_add_receipt(struct deciding *d, const struct ev_file_receipt *receipt)
{
	struct decision *out = d->out;
	out->receipts = grow(d->mem, out->receipts, out->receipts_count, sizeof *out->receipts);
	out->receipts[out->receipts_count++] = (struct ev_receipt){
	        .delivery_id = d->x->id,
	        .tenant = d->x->tenant,
	        .file = *receipt,
	};
}

struct ev_staged_ref *decide_copy_ref(struct deciding *d, const struct ev_staged_ref *ref)
{
	if (!ref)
		return NULL;
	struct ev_staged_ref *copy = ARENA_NEW(d->mem, struct ev_staged_ref);
	*copy = *ref;
	return copy;
}

static struct ev_count *find_count(const struct deciding *d, struct str name)
{
	for (size_t i = 0; i < d->m->counts_count; i++)
		if (str_eq(d->m->counts[i].name, name))
			return &d->m->counts[i];
	return NULL;
}

void decide_set_count(struct deciding *d, struct str name, int64_t value)
{
	struct ev_count *count = find_count(d, name);
	if (count) {
		count->value = value;
		return;
	}
	struct ev_count *wider = arena_alloc(d->mem, (d->m->counts_count + 1) * sizeof *wider);
	if (d->m->counts_count > 0)
		memcpy(wider, d->m->counts, d->m->counts_count * sizeof *wider);
	wider[d->m->counts_count] = (struct ev_count){STR(""), name, value};
	d->m->counts = wider;
	d->m->counts_count++;
}

void decide_forget_count(struct deciding *d, struct str name)
{
	struct ev_count *count = find_count(d, name);
	if (!count)
		return;
	size_t i = (size_t)(count - d->m->counts);
	struct ev_count *rest = arena_alloc(d->mem, d->m->counts_count * sizeof *rest);
	memcpy(rest, d->m->counts, i * sizeof *rest);
	memcpy(rest + i, count + 1, (d->m->counts_count - i - 1) * sizeof *rest);
	d->m->counts = rest;
	d->m->counts_count--;
}

bool decide_has_count(const struct deciding *d, struct str name)
{
	return find_count(d, name);
}

int64_t decide_count(const struct deciding *d, struct str name)
{
	const struct ev_count *count = find_count(d, name);
	return count ? count->value : 0;
}
