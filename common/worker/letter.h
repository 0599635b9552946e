/* SPDX-License-Identifier: Apache-2.0
 * Encodes what a loop reports about a message: results and dead letters. For the loop's thread. */
#ifndef COMMON_WORKER_LETTER_H
#define COMMON_WORKER_LETTER_H

#include "longshore/bus.h"
#include "longshore/event.h"
#include "longshore/events.h"

enum { LETTER_MEM_BYTES = 16 << 20 }; /* enough for letter_dead of any message */

struct verdict {
	enum ev_outcome outcome;
	const char *reason; /* NULL: none */
	const char *detail; /* NULL: none */
	int64_t not_before_ms;
	const struct ev_fact *facts;
	size_t facts_count;
};

struct letter_times {
	int64_t started_ms;
	int64_t finished_ms;
};

/* Clears wire, and encodes *fields (NULL: only the verdict's facts) under the head. ERR_REJECT
 * ("too_large", ...): it cannot be encoded. */
int letter_result(const struct ev_task_head *head, const struct ev_task_result *fields,
        const struct verdict *verdict, const char *who, const struct letter_times *times,
        struct buf *wire, struct err *e) ERR_MUST_USE;

/* Encodes a stored result of this task again, with the head's issue. ERR_REJECT
 * ("result_unreadable") if it is not a result of this task. */
int letter_again(const struct ev_task_head *head, struct ev_task_result *stored, struct buf *wire,
        struct err *e) ERR_MUST_USE;

struct death {
	const char *service;
	const char *reason;
	const char *detail;
	int deaths;
	const struct ev_task_head *head; /* NULL: not decoded */
	int64_t now_ms;
};
/* Encodes the whole message. If that is too large for a message, it is truncated, and the
 * detail says so. */
int letter_dead(const struct bus_message *m, const struct death *death, struct arena *mem,
        struct buf *wire, struct err *e) ERR_MUST_USE;

/* Value of a header, absent if there is none. */
struct str letter_header(const struct bus_message *m, struct str name);

/* Parts of a message that are forwarded with our reports. Foreign bytes are bounded, so that
 * the broker accepts them. Absent: there is none, or it is too long. */
struct str letter_traceparent(const struct bus_message *m);
struct str letter_key(const struct bus_message *m);

#endif
