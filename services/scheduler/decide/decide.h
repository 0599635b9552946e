/* SPDX-License-Identifier: Apache-2.0
 *
 * The one decider. A pure function: (delivery, its tasks, facts, events) -> (delivery, tasks, what
 * to tell the world). It reads no clock, no environment, no file and no random source; it never
 * fails: what cannot go on becomes a hold or a final state with a reason.
 *
 * Where a fact is missing it answers `needs` and nothing else; the caller gathers the fact and
 * decides again from the same beginning.
 */
#ifndef SCHEDULER_DECIDE_H
#define SCHEDULER_DECIDE_H

#include "delivery/brief.h"
#include "delivery/lookup.h"

#include "longshore/tz.h"

#include "longshore/spec_part.h"

/* Settings that decisions depend on. */
struct decide_rules {
	int64_t min_audience; /* no delivery has fewer people: longshore/floor.h */
	int64_t not_after_ms; /* an issue is not started later than this after it was made */
	int64_t alarm_ms;     /* after not_after: the issue counts as lost */
	int64_t backoff_ms;   /* first pause after a retry; doubles */
	int64_t backoff_most_ms;
	int64_t hold_check_ms; /* interval between checks of a hold that releases itself */
	int64_t confirm_ms;  /* a final status is published again so often until it was read back */
	int64_t cap_wait_ms; /* who waits for a place under a cap or at a destination looks by
	                        itself at least so often */
	int32_t wave;        /* tasks of one delivery issued in one decision at most */
	int32_t tasks_most;  /* tasks of one stage at most */
	int32_t breaker_failures; /* uploads in a row that found a place away until its breaker
	                             opens */
	int64_t breaker_open_ms;  /* first rest of the breaker; doubles */
	int64_t breaker_open_most_ms;
	int64_t lists_fresh_ms; /* while nothing is visible, an upload is issued so long after the
	                           last look at the suppression lists, and not later */
};

/* A frozen configuration; or, with spec == NULL, why there is none. */
struct frozen {
	const struct spec *spec;
	struct str json, hash;
	struct {
		struct str json, hash;
	} parts[SPEC_READERS];                   /* what each service is given */
	const struct tz *route_zone, *file_zone; /* NULL: the zone is not known here */
	struct str fault;
	struct str applied_by; /* who applied the route last */
};

enum decide_kind {
	DECIDE_REQUEST, /* deliver or build */
	DECIDE_CANCEL,
	DECIDE_APPROVE,
	DECIDE_REJECT,
	DECIDE_RESUME,
	DECIDE_RESULT,
	DECIDE_DUE,
	DECIDE_WAKE, /* what a hold waits for may have come */
	DECIDE_FAIL  /* one of its events can never be published */
};

struct request {
	enum delivery_kind kind;
	struct str tenant, route; /* or the bridge */
	struct str cause_kind, cause, epoch;
	struct str requested_by;
	struct str label; /* cadence only */
	int64_t planned_ms;
};

struct decide_event {
	enum decide_kind kind;
	struct str identity;    /* of the trigger */
	struct request request; /* REQUEST; of the others the tenant */
	struct frozen frozen;   /* REQUEST, RESUME */
	struct str actor, note;
	struct str content_hash; /* APPROVE, REJECT, RESUME: absent = the present one */
	enum ev_resolution resolution;
	bool new_place; /* RESUME: the place that was found at the bucket's URL is right */
	const struct ev_task_result *result;
	struct str result_bytes;
	struct str reason, detail; /* FAIL */
};

enum need {
	/* Rows that wait or are issued: of each kind (issued; uploads that wait; others that wait)
	 * one more than a wave, those whose time comes first; and an upload whose issue was not
	 * answered, if there is one. What is not among them has nothing to do yet. */
	NEED_UNFINISHED = 1,
	NEED_STAGES = 2, /* briefs of all tasks of `need_stages` of this revision that have rows */
	NEED_HEAD = 4,
	NEED_BRIDGE = 8,
	NEED_CLAIMS = 16, /* is a name of `claims` taken by another delivery? */
	NEED_QUOTAS = 32,
	NEED_PLACE = 64,   /* is the breaker of its bucket open? */
	NEED_PARTS = 128,  /* briefs of `parts_count` parts from the index `parts_from` on */
	NEED_WAITING = 256 /* rows of `need_waiting` of this revision that wait */
};

/* Deliveries that have a place under a quota: those that began to upload in the UTC hour and day of
 * now_ms, and those that may begin at any moment. */
struct quota_use {
	int64_t hour, day;
	int64_t ahead; /* came before this one and may have a place now, too */
};

struct facts {
	int64_t now_ms; /* the database's clock */
	int64_t timeline;
	struct frozen frozen; /* the delivery's spec */
	unsigned known;       /* enum need: what was gathered */
	uint32_t stages,
	        waiting; /* bit per stage: NEED_STAGES, NEED_WAITING were answered for it */
	int32_t parts_from, parts_count; /* with NEED_PARTS */
	bool knows_open;                 /* with NEED_UNFINISHED: no open row was left out */
	struct briefs briefs[STAGE_COUNT];
	struct str bridge_version; /* newest; empty = none was built */
	int64_t bridge_built_ms, bridge_persons;
	struct route_head head;
	bool newer_waits; /* a newer delivery of the route stands behind, held for overlap */
	struct str
	        claimed_path; /* of `claims`, one that belongs to another delivery; absent = none */
	struct quota_use tenant_quota, destination_quota; /* the tenant's; its at the destination */
	bool place_rests;                                 /* no upload goes to its bucket now */
};

/* What a ready task waits for. */
enum wait_kind {
	WAIT_NOTHING,
	WAIT_TENANT,      /* a place under the tenant's cap */
	WAIT_DESTINATION, /* a place under the destination's cap */
	WAIT_PLACE        /* the bucket to be back: its breaker is open */
};

struct staged_list { /* written before the transaction; content-addressed */
	struct str name, bytes;
};

/* What is remembered of the place at the bucket's URL, once it is stored. */
struct place_news {
	struct str seen;     /* empty or: an uploader was asked, and it is this one */
	struct str accepted; /* absent or: a person puts this one in place of `replaced`; empty: an
	                        uploader is asked again */
	struct str replaced, accepted_by;
};

enum head_move { HEAD_STAYS, HEAD_TAKE, HEAD_RELEASE, HEAD_ADVANCE };
enum quota_move {
	QUOTA_STAYS,
	QUOTA_WAITS,  /* stands in the queue, and may have a place from quota_from_ms */
	QUOTA_TAKES,  /* begins to upload: the caller compares the limits once more, alone */
	QUOTA_RETURNS /* of issue.c: its bucket is away, and it counts nowhere */
};

struct decide_input {
	const struct delivery *before; /* state ABSENT: only the id counts */
	const struct task_row *rows;   /* at least those that the events' results name */
	size_t rows_count;
	const struct decide_event *events;
	size_t events_count;
	const struct facts *facts;
	const struct decide_rules *rules;
	struct arena *mem;
	const struct lookup *row_places; /* by task id: a size_t, the place in rows; NULL: each row
	                                    is looked at */
	struct task_row *work; /* room for the decision's rows; with too little it takes its own */
	size_t work_room;
};

struct decision {
	unsigned needs; /* not 0: nothing below counts */
	uint32_t need_stages, need_waiting;
	int32_t parts_from, parts_count;

	struct delivery after;
	bool is_changed;       /* the row is to be stored, under a new version */
	bool wants_status;     /* and its snapshot published */
	bool answers;          /* also if it says the same as before: somebody waits for a word */
	bool republish;        /* the stored final status is to be published again, as it is */
	struct task_row *rows; /* those given, then new ones */
	size_t rows_count;
	size_t rows_room;
	bool drops_unfinished;  /* all rows that wait or are issued become dropped, before new ones
	                           are inserted */
	struct frozen new_spec; /* json present: to be stored */
	struct staged_list *lists;
	size_t lists_count;
	struct ev_receipt *receipts;
	size_t receipts_count;
	struct ev_audit_record *audits;
	size_t audits_count;
	struct name_claim *claims; /* with NEED_CLAIMS: to be looked up; else to be taken */
	size_t claims_count;
	enum quota_move quota;
	int64_t quota_from_ms;
	enum head_move head;
	bool forces_full; /* with HEAD_RELEASE */
	const struct bridge_row *bridge;
	struct place_news place;
	int32_t uploads_up, uploads_down; /* news of the place, for its breaker */
	enum wait_kind waits_for;         /* of issue.c, like those behind it */
	bool waits_on; /* not all rows were looked at: what it waited for it waits for still */
	int32_t issued;
	bool wakes_route;  /* others of the route may go on */
	bool wakes_bridge; /* deliveries that wait for the bridge may go on */
};

void decide(const struct decide_input *in, struct decision *out);

/* Phases of which not all tasks have rows: the stage of their tasks; how many rows are not done, and
 * how many are that at most, of what began like this; how many it makes when it is looked at next. */
bool decide_is_wide(const struct delivery *x);
enum stage decide_wide_stage(const struct delivery *x);
int32_t decide_open(const struct delivery *x);
int32_t decide_open_most(const struct decide_rules *rules);
int32_t decide_makes(const struct delivery *x, const struct decide_rules *rules);

/* End of the blackout that the moment lies in, Unix ms; 0: it lies in none. */
int64_t decide_blackout_end(const struct frozen *frozen, int64_t now_ms);
bool decide_has_quota(const struct spec_limits *limits);
/* Whether an upload has to wait for a look at the suppression lists. spec may be NULL. */
bool decide_wants_look(const struct delivery *x, const struct spec *spec,
        const struct decide_rules *rules, int64_t now_ms);
/* Adds that look behind the rows of a decision, in the place of an upload that could go now. Of the
 * facts only the time is used. */
void decide_add_look(struct decision *decision, const struct frozen *frozen,
        const struct facts *facts, struct arena *mem);

#endif
