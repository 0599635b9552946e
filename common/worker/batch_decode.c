/* SPDX-License-Identifier: Apache-2.0
 * Decodes messages into a batch. A message that cannot be decoded becomes a dead letter,
 * acknowledged before anything is committed. */
#include "batch_loop.h"

#include "letter.h"

#include "longshore/clock.h"
#include "longshore/log_events.h"

enum { BATCH_MAX_BYTES = 8 << 20, DECODED_MAX_BYTES = 128 << 20 };

int batch_set_aside(
        struct batch_loop *l, const struct bus_message *m, const struct err *why, struct err *e)
{
	const struct death death = {.service = l->service->plan->name,
	        .reason = why->code,
	        .detail = why->text,
	        .now_ms = clock_unix_ms()};
	const struct log_field fields[] = {LOG_TEXT("topic", m->topic),
	        LOG_NUM("partition", m->partition), LOG_NUM("offset", m->offset)};
	struct arena mem;
	struct buf wire;
	arena_init(&mem, LETTER_MEM_BYTES);
	buf_init(&wire, EVENT_MAX_BYTES);
	int act = letter_dead(m, &death, &mem, &wire, e);
	if (act == 0) {
		size_t bad;
		const struct publication item = {.topic = TOPIC_DEADLETTERS,
		        .partition = -1,
		        .key = letter_key(m),
		        .value = buf_str(&wire),
		        .type = str_c(ev_type_name(&ev_dead_letter_type)),
		        .traceparent = letter_traceparent(m)};
		act = publisher_send(&l->publisher, &item, 1, &bad, e);
	}
	if (act == 0) {
		frame_count(l->frame, METRIC_DEADLETTERS);
		LOG_ERR(WORKER_DEAD_LETTER, why, fields, 3);
	}
	buf_release(&wire);
	arena_release(&mem);
	return act == ERR_REJECT ? ERR_FATAL : act;
}

static int decode_one(struct batch_loop *l, const struct bus_message *m, struct batch_message *out,
        struct err *why)
{
	void *event;
	*out = (struct batch_message){.topic = TOPIC_COUNT,
	        .partition = m->partition,
	        .offset = m->offset,
	        .timestamp_ms = m->timestamp_ms,
	        .key = m->key,
	        .raw = m->value};
	for (size_t i = 0; i < l->service->plan->reads_count; i++) {
		if (str_eq(l->frame->topics[l->service->plan->reads[i]], m->topic))
			out->topic = l->service->plan->reads[i];
	}
	if (!m->value.p)
		return err_set(why, ERR_REJECT, "undecodable", "the message has no value");
	if (reading_decode_any(&l->schema_source, m->value, &l->decoded, &out->type, &event, why))
		return why->act;
	out->event = event;
	if (topic_may_hold(out->topic, out->type))
		return 0;
	return err_set(why, ERR_REJECT, "wrong_type", "a %s does not belong on this topic",
	        ev_type_name(out->type));
}

int batch_decode(struct batch_loop *l, struct err *e)
{
	size_t taken = 0;
	size_t count = 0;
	size_t bytes = 0;
	arena_reset(&l->decoded);
	for (; taken < l->messages_count && taken < l->service->batch_max; taken++) {
		const struct bus_message *m = l->messages[taken];
		struct err why;
		bytes += m->value.n;
		bool has_room =
		        bytes <= BATCH_MAX_BYTES && l->decoded.used_bytes <= DECODED_MAX_BYTES;
		if (taken && !has_room)
			break;
		l->origins[count] = m;
		int act = decode_one(l, m, &l->views[count], &why);
		if (act == 0)
			count++;
		else if (act == ERR_REJECT)
			act = batch_set_aside(l, m, &why, e);
		else
			*e = why;
		if (act)
			return act;
	}
	l->views_taken = taken;
	l->views_count = count;
	l->is_singly = false;
	return 0;
}
