/* SPDX-License-Identifier: Apache-2.0
 *
 * One cycle loads deliveries, decides them, stores the decisions in one transaction, publishes
 * them and marks what was acknowledged. It takes at most CYCLE_ITEMS deliveries at once, so memory
 * and transactions are bounded for any input. If the deliveries need more memory than a cycle has,
 * it retries them in halves. A single delivery that needs too much fails alone. Nothing is held
 * between transactions: after a crash the input is read again, and what is already stored changes
 * nothing.
 *
 *   load     reads states, specs and the rows that events name. It takes no locks, so a stopped
 *            process blocks nobody.
 *   decide   returns the facts it needs. They are gathered for all deliveries at once, and decide
 *            runs again.
 *   lists    writes staged lists, named by their content. A crash leaves garbage, never a wrong
 *            list.
 *   store    locks the rows in id order, compares their versions, compares the quota places they
 *            take with the limits, issues tasks under the caps, writes states, tasks, heads,
 *            claims, places and outbox rows, and commits. After a crash before the commit, nothing
 *            has happened.
 *   publish  sends in order. After a crash, or if a topic does not accept the messages, any
 *            scheduler's sweep sends them.
 *   mark     deletes packets and outbox rows. After a crash before this, they are published once
 *            more, which is harmless.
 *
 * If a version has changed, nothing is published: the transaction is rolled back, and the
 * deliveries are loaded and decided again in halves, finally one by one. */
#ifndef SCHEDULER_CYCLE_H
#define SCHEDULER_CYCLE_H

#include "db/outbox_db.h"
#include "db/place_db.h"
#include "db/quota_db.h"
#include "db/route_db.h"
#include "db/state_db.h"
#include "db/task_db.h"
#include "decide/issue.h"
#include "delivery/lookup.h"
#include "engine.h"
#include "packets.h"
#include "publish.h"

struct item { /* one delivery of the cycle */
	struct str id;
	struct decide_event *events;
	size_t events_count, events_room;

	/* loaded */
	struct delivery before;
	struct str stored_status; /* absent: derived from `before` */
	struct str waits_what;    /* what it waited for when loaded; absent = nothing */
	int64_t waits_since_ms;
	struct task_row *rows;
	size_t rows_count, rows_room;
	struct lookup row_places; /* task id -> size_t, the index in rows */

	/* decided */
	struct facts facts;    /* its own; shared facts are filled in each round */
	struct task_row *work; /* where decide changes rows; reused between rounds */
	size_t work_room;
	struct decision decision;
	bool is_decided;

	/* within the transaction */
	struct str bucket_place; /* remembered for the bucket's URL; empty = none or not needed */
};

struct flight_count { /* tasks in flight under one cap, and the waiters */
	bool is_tenant;
	struct str name, what; /* what: as in run.waiting; also the lock's name */
	int64_t cap;           /* largest among this cycle's deliveries */
	int64_t tasks;
	struct waiter *queue; /* oldest first; a waiter already served has an empty id */
	size_t queue_count;
	bool drops; /* a delivery ended whose tasks were not loaded */
};

struct flights {
	struct flight_count *items;
	size_t count;
};

struct breakers {
	struct loaded_breaker *before; /* as loaded */
	struct breaker *now;           /* the new state of each of them */
	size_t count;
};

struct outbox { /* messages to publish, in order */
	struct outbox_row *rows;
	size_t count, room;
};

struct quota_seen { /* of a tenant, or of a tenant at a destination */
	struct quota_name name;
	int64_t hour, day; /* places taken, as in struct quota_use */
	struct str *queue; /* deliveries waiting for a place, first in line first; absent = left */
	size_t queue_count;
};

struct quotas {
	struct quota_seen *items;
	size_t count;
};

/* Facts that deliveries share while they are decided. A decision changes them for the deliveries
 * after it. */
struct shared {
	struct loaded_head *heads;
	size_t heads_count;
	struct loaded_bridge *bridges; /* version empty: none was built */
	size_t bridges_count;
	struct quotas quotas;
};

/* What the transaction hands to the later steps. */
struct written {
	struct flights flights;
	struct breakers breakers;
	struct outbox outbox;
	struct quota_texts freed; /* tenants in which a quota place became free */
};

struct wakes { /* what can continue now; names can repeat */
	struct route_key *routes;
	size_t routes_count;
	struct str *bridge_tenants;
	size_t bridge_tenants_count;
	struct str *deliveries; /* oldest waiters for the free places */
	size_t deliveries_count;
	struct str *places; /* where an upload arrived */
	size_t places_count;
	struct quota_texts quota_tenants;
};

enum {
	CYCLE_ITEMS = 256,        /* max deliveries of one transaction */
	CYCLE_ROWS = 20000,       /* max task rows that several deliveries load together */
	CYCLE_BYTES = 4 << 20,    /* of events and specs: a cycle with this much is full, too */
	CYCLE_MEM_MANY = 48 << 20 /* above this, several deliveries are retried in halves */
};

/* Deliveries and their events, and the state of one attempt that every step needs. */
struct cycle {
	struct engine *g;
	struct arena *mem;  /* of one attempt: loaded and decided data; reset before each */
	struct arena *kept; /* the caller's: ids and events, which outlive attempts */
	struct item **items;
	size_t count, room;
	size_t bytes;         /* of events, as far as counted */
	struct lookup *by_id; /* of the items; shared by the parts of a cycle */
	struct cycle *after;  /* deliveries that this one allows to continue are added there */
	struct {
		size_t most, loaded; /* task rows: limit, and loaded so far */
	} rows;
	struct db_clock clock;
	struct {
		struct ev_audit_record *items;
		size_t count, room;
	} trail; /* audit records that belong to no delivery */
	struct {
		/* NULL: none. If it is set, the caller has already begun the transaction. */
		int (*write)(void *arg, struct engine *g, struct arena *mem, struct err *e);
		void *arg;
	} inside;        /* further writes in the same transaction */
	bool is_for_due; /* selects the trace points */
};

/* Items and events are allocated in `kept`. */
void cycle_init(struct cycle *c, struct engine *g, struct arena *kept);
struct item *cycle_item(struct cycle *c, struct str id); /* finds or adds */
void cycle_add(struct cycle *c, struct str id, const struct decide_event *event);
/* An audit record that belongs to no delivery. */
void cycle_add_audit(struct cycle *c, const struct ev_audit_record *record);
/* True if the cycle has as much as one transaction takes. */
bool cycle_is_full(const struct cycle *c);

/* Runs the whole cycle, in as many transactions as needed, and then the deliveries that can
 * continue because of it. ERR_RETRY: the database or staging is unavailable; what was stored
 * stays. ERR_DEFER: the process is stopping, or it no longer owns the input. With `inside`, the
 * caller has begun the transaction, there is only one, and it has at most CYCLE_ITEMS deliveries;
 * ERR_FENCED then means that it was rolled back and nothing was done. */
int cycle_run(struct cycle *c, struct err *e) ERR_MUST_USE;
/* ERR_REJECT ("too_large") if the memory of an attempt is used up. */
int cycle_has_room(const struct cycle *c, struct err *e) ERR_MUST_USE;

/* --- the steps, each in its own file --- */

/* cycle_load.c */
int cycle_load(struct cycle *c, struct err *e) ERR_MUST_USE;
/* cycle_gather.c */
int cycle_decide(struct cycle *c, struct err *e) ERR_MUST_USE;
/* The delivery's spec after the events so far. */
const struct spec *item_spec(const struct item *item);
/* cycle_rows.c: loads task rows by id into the deliveries of the cycle, and gathers facts */
int cycle_load_rows(
        struct cycle *c, const struct str *ids, size_t count, struct err *e) ERR_MUST_USE;
int cycle_gather_unfinished(
        struct cycle *c, struct item **items, size_t count, struct err *e) ERR_MUST_USE;
int cycle_gather_resting(
        struct cycle *c, struct item **items, size_t count, struct err *e) ERR_MUST_USE;
int cycle_gather_stages(
        struct cycle *c, struct item **items, size_t count, struct err *e) ERR_MUST_USE;
int cycle_gather_parts(
        struct cycle *c, struct item **items, size_t count, struct err *e) ERR_MUST_USE;
/* cycle_quota.c: gathers facts, and changes them for the deliveries after a decision. Within the
 * transaction, it compares the limits with the database again (ERR_FENCED "quota": places were
 * taken meanwhile), and stores which deliveries have a place or wait for one. */
int cycle_gather_quotas(struct cycle *c, struct quotas *all, struct item **items, size_t count,
        struct err *e) ERR_MUST_USE;
void cycle_give_quotas(const struct quotas *all, struct item *item);
void cycle_note_quota(struct quotas *all, const struct item *item, int64_t now_ms);
int cycle_claim_quotas(struct cycle *c, struct err *e) ERR_MUST_USE;
int cycle_store_quotas(struct cycle *c, struct quota_texts *out_freed, struct err *e) ERR_MUST_USE;
/* cycle_place.c: within the transaction, before events are composed: remembers the places that
 * were seen or accepted, and loads the remembered place of each delivery that issues uploads */
int cycle_places(struct cycle *c, struct err *e) ERR_MUST_USE;
/* cycle_caps.c: within the transaction, under locks: counts tasks in flight and waiters, computes
 * what a delivery can take, and records what it took. */
int cycle_count_flights(struct cycle *c, struct flights *out, struct err *e) ERR_MUST_USE;
struct item_caps {
	struct flight_count *tenant, *destination; /* NULL: no cap */
	struct cap rooms[2];                       /* the tenant's, the destination's */
	int64_t before[2];
};
struct item_caps cycle_caps_of(const struct flights *all, const struct item *item);
void cycle_note_caps(struct item_caps *caps, const struct item *item);
int cycle_store_waiting(struct cycle *c, struct err *e) ERR_MUST_USE;
/* Deliveries that free places wake. */
void cycle_note_free(const struct flights *all, struct arena *mem, struct wakes *out);
/* cycle_issue.c: within the transaction */
int cycle_issue(struct cycle *c, struct written *w, struct err *e) ERR_MUST_USE;
int cycle_store_breakers(struct cycle *c, const struct breakers *all, struct err *e) ERR_MUST_USE;
/* A place is the bucket's URL. It will include credentials once there are any. */
struct str item_place(const struct item *item);
/* cycle_outbox.c: composes the messages to publish */
int cycle_compose(struct cycle *c, struct outbox *out, struct err *e) ERR_MUST_USE;
/* The last published status, unchanged. */
int cycle_stored_status(
        struct cycle *c, const struct item *item, struct str *out, struct err *e) ERR_MUST_USE;
/* Loads the events of rows that are issued now and already stored. */
int cycle_load_events(struct cycle *c, struct err *e) ERR_MUST_USE;
/* Composes the event of an issued task, including the spec. */
int cycle_fill_task(struct cycle *c, const struct item *item, const struct task_row *row,
        struct outbox_row *out, struct err *e) ERR_MUST_USE;
/* cycle_again.c: composes swept rows that are stored by reference, from the current state. If
 * there is nothing left to publish, the value stays absent. */
int cycle_compose_again(struct engine *g, struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
/* cycle_lists.c: before the transaction */
int cycle_write_lists(struct cycle *c, struct err *e) ERR_MUST_USE;
/* cycle_write.c: within the transaction */
int cycle_write(struct cycle *c, struct written *out, struct err *e) ERR_MUST_USE;
/* Adds deliveries whose events can never be published, so that they fail. */
void cycle_fail_unproducible(struct cycle *c, const struct failed_rows *failed);
/* cycle_wake.c: adds the deliveries that can continue to `after` */
int cycle_wake(struct cycle *c, const struct wakes *wakes, struct cycle *after,
        struct err *e) ERR_MUST_USE;

#endif
