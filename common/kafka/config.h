/* SPDX-License-Identifier: Apache-2.0
 * What the file of LONGSHORE_KAFKA_CONFIG says, for the files of this folder. */
#ifndef COMMON_KAFKA_CONFIG_H
#define COMMON_KAFKA_CONFIG_H

#include "kafka.h"

/* A configuration to begin with; the caller destroys it, or rd_kafka_new takes it. */
rd_kafka_conf_t *config_new(void);
bool config_is_read(void);
bool config_has_client_id(void);
/* The file may set it, if librdkafka knows it. */
bool config_permits(const char *name);

#endif
