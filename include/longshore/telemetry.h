/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters and the admin port: /healthz (the loop ran within the last 30 s), /readyz (as
 * telemetry_ready set it), /metrics (Prometheus text). Counters are a fixed array with a table of
 * names. Any thread may add; adding is lock-free. */
#ifndef LONGSHORE_TELEMETRY_H
#define LONGSHORE_TELEMETRY_H

#include "longshore/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE };

struct metric {
	const char *name; /* longshore_tasks_done_total */
	const char *help;
	enum metric_kind kind;
	const char *label; /* "outcome=\"retry\"", NULL = none */
};

struct telemetry;

/* metrics: static table; a metric's number is its index. service must be static; it is the label
 * service="...". */
int telemetry_start(const char *service, const char *listen, const struct metric *metrics,
        size_t count, struct telemetry **out,
        struct err *e) ERR_MUST_USE;           /* listen empty: counts only, no port */
void telemetry_stop(struct telemetry *t);      /* accepts NULL */
int telemetry_port(const struct telemetry *t); /* actual port; 0 = none */

void telemetry_add(struct telemetry *t, size_t metric, int64_t by);
void telemetry_set(struct telemetry *t, size_t metric, int64_t value);
void telemetry_alive(struct telemetry *t, int64_t now_mono_ms); /* call in each turn of the loop */
void telemetry_ready(struct telemetry *t, bool ready);

#endif
