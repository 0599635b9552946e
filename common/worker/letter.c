/* SPDX-License-Identifier: Apache-2.0 */
#include "letter.h"

enum {
	CUT_VALUE_BYTES = 512 * 1024,
	CUT_HEADERS_BYTES = 64 * 1024,
	CUT_HEADERS = 1000,
	KEY_BYTES = 1024,
	TRACEPARENT_BYTES = 128, /* W3C Trace Context version 00 has 55 */
};

static const struct str empty = {"", 0};

static struct str text_of(const char *text)
{
	return text ? str_c(text) : empty;
}

/* Makes foreign bytes valid UTF-8: an invalid byte becomes a question mark. */
static struct str clean(struct arena *mem, struct str s)
{
	char *out = arena_try_alloc(mem, s.n + 1, 1);
	if (!out)
		return STR("?");
	for (size_t at = 0; at < s.n;) {
		size_t n = str_utf8_length((struct str){s.p + at, s.n - at});
		if (n == 0 || s.p[at] == '\0') {
			out[at++] = '?';
			continue;
		}
		memcpy(out + at, s.p + at, n);
		at += n;
	}
	return (struct str){out, s.n};
}

/* An error text can be cut in the middle of a character. */
static struct str whole_characters(struct str s)
{
	size_t at = 0;
	for (size_t n; at < s.n && (n = str_utf8_length((struct str){s.p + at, s.n - at})) > 0;)
		at += n;
	return (struct str){s.p, at};
}

int letter_result(const struct ev_task_head *head, const struct ev_task_result *fields,
        const struct verdict *verdict, const char *who, const struct letter_times *times,
        struct buf *wire, struct err *e)
{
	struct ev_task_result r = fields ? *fields : (struct ev_task_result){0};
	r.task_id = head->task_id;
	r.issue = head->issue;
	r.tenant = head->tenant;
	r.delivery_id = head->delivery_id;
	r.revision = head->revision;
	r.stage = head->stage;
	r.index = head->index;
	r.outcome = verdict->outcome;
	r.reason = text_of(verdict->reason);
	r.detail = whole_characters(text_of(verdict->detail));
	r.not_before_ms = verdict->not_before_ms;
	if (!fields) {
		r.facts = (struct ev_fact *)(uintptr_t)verdict->facts; /* read only */
		r.facts_count = verdict->facts_count;
	}
	r.worker = str_c(who);
	r.started_at_ms = times->started_ms;
	r.finished_at_ms = times->finished_ms;
	buf_clear(wire);
	return event_encode(&ev_task_result_type, &r, wire, e);
}

int letter_again(const struct ev_task_head *head, struct ev_task_result *stored, struct buf *wire,
        struct err *e)
{
	if (!str_eq(stored->task_id, head->task_id) ||
	        !str_eq(stored->delivery_id, head->delivery_id) ||
	        stored->outcome != EV_OUTCOME_DONE)
		return err_set(e, ERR_REJECT, CODE_RESULT_UNREADABLE,
		        "the result staged under this task's name belongs to another task; remove "
		        "it from staging");
	stored->issue = head->issue;
	buf_clear(wire);
	return event_encode(&ev_task_result_type, stored, wire, e);
}

struct str letter_header(const struct bus_message *m, struct str name)
{
	for (size_t i = 0; i < m->headers_count; i++) {
		if (str_eq(m->headers[i].name, name))
			return m->headers[i].value;
	}
	return (struct str){NULL, 0};
}

struct str letter_traceparent(const struct bus_message *m)
{
	struct str value = letter_header(m, STR("traceparent"));
	return value.n <= TRACEPARENT_BYTES ? value : (struct str){NULL, 0};
}

struct str letter_key(const struct bus_message *m)
{
	return m->key.n > KEY_BYTES ? (struct str){NULL, 0} : m->key;
}

static void fill_headers(const struct bus_message *m, struct arena *mem, struct ev_dead_letter *d)
{
	size_t count = m->headers_count < EVENT_MAX_ITEMS ? m->headers_count : EVENT_MAX_ITEMS;
	d->headers = ARENA_TRY_ARRAY(mem, struct ev_header, count + 1);
	if (!d->headers)
		return;
	d->headers_count = count;
	for (size_t i = 0; i < count; i++)
		d->headers[i] =
		        (struct ev_header){clean(mem, m->headers[i].name), m->headers[i].value};
}

static struct str cut(struct str s, size_t most)
{
	return s.n > most ? (struct str){s.p, most} : s;
}

/* Keeps only the first headers, as many as take little room. */
static void cut_headers(struct ev_dead_letter *d)
{
	size_t bytes = 0, count = 0;
	while (count < d->headers_count && count < CUT_HEADERS) {
		bytes += d->headers[count].name.n + d->headers[count].value.n;
		if (bytes > CUT_HEADERS_BYTES)
			break;
		count++;
	}
	d->headers_count = count;
}

static int encode_cut(const struct bus_message *m, struct ev_dead_letter *d, struct arena *mem,
        struct buf *wire, struct err *e)
{
	d->detail = arena_printf(mem,
	        STR_FMT " (the message of %zu bytes with %zu headers is truncated here; the full "
	                "message is in its topic, within the topic's retention)",
	        STR_ARG(d->detail), m->value.n, m->headers_count);
	d->value = cut(d->value, CUT_VALUE_BYTES);
	d->key = cut(d->key, KEY_BYTES);
	cut_headers(d);
	buf_clear(wire);
	return event_encode(&ev_dead_letter_type, d, wire, e);
}

/* A producer can put any number there; an invalid time is reported as unknown. */
static int64_t time_of(const struct bus_message *m)
{
	bool is_time = m->timestamp_ms >= 0 && m->timestamp_ms < EVENT_YEAR_10000_MS;
	return is_time ? m->timestamp_ms : -1;
}

int letter_dead(const struct bus_message *m, const struct death *death, struct arena *mem,
        struct buf *wire, struct err *e)
{
	const struct ev_task_head *head = death->head;
	struct ev_dead_letter d = {
	        .service = str_c(death->service),
	        .topic = m->topic,
	        .partition = m->partition,
	        .offset = m->offset,
	        .key = m->key,
	        .value = m->value,
	        .timestamp_ms = time_of(m),
	        .reason = text_of(death->reason),
	        .detail = whole_characters(text_of(death->detail)),
	        .tries = death->deaths,
	        .tenant = head ? head->tenant : empty,
	        .delivery_id = head ? head->delivery_id : empty,
	        .task_id = head ? head->task_id : empty,
	        .at_ms = death->now_ms,
	};
	fill_headers(m, mem, &d);
	buf_clear(wire);
	int act = d.headers_count == m->headers_count
	                  ? event_encode(&ev_dead_letter_type, &d, wire, e)
	                  : err_set(e, ERR_REJECT, CODE_TOO_LARGE, "too many headers");
	if (act != ERR_REJECT)
		return act;
	return encode_cut(m, &d, mem, wire, e);
}
