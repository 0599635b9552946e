/* SPDX-License-Identifier: Apache-2.0
 *
 * The contents of the file that LONGSHORE_KAFKA_CONFIG names, for the other files of this folder.
 */
#ifndef COMMON_KAFKA_CONFIG_H
#define COMMON_KAFKA_CONFIG_H

#include "kafka.h"

/* A configuration to start from. The caller destroys it or passes it to rd_kafka_new, which takes
 * ownership. */
rd_kafka_conf_t *config_new(void);
bool config_is_read(void);
bool config_has_client_id(void);
/* Whether the file can set this property, provided librdkafka knows it. */
bool config_permits(const char *name);

#endif
