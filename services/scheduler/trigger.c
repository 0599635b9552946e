/* SPDX-License-Identifier: Apache-2.0 */
#include "trigger.h"

#include "delivery/cause.h"

#include "longshore/chars.h"
#include "longshore/hex.h"

enum { NOTE_MAX = 1000, REFUSAL_FACTS = 4 };

struct audience_routes {
	struct audience_routes *next;
	struct str tenant, audience;
	struct str *routes;
	size_t count;
};

enum { READING_BYTES = 32 << 20 }; /* then read the configuration again */

static void begin_reading(struct trigger_reader *r)
{
	arena_reset(r->mem);
	specs_begin(&r->c->g->specs);
	resolver_init(&r->resolver, r->c->g, r->mem);
	r->decided = arena_alloc(r->mem, (r->messages + 1) * sizeof *r->decided);
	r->decided_count = 0;
	r->audiences = NULL;
}

void trigger_reader_init(
        struct trigger_reader *r, struct scheduler *s, struct cycle *c, size_t messages)
{
	*r = (struct trigger_reader){.s = s, .c = c, .mem = &s->reading, .messages = messages};
	begin_reading(r);
}

/* All triggers that were read completely are stored now. */
static void remember(struct trigger_reader *r)
{
	const struct trigger_memory *memory = &r->s->triggers;
	for (size_t i = 0; i < r->decided_count && memory->remember; i++)
		memory->remember(memory->arg, r->decided[i]);
	r->decided_count = 0;
}

static int run_cycle(struct trigger_reader *r, struct err *e)
{
	struct cycle *c = r->c;
	int act = c->count > 0 || c->trail.count > 0 ? cycle_run(c, e) : 0;
	if (act)
		return act;
	remember(r);
	arena_reset(c->kept);
	cycle_init(c, c->g, c->kept);
	return 0;
}

int trigger_flush(struct trigger_reader *r, struct err *e)
{
	int act = run_cycle(r, e);
	if (act == 0 && r->mem->used_bytes > READING_BYTES)
		begin_reading(r);
	return act;
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
	return arena_str(r->mem, id_str(&made));
}

/* The source can contain a slash, too. Without the escape, "a/b" and "c" would be the same cause as
 * "a" and "b/c". */
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
	struct str source = plain_source(or_empty(t->source), r->mem);
	return arena_printf(r->mem, STR_FMT "/" STR_FMT, STR_ARG(source), STR_ARG(id));
}

static bool is_name_or_empty(struct str text)
{
	return text.n == 0 || event_name_is_good(text);
}

/* When the producer says it was sent. The number is not trusted. */
static int64_t sent_ms(const struct batch_message *msg)
{
	int64_t ms = msg->timestamp_ms;
	return ms >= 0 && ms < EVENT_YEAR_10000_MS ? ms : 0;
}

/* What makes a trigger impossible to store or to show, whatever its kind; NULL: nothing. */
static const char *fault_of(const struct ev_trigger *t)
{
	if (!is_name_or_empty(t->source) || !is_name_or_empty(or_empty(t->trigger_id)) ||
	        !is_name_or_empty(t->actor))
		return "its source, trigger_id or actor has more than 200 bytes or contains a "
		       "control character";
	if (t->at_ms < 0 || t->at_ms >= EVENT_YEAR_10000_MS)
		return "its at_ms is not a time between 1970 and 9999";
	return NULL;
}

static struct str number(struct trigger_reader *r, int64_t n)
{
	return arena_printf(r->mem, "%lld", (long long)n);
}

/* The producer finds the record by its identity, or by partition and offset. */
static void refuse(struct trigger_reader *r, const struct batch_message *msg, struct str identity,
        const char *reason, const char *detail)
{
	const struct ev_trigger *t = msg->event;
	struct str tenant = event_name_is_good(t->tenant) ? t->tenant : STR("");
	struct str fields[] = {tenant, identity, str_c(reason)};
	struct id id = id_of("audit/1", fields, 3);
	struct ev_fact *facts = arena_alloc(r->mem, REFUSAL_FACTS * sizeof *facts);
	facts[0] = (struct ev_fact){STR("word"), identity};
	facts[1] = (struct ev_fact){STR("answer"), STR("refused")};
	facts[2] = (struct ev_fact){STR("partition"), number(r, msg->partition)};
	facts[3] = (struct ev_fact){STR("offset"), number(r, msg->offset)};
	struct ev_audit_record record = {
	        .record_id = arena_str(r->mem, id_str(&id)),
	        .tenant = tenant,
	        .at_ms = sent_ms(msg),
	        .actor = event_name_is_good(t->actor) ? t->actor : STR("scheduler"),
	        .action = STR("trigger.refused"),
	        .delivery_id = STR(""),
	        .route = t->route.n > 0 && event_name_is_good(t->route) ? t->route : STR(""),
	        .reason = str_c(reason),
	        .detail = str_c(detail),
	        .facts = facts,
	        .facts_count = REFUSAL_FACTS,
	};
	cycle_add_audit(r->c, &record);
	r->c->g->tally.refused++;
}

static struct decide_event event_of(
        const struct batch_message *msg, enum decide_kind kind, struct str identity)
{
	const struct ev_trigger *t = msg->event;
	struct str note = or_empty(t->note);
	if (note.n > NOTE_MAX) {
		note.n = NOTE_MAX;
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
	        .new_place = t->new_place,
	        .request =
	                {
	                        .kind = t->kind == EV_TRIGGER_KIND_BUILD ? KIND_BUILD
	                                                                 : KIND_DELIVERY,
	                        .tenant = or_empty(t->tenant),
	                        .route = STR(""),
	                        .cause_kind = STR("trigger"),
	                        .cause = identity,
	                        .epoch = STR("0"),
	                        .requested_by =
	                                person_is_nobody(t->actor) ? or_empty(t->source) : t->actor,
	                        .label = STR(""),
	                        .planned_ms = t->at_ms > 0 ? t->at_ms : sent_ms(msg),
	                },
	};
}

/* Redis keys are scoped by tenant, like deliveries. */
static struct str memory_key(struct trigger_reader *r, struct str tenant, struct str identity)
{
	return arena_printf(r->mem, STR_FMT "/" STR_FMT, STR_ARG(tenant), STR_ARG(identity));
}

/* Redis only hints that the trigger was seen; the database says whether it was decided. *out: the
 * ids that already exist; empty if Redis has no hint. */
static int find_decided(struct trigger_reader *r, struct str key, const struct str *ids,
        size_t count, struct lookup *out, struct err *e)
{
	const struct trigger_memory *memory = &r->s->triggers;
	*out = (struct lookup){0};
	if (!memory->seen || !memory->seen(memory->arg, key))
		return 0;
	struct str *found = NULL;
	size_t found_count = 0;
	int act = state_db_existing(r->c->g->pg, ids, count, r->mem, &found, &found_count, e);
	for (size_t i = 0; i < found_count && act == 0; i++)
		lookup_put(out, found[i], &found[i], r->mem);
	return act;
}

struct asking { /* the request of one trigger */
	const struct batch_message *msg;
	struct str identity;
	const struct str *names; /* routes, or a bridge */
	size_t count;
};

static struct str *ids_of(struct trigger_reader *r, const struct asking *a)
{
	struct str *ids = arena_alloc(r->mem, (a->count + 1) * sizeof *ids);
	struct decide_event ev = event_of(a->msg, DECIDE_REQUEST, a->identity);
	const struct request *q = &ev.request;
	for (size_t i = 0; i < a->count; i++) {
		struct id id = q->kind == KIND_BUILD ? cause_build_id(q->tenant, a->names[i],
		                                               q->cause_kind, q->cause, q->epoch)
		                                     : cause_delivery_id(q->tenant, a->names[i],
		                                               q->cause_kind, q->cause, q->epoch);
		ids[i] = arena_str(r->mem, id_str(&id));
	}
	return ids;
}

/* Runs the cycle whenever it is full. If a crash comes in between, the trigger is read again and
 * finds the stored deliveries, because their ids are derived from the cause. */
static int request(struct trigger_reader *r, const struct asking *a, struct err *e)
{
	struct decide_event ev = event_of(a->msg, DECIDE_REQUEST, a->identity);
	struct request *q = &ev.request;
	struct lookup decided;
	struct str *ids = ids_of(r, a);
	struct str key = memory_key(r, q->tenant, a->identity);
	int act = find_decided(r, key, ids, a->count, &decided, e);
	for (size_t i = 0; i < a->count && act == 0; i++) {
		if (lookup_find(&decided, ids[i]))
			continue;
		q->route = a->names[i];
		act = resolve_spec(&r->resolver, q->kind, q->tenant, q->route, &ev.frozen, e);
		if (act)
			break;
		cycle_add(r->c, ids[i], &ev);
		if (cycle_is_full(r->c))
			act = run_cycle(r, e);
	}
	return act;
}

static int routes_of(struct trigger_reader *r, struct str tenant, struct str audience,
        struct audience_routes **out, struct err *e)
{
	for (struct audience_routes *at = r->audiences; at; at = at->next) {
		if (str_eq(at->tenant, tenant) && str_eq(at->audience, audience)) {
			*out = at;
			return 0;
		}
	}
	struct audience_routes *found = ARENA_NEW(r->mem, struct audience_routes);
	*found = (struct audience_routes){
	        .next = r->audiences, .tenant = tenant, .audience = audience};
	int act = conf_db_routes_of(
	        r->c->g->pg, tenant, audience, r->mem, &found->routes, &found->count, e);
	if (act)
		return act;
	r->audiences = found;
	*out = found;
	return 0;
}

static int deliver_audience(struct trigger_reader *r, const struct batch_message *msg,
        struct str identity, struct err *e)
{
	const struct ev_trigger *t = msg->event;
	struct audience_routes *found = NULL;
	int act = routes_of(r, t->tenant, t->audience, &found, e);
	if (act)
		return act;
	if (found->count == 0)
		refuse(r, msg, identity, "no_route", "no route delivers this audience");
	const struct asking a = {msg, identity, found->routes, found->count};
	return request(r, &a, e);
}

/* A resume freezes the current configuration. Only the row of the delivery says which route that
 * is. */
static int resume(
        struct trigger_reader *r, struct decide_event *ev, struct str delivery_id, struct err *e)
{
	struct db_clock clock;
	struct state_row *rows = NULL;
	size_t count = 0;
	int act = state_db_load(r->c->g->pg, &delivery_id, 1, r->mem, &clock, &rows, &count, e);
	if (act || count == 0)
		return act;
	const struct delivery *x = &rows[0].x;
	return resolve_spec(&r->resolver, x->kind, x->tenant, x->route, &ev->frozen, e);
}

static int command(struct trigger_reader *r, const struct batch_message *msg, struct str identity,
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
	int act = kind == DECIDE_RESUME ? resume(r, &ev, t->delivery_id, e) : 0;
	if (act == 0)
		cycle_add(r->c, t->delivery_id, &ev);
	return act;
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
	const struct asking one = {msg, identity, &name, 1};
	if (event_name_is_good(name))
		return request(r, &one, e);
	if (!is_build && name.n == 0 && event_name_is_good(or_empty(t->audience)))
		return deliver_audience(r, msg, identity, e);
	refuse(r, msg, identity, "no_name", "it names no route, audience or bridge");
	return 0;
}

static int read_kind(struct trigger_reader *r, const struct batch_message *msg, struct str identity,
        struct err *e)
{
	const struct ev_trigger *t = msg->event;
	switch (t->kind) {
	case EV_TRIGGER_KIND_DELIVER:
	case EV_TRIGGER_KIND_BUILD:
		return read_request(r, msg, identity, e);
	case EV_TRIGGER_KIND_CANCEL:
		return command(r, msg, identity, DECIDE_CANCEL, e);
	case EV_TRIGGER_KIND_APPROVE:
		return command(r, msg, identity, DECIDE_APPROVE, e);
	case EV_TRIGGER_KIND_REJECT:
		return command(r, msg, identity, DECIDE_REJECT, e);
	case EV_TRIGGER_KIND_RESUME:
		return command(r, msg, identity, DECIDE_RESUME, e);
	case EV_TRIGGER_KIND_REPLAY:
	case EV_TRIGGER_KIND_UNKNOWN:
		break;
	}
	refuse(r, msg, identity, "unsupported", "this kind of trigger is not supported");
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
	int act = read_kind(r, msg, identity, e);
	if (act == 0)
		r->decided[r->decided_count++] = memory_key(r, or_empty(t->tenant), identity);
	return act;
}
