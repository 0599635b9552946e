/* SPDX-License-Identifier: Apache-2.0
 * Positions of ours to and from librdkafka's lists. */
#ifndef COMMON_KAFKA_POSITION_H
#define COMMON_KAFKA_POSITION_H

#include "kafka.h"

/* The caller destroys *out. Offset -1 becomes "from the beginning". */
int positions_to_list(const struct bus_position *positions, size_t count,
        rd_kafka_topic_partition_list_t **out, struct err *e) ERR_MUST_USE;

/* Slices point into the list; free() the array. A negative offset of librdkafka's (none committed)
 * becomes -1. An empty list gives an array too. */
int positions_of_list(const rd_kafka_topic_partition_list_t *list, struct bus_position **out,
        struct err *e) ERR_MUST_USE;

#endif
