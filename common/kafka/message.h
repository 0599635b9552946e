/* SPDX-License-Identifier: Apache-2.0
 * A message of librdkafka's as a struct bus_message. */
#ifndef COMMON_KAFKA_MESSAGE_H
#define COMMON_KAFKA_MESSAGE_H

#include "kafka.h"

/* Takes raw: a message, or destroys it and answers with the error that it is. */
int message_wrap(
        rd_kafka_message_t *raw, const struct bus_message **out, struct err *e) ERR_MUST_USE;

#endif
