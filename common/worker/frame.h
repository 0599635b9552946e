/* SPDX-License-Identifier: Apache-2.0
 * The environment of both loops: settings, logs, signals, telemetry, producer, names. One per
 * process. */
#ifndef COMMON_WORKER_FRAME_H
#define COMMON_WORKER_FRAME_H

#include "metrics.h"
#include "settings.h"
#include "wake.h"

enum { FRAME_WHO_BYTES = 160 };

struct frame {
	const char *name; /* of the service */
	struct worker_conf conf;
	void *own_conf;   /* the service's struct, NULL if it has none */
	struct arena mem; /* of settings and names */
	struct wake wake;
	struct telemetry *telemetry;
	struct bus_producer *producer;  /* wakes the loop */
	struct str topics[TOPIC_COUNT]; /* full names */
	const char *group;
	char who[FRAME_WHO_BYTES]; /* service, host and process, for results */
};

struct frame_plan {
	const char *name;
	struct settings_want want;
	size_t own_bytes;
};

/* -1: continue; otherwise the process's exit code (help was requested, or an error was
 * reported). */
int frame_open(struct frame *f, const struct frame_plan *plan, int argc, char **argv);
void frame_close(struct frame *f);

/* Waits until all topics exist that the service reads or writes, so that they are known before
 * the first message is sent. false: the process was asked to stop, or the producer is lost
 * (then *e says so). */
bool frame_await_service(struct frame *f, const struct service_plan *plan, struct err *e);

/* Increments the metric. */
static inline void frame_count(struct frame *f, enum worker_metric metric)
{
	telemetry_add(f->telemetry, metric, 1);
}

#endif
