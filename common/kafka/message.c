/* SPDX-License-Identifier: Apache-2.0 */
#include "message.h"

#include <stdlib.h>

struct message {
	struct bus_message seen;
	rd_kafka_message_t *raw;
	struct bus_header headers[];
};

int message_wrap(rd_kafka_message_t *raw, const struct bus_message **out, struct err *e)
{
	rd_kafka_headers_t *list = NULL;
	size_t count = 0;
	if (raw->err) {
		(void)kafka_err(e, raw->err, "read: %s", rd_kafka_message_errstr(raw));
		rd_kafka_message_destroy(raw);
		return e->act;
	}
	if (!rd_kafka_message_headers(raw, &list))
		count = rd_kafka_header_cnt(list);
	struct message *m = calloc(1, sizeof(*m) + count * sizeof(m->headers[0]));
	if (!m) {
		rd_kafka_message_destroy(raw);
		return err_set(
		        e, ERR_FATAL, "out_of_memory", "out of memory for a message's headers");
	}
	for (size_t i = 0; i < count; i++) {
		const char *name = NULL;
		const void *value = NULL;
		size_t size = 0;
		(void)rd_kafka_header_get_all(list, i, &name, &value, &size); /* i is in range */
		m->headers[i] =
		        (struct bus_header){str_c(name), str_bytes(value, value ? size : 0)};
	}
	rd_kafka_timestamp_type_t type;
	m->raw = raw;
	m->seen = (struct bus_message){
	        .topic = str_c(rd_kafka_topic_name(raw->rkt)),
	        .partition = raw->partition,
	        .offset = raw->offset,
	        .timestamp_ms = rd_kafka_message_timestamp(raw, &type),
	        .key = str_bytes(raw->key, raw->key ? raw->key_len : 0),
	        .value = str_bytes(raw->payload, raw->payload ? raw->len : 0),
	        .headers = m->headers,
	        .headers_count = count,
	};
	*out = &m->seen;
	return 0;
}

void bus_message_free(const struct bus_message *m)
{
	if (!m)
		return;
	struct message *whole = (struct message *)(uintptr_t)m; /* `seen` is its first member */
	rd_kafka_message_destroy(whole->raw);
	free(whole);
}
