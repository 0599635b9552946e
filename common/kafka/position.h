/* SPDX-License-Identifier: Apache-2.0
 *
 * Converts our positions to librdkafka's lists and back.
 */
#ifndef COMMON_KAFKA_POSITION_H
#define COMMON_KAFKA_POSITION_H

#include "kafka.h"

/* The caller destroys *out. Offset -1 means "from the beginning". */
int positions_to_list(const struct bus_position *positions, size_t count,
        rd_kafka_topic_partition_list_t **out, struct err *e) ERR_MUST_USE;

/* Slices point into the list; free() the array. A negative offset (nothing committed) becomes -1.
 * An empty list also gives an array. */
int positions_of_list(const rd_kafka_topic_partition_list_t *list, struct bus_position **out,
        struct err *e) ERR_MUST_USE;

#endif
