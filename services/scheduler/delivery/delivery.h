/* SPDX-License-Identifier: Apache-2.0
 *
 * A delivery (or a build) and its tasks, as the database stores them and as decide sees them.
 * Plain values; the arena of the batch owns the texts.
 */
#ifndef SCHEDULER_DELIVERY_H
#define SCHEDULER_DELIVERY_H

#include "longshore/events.h"
#include "longshore/states.h"
#include "longshore/topics.h"

enum delivery_kind { KIND_DELIVERY, KIND_BUILD };

const char *delivery_kind_name(enum delivery_kind kind);

struct delivery {
	struct str id;
	enum delivery_kind kind;
	struct str tenant, route, audience, destination; /* for a build, route is the bridge */
	enum delivery_state state;
	struct str reason;
	int32_t revision;       /* from 1 */
	int64_t version;        /* of the last decision: timeline << 40 | n */
	int64_t status_version; /* of the last stored status */
	int64_t due_ms;         /* 0 = none */
	int64_t planned_ms;     /* time of the plan or trigger: orders the deliveries of a route,
	                           names files */
	struct str spec_hash;
	int64_t created_ms, changed_ms;
	int32_t tasks_out, destination_tasks_out; /* issued; of these, at the destination */
	struct ev_delivery_memory memory;
};

bool stage_parse(struct str name, enum stage *out);

enum task_status { TASK_WAITING, TASK_ISSUED, TASK_DONE, TASK_DROPPED };
const char *task_status_name(enum task_status status);
bool task_status_parse(struct str name, enum task_status *out);

/* ready_ms of a task that waits for a person. */
#define TASK_NEVER_MS INT64_C(253402214400000) /* 9999-12-31 */

union task_event {
	struct ev_task_head head; /* every event begins with it */
	struct ev_build_task build;
	struct ev_bridge_task bridge;
	struct ev_format_task format;
	struct ev_upload_task upload;
};

struct task_row {
	struct str id;
	int32_t revision;
	enum stage stage;
	int32_t index;
	struct str lane;
	struct str destination; /* empty: the destination's caps do not apply */
	int32_t issue;          /* 0 = never issued */
	int32_t attempts;       /* issues that counted as failed attempts */
	enum task_status status;
	int64_t ready_ms;
	int64_t not_after_ms; /* of the current issue */
	int64_t issued_ms;    /* time of an issue in this decision; else 0 */

	struct str event;                    /* encoded, without the spec; absent if not loaded */
	const union task_event *made;        /* of a new row: its event, without the spec */
	struct str result_bytes;             /* accepted in this decision: the bytes as read */
	const struct ev_task_result *result; /* accepted, decoded; NULL if not loaded */

	bool is_new;        /* to be inserted */
	bool is_changed;    /* to be updated */
	bool is_issued_now; /* to be published */
};

/* --- what deliveries share --- */

/* What a route remembers from one delivery to the next. */
struct route_head {
	bool exists;
	struct str holder;
	struct str delivery_id, bridge_version, content_hash; /* last accepted; empty = none */
	int64_t members;
	struct ev_staged_ref *baseline; /* NULL = none */
	bool force_full;
	struct str lists; /* format of DeliveryMemory.base_lists */
};

/* A file name that a delivery takes. It is never released. */
struct name_claim {
	struct str path, file_id;
};

/* A version that a build made. */
struct bridge_row {
	struct str version;
	int64_t key_epoch, records, persons, built_ms;
};

/* The circuit breaker of one place. All deliveries into the same bucket share it, whatever their
 * destination. */
struct breaker {
	int32_t failures; /* uploads in a row that found it unavailable, or were never answered */
	int32_t rests;    /* failed probes in a row: each doubles the pause */
	int64_t open_until_ms;
	struct str prober, probe; /* delivery and task that probe it; empty = none */
	bool is_changed;
};

/* The part of the memory that is stored. In flight: all of it. In a final state: what the status
 * needs, and which requests of people were handled. */
struct ev_delivery_memory delivery_lasting(const struct delivery *x);

/* The suppression lists for a route's head, in the format of DeliveryMemory.base_lists. */
struct str delivery_lists_text(const struct ev_delivery_memory *m, struct arena *mem);

/* Facts and counts of a result. An absent fact is an absent slice. An absent or implausible count
 * or time is -1 (longshore/event.h). */
struct str done_fact(const struct ev_task_result *result, struct str name);
int64_t done_fact_time(const struct ev_task_result *result, struct str name);
int64_t done_fact_number(const struct ev_task_result *result, struct str name);
int64_t done_count(const struct ev_task_result *result, struct str name);
const struct ev_staged_ref *done_output(const struct ev_task_result *result, struct str kind);

/* timeline << 40 | n. Versions only grow, even when a standby is promoted. */
int64_t version_next(int64_t version, int64_t timeline);

#endif
