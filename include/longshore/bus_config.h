/* SPDX-License-Identifier: Apache-2.0
 * How the brokers are reached: librdkafka's properties of TLS, SASL and sockets, from a file. */
#ifndef LONGSHORE_BUS_CONFIG_H
#define LONGSHORE_BUS_CONFIG_H

#include "longshore/err.h"

#include <stdbool.h>

/* Reads the file that LONGSHORE_KAFKA_CONFIG names (longshore/private_file.h); empty: none. Every
 * client that this process opens from then on has what it says. Before any thread; the last call
 * counts. ERR_FATAL ("bad_settings"): names file, line and remedy, never a value. */
int bus_config_read(const char *path, struct err *e) ERR_MUST_USE;

/* What is wanting in how connections to these brokers are protected, NULL if nothing is: static.
 * Brokers of this machine alone are no reason to complain. */
const char *bus_config_weakness(const char *brokers);

#endif
