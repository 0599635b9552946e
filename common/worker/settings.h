/* SPDX-License-Identifier: Apache-2.0
 * The settings of every service, and those of task services. */
#ifndef COMMON_WORKER_SETTINGS_H
#define COMMON_WORKER_SETTINGS_H

#include "longshore/worker.h"

struct settings_want {
	const char *service; /* its name; LONGSHORE_<NAME>_... can only be its own settings */
	bool is_task_service;
	const char *threads;          /* default of LONGSHORE_THREADS; NULL: as in the table */
	const char *cache_dir;        /* default of LONGSHORE_CACHE_DIR; NULL: as in the table */
	const struct conf_field *own; /* the service's own; can be NULL */
	size_t own_count;
};

/* Reads all tables before it fails, so that all mistakes are reported at once: ERR_FATAL
 * ("bad_settings"), one line each in `report`. */
int settings_read(const struct settings_want *want, struct worker_conf *common, void *own,
        struct arena *mem, struct buf *report, struct err *e) ERR_MUST_USE;
int settings_help(const struct settings_want *want, struct buf *out, struct err *e) ERR_MUST_USE;

#endif
