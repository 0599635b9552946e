/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_TELEMETRY_LISTEN_H
#define COMMON_TELEMETRY_LISTEN_H

#include "longshore/err.h"

/* Opens a listening socket in *out_fd. address: "host:port", "[v6]:port" or ":port" (all
 * addresses); port 0 = any free port. */
int listen_at(const char *address, int *out_fd, int *out_port, struct err *e) ERR_MUST_USE;

#endif
