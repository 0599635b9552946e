/* SPDX-License-Identifier: Apache-2.0 */
#include "publisher.h"

#include "longshore/clock.h"
#include "longshore/probe.h"

#include <stdlib.h>

enum {
	SEND_MS = 10000, /* then the batch is retried */
	REPORTS = 64,
	FULL_WAIT_MS = 50,
	ITEM_MAX_BYTES =
	        1040 * 1000, /* value, key and headers; brokers accept 1,048,588 in total */
	HEADERS_MAX = 5,
};

void publisher_init(struct publisher *p, struct frame *f)
{
	*p = (struct publisher){.frame = f, .next_tag = 1};
}

void publisher_release(struct publisher *p)
{
	free(p->is_acked);
	p->is_acked = NULL;
}

static size_t headers_of(const struct publication *item, struct bus_header out[HEADERS_MAX])
{
	const struct bus_header all[HEADERS_MAX] = {
	        {STR("traceparent"), item->traceparent},
	        {STR("longshore-type"), item->type},
	        {STR("longshore-tenant"), item->tenant},
	        {STR("longshore-delivery"), item->delivery},
	        {STR("longshore-task"), item->task},
	};
	size_t count = 0;
	for (size_t i = 0; i < HEADERS_MAX; i++) {
		if (all[i].value.p)
			out[count++] = all[i];
	}
	return count;
}

static size_t bytes_of(const struct publication *item)
{
	struct bus_header headers[HEADERS_MAX];
	size_t count = headers_of(item, headers);
	size_t bytes = item->value.n + item->key.n;
	for (size_t i = 0; i < count; i++)
		bytes += headers[i].name.n + headers[i].value.n;
	return bytes;
}

/* Checks sizes before anything is sent, so that a batch with a bad item sends nothing. */
static int check_sizes(
        const struct publication *items, size_t count, size_t *out_bad, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes_of(&items[i]) <= ITEM_MAX_BYTES)
			continue;
		*out_bad = i;
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "item %zu of %zu for %s has %zu bytes; at most %d are allowed", i, count,
		        topic_plan(items[i].topic)->suffix, bytes_of(&items[i]), ITEM_MAX_BYTES);
	}
	return 0;
}

struct sending {
	struct publisher *publisher;
	uint64_t first_tag;
	size_t count;
	size_t acked;
	int64_t until_ms; /* monotonic */
	size_t bad;
};

static int take_report(struct sending *s, const struct bus_report *r, struct err *e)
{
	if (r->tag < s->first_tag) /* of a send that was abandoned */
		return 0;
	size_t i = (size_t)(r->tag - s->first_tag);
	switch (r->act) {
	case 0:
		s->acked += !s->publisher->is_acked[i];
		s->publisher->is_acked[i] = true;
		return 0;
	case ERR_REJECT:
		s->bad = i;
		return err_set_native(e, ERR_REJECT, CODE_TOO_LARGE, "librdkafka", r->native,
		        "item %zu of %zu is refused", i, s->count);
	case ERR_FATAL:
		return err_set_native(
		        e, ERR_FATAL, "bus_fatal", "librdkafka", r->native, "the producer is lost");
	default:
		return err_set_native(e, ERR_RETRY, "bus_unavailable", "librdkafka", r->native,
		        "item %zu of %zu was not acknowledged", i, s->count);
	}
}

static int take_reports(struct sending *s, int wait_ms, struct err *e)
{
	struct bus_report reports[REPORTS];
	size_t count;
	if (bus_reports(s->publisher->frame->producer, wait_ms, reports, REPORTS, &count, e))
		return e->act;
	int act = 0;
	for (size_t i = 0; i < count && !act; i++)
		act = take_report(s, &reports[i], e);
	return act;
}

static int send_item(struct sending *s, const struct publication *item, struct err *e)
{
	struct frame *f = s->publisher->frame;
	struct bus_header headers[HEADERS_MAX];
	const struct bus_send send = {
	        .topic = f->topics[item->topic],
	        .partition = item->partition,
	        .key = item->key,
	        .value = item->value,
	        .headers = headers,
	        .headers_count = headers_of(item, headers),
	        .tag = s->publisher->next_tag++,
	};
	while (bus_produce(f->producer, &send, e)) {
		if (e->act != ERR_RETRY || clock_mono_ms() > s->until_ms)
			return e->act;
		if (take_reports(s, FULL_WAIT_MS, e)) /* makes room */
			return e->act;
	}
	return 0;
}

static int make_room(struct publisher *p, size_t count, struct err *e)
{
	if (count > p->acked_cap) {
		bool *more = realloc(p->is_acked, count * sizeof(*more));
		if (!more)
			return err_set(e, ERR_FATAL, "out_of_memory",
			        "out of memory for %zu publications", count);
		p->is_acked = more;
		p->acked_cap = count;
	}
	if (count)
		memset(p->is_acked, 0, count * sizeof(*p->is_acked));
	return 0;
}

static int send_all(struct sending *s, const struct publication *items, struct err *e)
{
	for (size_t i = 0; i < s->count; i++) {
		if (send_item(s, &items[i], e) == 0)
			continue;
		if (e->act == ERR_REJECT)
			s->bad = i;
		return e->act;
	}
	PROBE(publish_after_produce);
	while (s->acked < s->count) {
		int64_t left_ms = s->until_ms - clock_mono_ms();
		if (left_ms <= 0)
			return err_set(e, ERR_RETRY, "bus_unavailable",
			        "%zu of %zu items were not acknowledged in time",
			        s->count - s->acked, s->count);
		if (take_reports(s, (int)left_ms, e))
			return e->act;
	}
	PROBE(publish_after_ack);
	return 0;
}

int publisher_send(struct publisher *p, const struct publication *items, size_t count,
        size_t *out_bad, struct err *e)
{
	if (check_sizes(items, count, out_bad, e) || make_room(p, count, e))
		return e->act;
	struct sending s = {.publisher = p,
	        .first_tag = p->next_tag,
	        .count = count,
	        .until_ms = clock_mono_ms() + SEND_MS};
	int act = send_all(&s, items, e);
	if (act == ERR_REJECT)
		*out_bad = s.bad;
	telemetry_add(p->frame->telemetry, METRIC_PUBLISHED, (int64_t)s.acked);
	return act;
}

/* --- each item on its own --- */

struct each {
	struct publisher *publisher;
	const struct publication_set *set;
	uint64_t first_tag; /* of item 0 */
	size_t settled;
	int64_t until_ms;
	struct err why; /* of the first item that stays open */
	bool has_why;
};

static void settle(struct each *s, size_t i, enum publication_fate fate)
{
	bool *is_settled = s->publisher->is_acked;
	s->settled += !is_settled[i];
	is_settled[i] = true;
	s->set->fates[i] = fate;
}

static void leave_open(struct each *s, size_t i, const struct err *why)
{
	settle(s, i, PUBLICATION_OPEN);
	if (!s->has_why)
		s->why = *why;
	s->has_why = true;
}

static int settle_by_report(struct each *s, const struct bus_report *r, struct err *e)
{
	if (r->tag < s->first_tag) /* of a send that was abandoned */
		return 0;
	size_t i = (size_t)(r->tag - s->first_tag);
	struct err why;
	switch (r->act) {
	case 0:
		settle(s, i, PUBLICATION_ACKED);
		return 0;
	case ERR_REJECT:
		settle(s, i, PUBLICATION_REFUSED);
		return 0;
	case ERR_FATAL:
		return err_set_native(
		        e, ERR_FATAL, "bus_fatal", "librdkafka", r->native, "the producer is lost");
	default:
		(void)err_set_native(&why, ERR_RETRY, "bus_unavailable", "librdkafka", r->native,
		        "%s did not accept a message", topic_plan(s->set->items[i].topic)->suffix);
		leave_open(s, i, &why);
		return 0;
	}
}

static int settle_by_reports(struct each *s, int wait_ms, struct err *e)
{
	struct bus_report reports[REPORTS];
	size_t count;
	if (bus_reports(s->publisher->frame->producer, wait_ms, reports, REPORTS, &count, e))
		return e->act;
	int act = 0;
	for (size_t i = 0; i < count && !act; i++)
		act = settle_by_report(s, &reports[i], e);
	return act;
}

static int produce_each(struct each *s, size_t i, struct err *e)
{
	struct frame *f = s->publisher->frame;
	const struct publication *item = &s->set->items[i];
	struct bus_header headers[HEADERS_MAX];
	const struct bus_send send = {
	        .topic = f->topics[item->topic],
	        .partition = item->partition,
	        .key = item->key,
	        .value = item->value,
	        .headers = headers,
	        .headers_count = headers_of(item, headers),
	        .tag = s->first_tag + i,
	};
	if (bytes_of(item) > ITEM_MAX_BYTES) {
		settle(s, i, PUBLICATION_REFUSED);
		return 0;
	}
	while (bus_produce(f->producer, &send, e)) {
		bool is_full = strcmp(e->code, "bus_full") == 0;
		if (e->act == ERR_FATAL)
			return e->act;
		if (e->act == ERR_REJECT)
			settle(s, i, PUBLICATION_REFUSED);
		else if (!is_full || clock_mono_ms() > s->until_ms)
			leave_open(s, i, e);
		else if (settle_by_reports(s, FULL_WAIT_MS, e)) /* makes room */
			return e->act;
		else
			continue;
		return 0;
	}
	return 0;
}

static int produce_all(struct each *s, struct err *e)
{
	for (size_t i = 0; i < s->set->count; i++) {
		if (produce_each(s, i, e))
			return e->act;
	}
	PROBE(publish_after_produce);
	while (s->settled < s->set->count) {
		int64_t left_ms = s->until_ms - clock_mono_ms();
		if (left_ms <= 0)
			break;
		if (settle_by_reports(s, (int)left_ms, e))
			return e->act;
	}
	PROBE(publish_after_ack);
	return 0;
}

static int each_result(const struct each *s, struct err *e)
{
	size_t acked = 0, open = 0, first_open = 0;
	for (size_t i = s->set->count; i > 0; i--) {
		acked += s->set->fates[i - 1] == PUBLICATION_ACKED;
		if (s->set->fates[i - 1] != PUBLICATION_OPEN)
			continue;
		open++;
		first_open = i - 1;
	}
	telemetry_add(s->publisher->frame->telemetry, METRIC_PUBLISHED, (int64_t)acked);
	if (open == 0)
		return 0;
	if (s->has_why)
		*e = s->why;
	else
		(void)err_set(e, ERR_RETRY, "bus_unavailable",
		        "%s did not acknowledge within %d ms",
		        topic_plan(s->set->items[first_open].topic)->suffix, s->set->wait_ms);
	e->act = ERR_RETRY;
	return ERR_RETRY;
}

int publisher_send_each(struct publisher *p, const struct publication_set *set, struct err *e)
{
	if (make_room(p, set->count, e))
		return e->act;
	struct each s = {.publisher = p,
	        .set = set,
	        .first_tag = p->next_tag,
	        .until_ms = clock_mono_ms() + set->wait_ms};
	p->next_tag += set->count;
	for (size_t i = 0; i < set->count; i++)
		set->fates[i] = PUBLICATION_OPEN;
	int act = produce_all(&s, e);
	return act ? act : each_result(&s, e);
}

bool publisher_breathe(struct publisher *p)
{
	return !p->breathe || p->breathe(p->breathe_arg);
}

void publisher_count_removed(struct publisher *p, int64_t rows)
{
	telemetry_add(p->frame->telemetry, METRIC_REMOVED_ROWS, rows);
}
