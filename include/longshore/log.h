/* SPDX-License-Identifier: Apache-2.0
 *
 * One JSON object per line: ts, level, svc, event and msg first, then the given fields. `event` is
 * a word of log_events.h ("worker.started") that alerts can rely on. Values from outside are
 * escaped and cut at 1,024 bytes. Only loops and main functions log; libraries return errors. Safe
 * from several threads, because a line is one write(2).
 */
#ifndef LONGSHORE_LOG_H
#define LONGSHORE_LOG_H

#include "longshore/err.h"
#include "longshore/str.h"

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
	const char *key; /* static, lower case: delivery_id task_id topic partition offset attempt
	                    dur_ms ... */
	struct str text; /* used when is_number is false; absent text prints null */
	int64_t number;
	bool is_number;
};

#define LOG_TEXT(k, s) ((struct log_field){.key = (k), .text = (s)})
#define LOG_NUM(k, v) ((struct log_field){.key = (k), .number = (v), .is_number = true})

/* Call once, before threads start. service must be static. fd receives the lines (1 for services, 2
 * for the command). */
void log_start(const char *service, enum log_level least, int fd);
bool log_level_parse(struct str name, enum log_level *out); /* debug info warn error */

void log_write(enum log_level level, const char *event, const char *msg,
        const struct log_field *fields, size_t count);
#define LOG_LINE(level, event, msg, ...) \
	log_write((level), (event), (msg), (const struct log_field[]){__VA_ARGS__}, \
	        sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

/* One line for a failure: act, code, source, native, the text as msg, and the fields. */
void log_err(enum log_level level, const char *event, const struct err *e,
        const struct log_field *fields, size_t count);

#endif
