/* SPDX-License-Identifier: Apache-2.0 */
#include "trigger.h"

#include "longshore/hex.h"

enum { NOTE_MOST = 1000 };

static const int64_t year_10000_ms = 253402300800000;

struct id cause_delivery_id(struct str tenant, struct str route, struct str cause_kind,
        struct str cause, struct str epoch)
{
	struct str fields[] = {tenant, route, cause_kind, cause, epoch};
	return id_of("delivery/1", fields, 5);
}

struct id cause_build_id(struct str tenant, struct str bridge, struct str cause_kind,
        struct str cause, struct str epoch)
{
	struct str fields[] = {tenant, bridge, cause_kind, cause, epoch};
	return id_of("build/1", fields, 5);
}

void trigger_reader_init(struct trigger_reader *r, struct cycle *c, size_t messages)
{
	*r = (struct trigger_reader){.c = c};
	resolver_init(&r->resolver, c->s, c->mem);
	r->decided = arena_alloc(c->mem, (messages + 1) * sizeof *r->decided);
}

void trigger_remember(struct trigger_reader *r)
{
	const struct trigger_memory *memory = &r->c->s->triggers;
	for (size_t i = 0; i < r->decided_count && memory->remember; i++)
		memory->remember(memory->arg, r->decided[i]);
}

void trail_add(struct cycle *c, const struct ev_audit_record *record)
{
	struct ev_audit_record *wider = arena_alloc(c->mem, (c->audits_count + 1) * sizeof *wider);
	if (c->audits_count > 0)
		memcpy(wider, c->audits, c->audits_count * sizeof *wider);
	wider[c->audits_count++] = *record;
	c->audits = wider;
}

static struct str or_empty(struct str text)
{
	return text.p ? text : STR("");
}

static struct str place_of(struct trigger_reader *r, const struct batch_message *msg)
{
	struct id_hash *h = id_begin(STR("trigger/1"));
	id_add(h, str_c(topic_plan(msg->topic)->suffix));
	id_add_num(h, msg->partition);
	id_add_num(h, msg->offset);
	id_add_num(h, msg->timestamp_ms);
	id_add(h, msg->raw);
	struct id made = id_end(h);
	return arena_str(r->c->mem, id_str(&made));
}

/* A slash in the source, too, or "a/b" and "c" were the same cause as "a" and "b/c". */
static struct str plain_source(struct str source, struct arena *mem)
{
	char *text = arena_alloc(mem, 3 * source.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < source.n; i++) {
		char c = source.p[i];
		bool is_ours = c == '/' || c == '%';
		text[n++] = is_ours ? '%' : c;
		if (!is_ours)
			continue;
		text[n++] = '2';
		text[n++] = c == '/' ? 'F' : '5';
	}
	return str_bytes(text, n);
}

static struct str identity_of(struct trigger_reader *r, const struct batch_message *msg)
{
	const struct ev_trigger *t = msg->event;
	struct str id = or_empty(t->trigger_id);
	if (id.n == 0)
		id = place_of(r, msg);
	struct str source = plain_source(or_empty(t->source), r->c->mem);
	return arena_printf(r->c->mem, STR_FMT "/" STR_FMT, STR_ARG(source), STR_ARG(id));
}

static bool is_name_or_empty(struct str text)
{
	return text.n == 0 || event_name_is_good(text);
}

/* What could not be stored, or not be read by people, whatever is asked; NULL: nothing. */
static const char *fault_of(const struct ev_trigger *t)
{
	if (!is_name_or_empty(t->source) || !is_name_or_empty(or_empty(t->trigger_id)) ||
	        !is_name_or_empty(t->actor))
		return "its source, trigger_id or actor has more than 200 bytes or a control "
		       "character";
	if (t->at_ms < 0 || t->at_ms >= year_10000_ms)
		return "its at_ms is no time between 1970 and 9999";
	return NULL;
}

static void refuse(struct trigger_reader *r, const struct batch_message *msg, struct str identity,
        const char *reason, const char *detail)
{
	const struct ev_trigger *t = msg->event;
	struct str tenant = event_name_is_good(t->tenant) ? t->tenant : STR("");
	struct str fields[] = {tenant, identity, str_c(reason)};
	struct id id = id_of("audit/1", fields, 3);
	struct ev_audit_record record = {
	        .record_id = arena_str(r->c->mem, id_str(&id)),
	        .tenant = tenant,
	        .at_ms = msg->timestamp_ms,
	        .actor = event_name_is_good(t->actor) ? t->actor : STR("scheduler"),
	        .action = STR("trigger.refused"),
	        .delivery_id = STR(""),
	        .route = t->route.n > 0 && event_name_is_good(t->route) ? t->route : STR(""),
	        .reason = str_c(reason),
	        .detail = str_c(detail),
	};
	trail_add(r->c, &record);
	r->c->s->tally.refused++;
}

static struct decide_event event_of(
        const struct batch_message *msg, enum decide_kind kind, struct str identity)
{
	const struct ev_trigger *t = msg->event;
	struct str note = or_empty(t->note);
	if (note.n > NOTE_MOST) {
		note.n = NOTE_MOST;
		while (note.n > 0 && ((unsigned char)note.p[note.n] & 0xc0) == 0x80)
			note.n--; /* not in the middle of a character */
	}
	return (struct decide_event){
	        .kind = kind,
	        .identity = identity,
	        .actor = or_empty(t->actor),
	        .note = note,
	        .content_hash = or_empty(t->content_hash),
	        .resolution = t->resolution,
	        .request =
	                {
	                        .kind = t->kind == EV_TRIGGER_KIND_BUILD ? KIND_BUILD
	                                                                 : KIND_DELIVERY,
	                        .tenant = or_empty(t->tenant),
	                        .route = STR(""),
	                        .cause_kind = STR("trigger"),
	                        .cause = identity,
	                        .epoch = STR("0"),
	                        .requested_by = t->actor.n > 0 ? t->actor : or_empty(t->source),
	                        .label = STR(""),
	                        .planned_ms = t->at_ms > 0 ? t->at_ms : msg->timestamp_ms,
	                },
	};
}

/* What Redis remembers is scoped by tenant, like the delivery. */
static struct str memory_key(struct trigger_reader *r, struct str tenant, struct str identity)
{
	return arena_printf(r->c->mem, STR_FMT "/" STR_FMT, STR_ARG(tenant), STR_ARG(identity));
}

/* Redis may say that it was seen; whether it was decided the database says. */
static int was_decided(
        struct trigger_reader *r, struct str key, struct str delivery_id, bool *out, struct err *e)
{
	const struct trigger_memory *memory = &r->c->s->triggers;
	*out = false;
	if (!memory->seen || !memory->seen(memory->arg, key))
		return 0;
	struct str *found = NULL;
	size_t count = 0;
	int bad = state_db_existing(r->c->s->pg, &delivery_id, 1, r->c->mem, &found, &count, e);
	*out = bad == 0 && count == 1;
	return bad;
}

static int request(struct trigger_reader *r, const struct batch_message *msg, struct str identity,
        struct str name, struct err *e)
{
	struct decide_event ev = event_of(msg, DECIDE_REQUEST, identity);
	ev.request.route = name;
	struct request *q = &ev.request;
	struct id id =
	        q->kind == KIND_BUILD
	                ? cause_build_id(q->tenant, name, q->cause_kind, q->cause, q->epoch)
	                : cause_delivery_id(q->tenant, name, q->cause_kind, q->cause, q->epoch);
	bool is_old = false;
	struct str key = memory_key(r, q->tenant, identity);
	int bad = was_decided(r, key, id_str(&id), &is_old, e);
	if (bad || is_old)
		return bad;
	bad = resolve_spec(&r->resolver, q->kind, q->tenant, name, &ev.frozen, e);
	if (bad == 0)
		cycle_add(r->c, id_str(&id), &ev);
	return bad;
}

static int deliver_audience(struct trigger_reader *r, const struct batch_message *msg,
        struct str identity, struct err *e)
{
	const struct ev_trigger *t = msg->event;
	struct str *routes = NULL;
	size_t count = 0;
	int bad = conf_db_routes_of(
	        r->c->s->pg, t->tenant, t->audience, r->c->mem, &routes, &count, e);
	if (bad == 0 && count == 0)
		refuse(r, msg, identity, "no_route", "no route delivers this audience");
	for (size_t i = 0; i < count && bad == 0; i++)
		bad = request(r, msg, identity, routes[i], e);
	return bad;
}

/* Resuming freezes the configuration of now; which route it is only the delivery's row says. */
static int resume(
        struct trigger_reader *r, struct decide_event *ev, struct str delivery_id, struct err *e)
{
	struct db_clock clock;
	struct state_row *rows = NULL;
	size_t count = 0;
	int bad = state_db_load(r->c->s->pg, &delivery_id, 1, r->c->mem, &clock, &rows, &count, e);
	if (bad || count == 0)
		return bad;
	const struct delivery *x = &rows[0].x;
	return resolve_spec(&r->resolver, x->kind, x->tenant, x->route, &ev->frozen, e);
}

static int word(struct trigger_reader *r, const struct batch_message *msg, struct str identity,
        enum decide_kind kind, struct err *e)
{
	const struct ev_trigger *t = msg->event;
	unsigned char id[ID_TEXT_BYTES / 2];
	if (!hex_decode(or_empty(t->delivery_id), id, sizeof id)) {
		refuse(r, msg, identity, "no_delivery", "it names no delivery");
		return 0;
	}
	if (kind == DECIDE_CANCEL && !event_name_is_good(or_empty(t->tenant))) {
		refuse(r, msg, identity, "no_tenant", "it names no tenant");
		return 0;
	}
	struct decide_event ev = event_of(msg, kind, identity);
	int bad = kind == DECIDE_RESUME ? resume(r, &ev, t->delivery_id, e) : 0;
	if (bad == 0)
		cycle_add(r->c, t->delivery_id, &ev);
	return bad;
}

static int read_request(struct trigger_reader *r, const struct batch_message *msg,
        struct str identity, struct err *e)
{
	const struct ev_trigger *t = msg->event;
	bool is_build = t->kind == EV_TRIGGER_KIND_BUILD;
	struct str name = or_empty(is_build ? t->bridge : t->route);
	if (!event_name_is_good(or_empty(t->tenant))) {
		refuse(r, msg, identity, "no_tenant", "it names no tenant");
		return 0;
	}
	if (event_name_is_good(name))
		return request(r, msg, identity, name, e);
	if (!is_build && name.n == 0 && event_name_is_good(or_empty(t->audience)))
		return deliver_audience(r, msg, identity, e);
	refuse(r, msg, identity, "no_name", "it names no route, audience or bridge");
	return 0;
}

int trigger_read(struct trigger_reader *r, const struct batch_message *msg, struct err *e)
{
	const struct ev_trigger *t = msg->event;
	const char *fault = fault_of(t);
	if (fault) {
		refuse(r, msg, place_of(r, msg), "bad_trigger", fault);
		return 0;
	}
	struct str identity = identity_of(r, msg);
	r->decided[r->decided_count++] = memory_key(r, or_empty(t->tenant), identity);
	switch (t->kind) {
	case EV_TRIGGER_KIND_DELIVER:
	case EV_TRIGGER_KIND_BUILD:
		return read_request(r, msg, identity, e);
	case EV_TRIGGER_KIND_CANCEL:
		return word(r, msg, identity, DECIDE_CANCEL, e);
	case EV_TRIGGER_KIND_APPROVE:
		return word(r, msg, identity, DECIDE_APPROVE, e);
	case EV_TRIGGER_KIND_REJECT:
		return word(r, msg, identity, DECIDE_REJECT, e);
	case EV_TRIGGER_KIND_RESUME:
		return word(r, msg, identity, DECIDE_RESUME, e);
	case EV_TRIGGER_KIND_REPLAY:
	case EV_TRIGGER_KIND_UNKNOWN:
		break;
	}
	refuse(r, msg, identity, "unsupported", "this kind of trigger is not known here");
	return 0;
}
