/* SPDX-License-Identifier: Apache-2.0
 *
 * Turns librdkafka's messages into struct bus_message.
 */
#ifndef COMMON_KAFKA_MESSAGE_H
#define COMMON_KAFKA_MESSAGE_H

#include "kafka.h"

/* Takes ownership of raw. If raw is an error event, destroys it and returns the error. */
int message_wrap(
        rd_kafka_message_t *raw, const struct bus_message **out, struct err *e) ERR_MUST_USE;

#endif
