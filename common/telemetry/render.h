/* SPDX-License-Identifier: Apache-2.0
 *
 * Renders metrics in Prometheus' text format. Pure.
 */
#ifndef COMMON_TELEMETRY_RENDER_H
#define COMMON_TELEMETRY_RENDER_H

#include "longshore/buf.h"
#include "longshore/telemetry.h"

#include <stdatomic.h>
#include <stddef.h>

/* HELP and TYPE appear once per run of equal names. Every line has the label service="...". */
int render_metrics(const char *service, const struct metric *metrics,
        const atomic_int_fast64_t *values, size_t count, struct buf *out,
        struct err *e) ERR_MUST_USE;

#endif
