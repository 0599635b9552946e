/* SPDX-License-Identifier: Apache-2.0
 *
 * The decider: a pure function (delivery, its tasks, facts, events) -> (delivery, tasks,
 * effects). It reads no clock, environment, file or random source. It never fails: if a delivery
 * cannot go on, the result is a hold or a final state with a reason.
 *
 * If a fact is missing, it sets `needs` and nothing else. The caller gathers the fact and calls
 * it again with the same input.
 */
#ifndef SCHEDULER_DECIDE_H
#define SCHEDULER_DECIDE_H

#include "delivery/brief.h"
#include "delivery/lookup.h"

#include "longshore/tz.h"

#include "longshore/spec_part.h"

/* Settings that decisions depend on. */
struct decide_rules {
	int64_t min_audience; /* every delivery has at least this many people: longshore/floor.h */
	int64_t not_after_ms; /* a worker starts an issue at most this long after it was made */
	int64_t alarm_ms;     /* after not_after: then the issue counts as lost */
	int64_t backoff_ms;   /* first pause after a retry; doubles each time */
	int64_t backoff_max_ms;
	int64_t hold_check_ms; /* interval between checks of a hold that releases itself */
	int64_t confirm_ms;    /* interval at which a final status is published again until it was
	                        read back */
	int64_t cap_wait_ms;   /* a delivery that waits for a place under a cap or at a destination
	                        checks again at least this often */
	int32_t wave;          /* maximum of tasks of one delivery that one decision issues */
	int32_t tasks_max;     /* maximum of tasks in one stage */
	int32_t breaker_failures; /* failed uploads in a row that open the breaker of a place */
	int64_t breaker_open_ms;  /* first pause of an open breaker; doubles each time */
	int64_t breaker_open_max_ms;
	int64_t lists_fresh_ms; /* while no file is visible, an upload is issued at most this long
	                           after the last look at the suppression lists */
};

/* A frozen configuration. If spec is NULL, `fault` says why there is none. */
struct frozen {
	const struct spec *spec;
	struct str json, hash;
	struct {
		struct str json, hash;
	} parts[SPEC_READERS];                   /* the part that each service gets */
	const struct tz *route_zone, *file_zone; /* NULL: unknown zone */
	struct str fault;
	struct str applied_by; /* the person who applied the route last */
};

enum decide_kind {
	DECIDE_REQUEST, /* deliver or build */
	DECIDE_CANCEL,
	DECIDE_APPROVE,
	DECIDE_REJECT,
	DECIDE_RESUME,
	DECIDE_RESULT,
	DECIDE_DUE,
	DECIDE_WAKE, /* what a hold waits for can have happened */
	DECIDE_FAIL  /* one of its events can never be published */
};

struct request {
	enum delivery_kind kind;
	struct str tenant, route; /* route or bridge */
	struct str cause_kind, cause, epoch;
	struct str requested_by;
	struct str label; /* only for a cadence */
	int64_t planned_ms;
};

struct decide_event {
	enum decide_kind kind;
	struct str identity;    /* of the trigger */
	struct request request; /* REQUEST; other kinds use only the tenant */
	struct frozen frozen;   /* REQUEST, RESUME */
	struct str actor, note;
	struct str content_hash; /* APPROVE, REJECT, RESUME: absent = the current one */
	enum ev_resolution resolution;
	bool new_place; /* RESUME: accept the place that was found at the bucket's URL */
	const struct ev_task_result *result;
	struct str result_bytes;
	struct str reason, detail; /* FAIL */
};

enum need {
	/* Rows that wait or are issued. Of each kind (issued; waiting uploads; other waiting rows)
	 * there are one more than a wave, earliest time first. If an upload was issued and not
	 * answered, it is among them. Rows that are left out have nothing to do yet. */
	NEED_UNFINISHED = 1,
	NEED_STAGES = 2, /* briefs of all tasks of `need_stages` of this revision that have rows */
	NEED_HEAD = 4,
	NEED_BRIDGE = 8,
	NEED_CLAIMS = 16, /* is a name of `claims` taken by another delivery? */
	NEED_QUOTAS = 32,
	NEED_PLACE = 64,   /* is the breaker of its bucket open? */
	NEED_PARTS = 128,  /* briefs of `parts_count` parts from index `parts_from` on */
	NEED_WAITING = 256 /* waiting rows of `need_waiting` of this revision */
};

/* Deliveries that have a place under a quota: those that began to upload in the UTC hour or day of
 * now_ms, and those that can begin at any moment. */
struct quota_use {
	int64_t hour, day;
	int64_t ahead; /* earlier deliveries that wait, too, and can have a place now */
};

struct facts {
	int64_t now_ms; /* the database's clock */
	int64_t timeline;
	struct frozen frozen;            /* the delivery's spec */
	unsigned known;                  /* enum need: facts that were gathered */
	uint32_t stages, waiting;        /* one bit per stage: NEED_STAGES, NEED_WAITING are
	                                    known */
	int32_t parts_from, parts_count; /* with NEED_PARTS */
	bool knows_open;                 /* with NEED_UNFINISHED: all open rows are here */
	struct briefs briefs[STAGE_COUNT];
	struct str bridge_version; /* the newest; empty = none was built */
	int64_t bridge_built_ms, bridge_persons;
	struct route_head head;
	bool newer_waits; /* a newer delivery of the route waits, held for overlap */
	struct str
	        claimed_path; /* one of `claims` that belongs to another delivery; absent = none */
	struct quota_use tenant_quota, destination_quota; /* the tenant's; the tenant's at the
	                                                     destination */
	bool place_rests;                                 /* no upload can go to its bucket now */
};

/* What a ready task waits for. */
enum wait_kind {
	WAIT_NOTHING,
	WAIT_TENANT,      /* a place under the tenant's cap */
	WAIT_DESTINATION, /* a place under the destination's cap */
	WAIT_PLACE        /* the bucket to be available again: its breaker is open */
};

struct staged_list { /* written before the transaction; content-addressed */
	struct str name, bytes;
};

/* What this decision changes in the record of the place at the bucket's URL. */
struct place_news {
	struct str seen;     /* if not empty: an uploader was asked and found this place */
	struct str accepted; /* if not absent: a person replaces `replaced` with this one; empty:
	                        ask an uploader again */
	struct str replaced, accepted_by;
};

enum head_move { HEAD_STAYS, HEAD_TAKE, HEAD_RELEASE, HEAD_ADVANCE };
enum quota_move {
	QUOTA_STAYS,
	QUOTA_WAITS,  /* waits in the queue; can have a place from quota_from_ms on */
	QUOTA_TAKES,  /* begins to upload: the caller checks the limits again, under a lock */
	QUOTA_RETURNS /* from issue.c: its bucket is unavailable, so it no longer counts */
};

struct decide_input {
	const struct delivery *before; /* state ABSENT: only the id is set */
	const struct task_row *rows;   /* at least those that the events' results name */
	size_t rows_count;
	const struct decide_event *events;
	size_t events_count;
	const struct facts *facts;
	const struct decide_rules *rules;
	struct arena *mem;
	const struct lookup *row_places; /* by task id: a size_t, the index in rows; NULL: rows are
	                                    searched one by one */
	struct task_row *work; /* room for the decision's rows; if too small, decide allocates its
	                          own */
	size_t work_room;
};

struct decision {
	unsigned needs; /* not 0: a fact is missing; only the fields of needs count */
	uint32_t need_stages, need_waiting;
	int32_t parts_from, parts_count;

	struct delivery after;
	bool is_changed;       /* store the row, under a new version */
	bool wants_status;     /* and publish its snapshot */
	bool answers;          /* even if it says the same as before: a person waits for an
	                          answer */
	bool republish;        /* publish the stored final status again, unchanged */
	struct task_row *rows; /* the given rows, then new ones */
	size_t rows_count;
	size_t rows_room;
	bool drops_unfinished;  /* drop all rows that wait or are issued, before new ones are
	                           inserted */
	struct frozen new_spec; /* if json is present: store it */
	struct staged_list *lists;
	size_t lists_count;
	struct ev_receipt *receipts;
	size_t receipts_count;
	struct ev_audit_record *audits;
	size_t audits_count;
	struct name_claim *claims; /* with NEED_CLAIMS: look them up; else take them */
	size_t claims_count;
	enum quota_move quota;
	int64_t quota_from_ms;
	enum head_move head;
	bool forces_full; /* with HEAD_RELEASE */
	const struct bridge_row *bridge;
	struct place_news place;
	int32_t uploads_up, uploads_down; /* results at the place, for its breaker */
	enum wait_kind waits_for;         /* set by issue.c, like the fields below */
	bool waits_on; /* not all rows were loaded, so it still waits for what it waited for */
	int32_t issued;
	bool wakes_route;  /* other deliveries of the route can go on */
	bool wakes_bridge; /* deliveries that wait for the bridge can go on */
};

void decide(const struct decide_input *in, struct decision *out);

/* Wide phases, in which not all tasks have rows: the stage of their tasks; how many rows are not
 * done; the limit of that number, if the phase began as a wide one; how many rows the next look
 * makes. */
bool decide_is_wide(const struct delivery *x);
enum stage decide_wide_stage(const struct delivery *x);
int32_t decide_open(const struct delivery *x);
int32_t decide_open_max(const struct decide_rules *rules);
int32_t decide_makes(const struct delivery *x, const struct decide_rules *rules);

/* End of the blackout at this moment, Unix ms; 0: none. */
int64_t decide_blackout_end(const struct frozen *frozen, int64_t now_ms);
bool decide_has_quota(const struct spec_limits *limits);
/* True if an upload must wait for a look at the suppression lists. spec can be NULL. */
bool decide_wants_look(const struct delivery *x, const struct spec *spec,
        const struct decide_rules *rules, int64_t now_ms);
/* Adds that look after the rows of a decision, in place of an upload that is ready. Of the facts
 * only the time is used. */
void decide_add_look(struct decision *decision, const struct frozen *frozen,
        const struct facts *facts, struct arena *mem);

#endif
