/* SPDX-License-Identifier: Apache-2.0
 * How to reach the brokers: librdkafka's properties for TLS, SASL and sockets, from a file. */
#ifndef LONGSHORE_BUS_CONFIG_H
#define LONGSHORE_BUS_CONFIG_H

#include "longshore/err.h"

#include <stdbool.h>

/* Reads the file named by LONGSHORE_KAFKA_CONFIG (longshore/private_file.h); empty: none. Its
 * properties apply to every client that this process opens later. Call before any thread starts;
 * the last call wins. ERR_FATAL ("bad_settings") names file, line and remedy, never a value. */
int bus_config_read(const char *path, struct err *e) ERR_MUST_USE;

/* Static text that says what protection connections to these brokers lack; NULL if they lack
 * nothing, or if all brokers are on this machine. */
const char *bus_config_weakness(const char *brokers);

#endif
