/* SPDX-License-Identifier: Apache-2.0 */
#include "position.h"

#include <stdlib.h>

static int no_memory(struct err *e)
{
	return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for positions");
}

int positions_to_list(const struct bus_position *positions, size_t count,
        rd_kafka_topic_partition_list_t **out, struct err *e)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
	for (size_t i = 0; i < count; i++) {
		const struct bus_position *p = &positions[i];
		char topic[250];
		if (p->topic.n >= sizeof(topic)) {
			rd_kafka_topic_partition_list_destroy(list);
			return err_set(e, ERR_REJECT, "bad_topic",
			        "a topic's name of %zu bytes is too long", p->topic.n);
		}
		memcpy(topic, p->topic.p, p->topic.n);
		topic[p->topic.n] = '\0';
		rd_kafka_topic_partition_t *item =
		        rd_kafka_topic_partition_list_add(list, topic, p->partition);
		item->offset = p->offset < 0 ? RD_KAFKA_OFFSET_BEGINNING : p->offset;
		if (p->metadata.n == 0)
			continue;
		item->metadata = malloc(p->metadata.n + 1); /* freed with the list */
		if (!item->metadata) {
			rd_kafka_topic_partition_list_destroy(list);
			return no_memory(e);
		}
		memcpy(item->metadata, p->metadata.p, p->metadata.n);
		((char *)item->metadata)[p->metadata.n] = '\0';
		item->metadata_size = p->metadata.n;
	}
	*out = list;
	return 0;
}

int positions_of_list(
        const rd_kafka_topic_partition_list_t *list, struct bus_position **out, struct err *e)
{
	struct bus_position *positions = calloc((size_t)list->cnt + 1, sizeof(*positions));
	if (!positions)
		return no_memory(e);
	for (int i = 0; i < list->cnt; i++) {
		const rd_kafka_topic_partition_t *item = &list->elems[i];
		positions[i] = (struct bus_position){
		        .topic = str_c(item->topic),
		        .partition = item->partition,
		        .offset = item->offset < 0 ? -1 : item->offset,
		        .metadata = str_bytes(item->metadata, item->metadata_size),
		};
	}
	*out = positions;
	return 0;
}
