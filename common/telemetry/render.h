/* SPDX-License-Identifier: Apache-2.0
 * Prometheus' text form. Pure. */
#ifndef COMMON_TELEMETRY_RENDER_H
#define COMMON_TELEMETRY_RENDER_H

#include "longshore/buf.h"
#include "longshore/telemetry.h"

#include <stdatomic.h>
#include <stddef.h>

/* HELP and TYPE once for a run of equal names; label service="..." on every line. */
int render_metrics(const char *service, const struct metric *metrics,
        const atomic_int_fast64_t *values, size_t count, struct buf *out,
        struct err *e) ERR_MUST_USE;

#endif
