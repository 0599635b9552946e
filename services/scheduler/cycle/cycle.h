/* SPDX-License-Identifier: Apache-2.0
 *
 * One cycle: deliveries are loaded, decided, stored in one transaction, published, marked; at most
 * CYCLE_ITEMS of them at once, so that memory and transactions are bounded however much is asked
 * for. Those that need more than the memory of a cycle are tried again in halves, and one that
 * needs too much alone fails by itself. Between the transactions nothing is held: after a crash
 * the input comes again, and what is stored already changes nothing.
 *
 *   load     states, specs, the rows that events name.
 *            No lock is held: a stopped process holds up nobody.
 *   decide   asks for facts; they are gathered for all at once; decide again.
 *   lists    staged lists are written, content-addressed.
 *            A crash leaves garbage, never a wrong list.
 *   store    locks the rows in the order of their ids, compares their versions, compares
 *            what they take of quotas with the limits, issues under the
 *            caps, writes states, tasks, heads, claims, places, outbox; commits.
 *            A crash before: nothing happened.
 *   publish  in order. A crash before or within, or a topic that does not take it: any scheduler's
 *            sweep does it.
 *   mark     packets and outbox rows are deleted. A crash before: published once more, which is
 *            harmless.
 *
 * Whoever finds another version publishes nothing: all is rolled back, and the deliveries are
 * loaded and decided again, in halves, at last each alone.
 */
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
	struct str stored_status; /* absent: it is made of `before` */
	struct str waits_what;    /* what it waited for as it was loaded; absent = nothing */
	int64_t waits_since_ms;
	struct task_row *rows;
	size_t rows_count, rows_room;
	struct lookup row_places; /* by task id: a size_t, the place in rows */

	/* decided */
	struct facts facts;    /* its own; those that deliveries share are added for each round */
	struct task_row *work; /* where decide changes rows; of use to one round after another */
	size_t work_room;
	struct decision decision;
	bool is_decided;

	/* within the transaction */
	struct str
	        bucket_place; /* remembered for its bucket's URL; empty = none is, or not asked */
};

struct flight_count { /* tasks in flight under one cap, and who waits for a place there */
	bool is_tenant;
	struct str name, what; /* what: as in run.waiting; the lock's name, too */
	int64_t cap;           /* the largest of this cycle's deliveries */
	int64_t tasks;
	struct waiter *queue; /* the oldest first; who was dealt with has no id */
	size_t queue_count;
	bool drops; /* a delivery with tasks that are not loaded ended */
};

struct flights {
	struct flight_count *items;
	size_t count;
};

struct breakers {
	struct loaded_breaker *before; /* as they were loaded */
	struct breaker *now;           /* one for each of them: as they become */
	size_t count;
};

struct outbox { /* what is to be published, in order */
	struct outbox_row *rows;
	size_t count, room;
};

struct quota_seen { /* of a tenant, or of a tenant at a destination */
	struct quota_name name;
	int64_t hour, day; /* places taken, as struct quota_use */
	struct str *queue; /* who may have a place and has none, the first first; absent = left */
	size_t queue_count;
};

struct quotas {
	struct quota_seen *items;
	size_t count;
};

/* Facts that deliveries share, while they are decided: decisions change them for those behind. */
struct shared {
	struct loaded_head *heads;
	size_t heads_count;
	struct loaded_bridge *bridges; /* version empty: none was built */
	size_t bridges_count;
	struct quotas quotas;
};

/* What the transaction leaves to the steps behind it. */
struct written {
	struct flights flights;
	struct breakers breakers;
	struct outbox outbox;
	struct quota_texts freed; /* tenants in which a place under a quota became free */
};

struct wakes { /* who may go on now; names may repeat */
	struct route_key *routes;
	size_t routes_count;
	struct str *bridge_tenants;
	size_t bridge_tenants_count;
	struct str *deliveries; /* the oldest of those that wait for places that are free */
	size_t deliveries_count;
	struct str *places; /* where an upload arrived */
	size_t places_count;
	struct quota_texts quota_tenants;
};

enum {
	CYCLE_ITEMS = 256,        /* deliveries of one transaction at most */
	CYCLE_ROWS = 20000,       /* task rows that several deliveries load together at most */
	CYCLE_BYTES = 4 << 20,    /* of events and specs: with so much a cycle is full, too */
	CYCLE_MEM_MANY = 48 << 20 /* memory after which several deliveries are tried in halves */
};

/* Deliveries and their events; and what of one attempt every step needs. */
struct cycle {
	struct engine *g;
	struct arena *mem;  /* of one attempt: what is loaded and decided; reset before each */
	struct arena *kept; /* the caller's: ids and events, which outlive attempts */
	struct item **items;
	size_t count, room;
	size_t bytes;         /* of events, as far as they were counted */
	struct lookup *by_id; /* of the items; parts of a cycle share it */
	struct cycle *after;  /* who goes on because of this one is added there */
	struct {
		size_t most, loaded; /* task rows that may be loaded, and were */
	} rows;
	struct db_clock clock;
	struct {
		struct ev_audit_record *items;
		size_t count, room;
	} trail; /* records of it that belong to no delivery */
	struct {
		/* NULL: none. The transaction is open already when it is set. */
		int (*write)(void *arg, struct engine *g, struct arena *mem, struct err *e);
		void *arg;
	} inside;        /* further writes of the same transaction */
	bool is_for_due; /* names the trace points */
};

/* kept: where items and events go. */
void cycle_init(struct cycle *c, struct engine *g, struct arena *kept);
struct item *cycle_item(struct cycle *c, struct str id); /* finds or adds */
void cycle_add(struct cycle *c, struct str id, const struct decide_event *event);
/* A record of the trail that belongs to no delivery. */
void cycle_add_audit(struct cycle *c, const struct ev_audit_record *record);
/* As many as one transaction takes. */
bool cycle_is_full(const struct cycle *c);

/* All of it, in as many transactions as that needs, and who may go on because of it. ERR_RETRY: the
 * database or staging is away; what was stored stays. ERR_DEFER: the process is to end, or the
 * input is not ours any more. With `inside` the caller has begun the transaction, there is one
 * only, and at most CYCLE_ITEMS are in it; ERR_FENCED then means that it was rolled back and
 * nothing was done. */
int cycle_run(struct cycle *c, struct err *e) ERR_MUST_USE;
/* ERR_REJECT ("too_large") where the memory of an attempt is used up. */
int cycle_has_room(const struct cycle *c, struct err *e) ERR_MUST_USE;

/* --- its steps, each in its own file --- */

/* cycle_load.c */
int cycle_load(struct cycle *c, struct err *e) ERR_MUST_USE;
/* cycle_gather.c */
int cycle_decide(struct cycle *c, struct err *e) ERR_MUST_USE;
/* The spec that the delivery has after the events so far. */
const struct spec *item_spec(const struct item *item);
/* cycle_rows.c: task rows by their ids, to the deliveries of the cycle; and facts */
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
/* cycle_quota.c: facts; what decisions change in them for those behind; and within the transaction:
 * the limits are compared once more with what is stored (ERR_FENCED "quota": places were taken
 * meanwhile), and who has a place or waits for one is stored. */
int cycle_gather_quotas(struct cycle *c, struct quotas *all, struct item **items, size_t count,
        struct err *e) ERR_MUST_USE;
void cycle_give_quotas(const struct quotas *all, struct item *item);
void cycle_note_quota(struct quotas *all, const struct item *item, int64_t now_ms);
int cycle_claim_quotas(struct cycle *c, struct err *e) ERR_MUST_USE;
int cycle_store_quotas(struct cycle *c, struct quota_texts *out_freed, struct err *e) ERR_MUST_USE;
/* cycle_place.c: within the transaction, before events are composed: remembers what was seen or
 * accepted, and loads what is remembered for whoever issues uploads */
int cycle_places(struct cycle *c, struct err *e) ERR_MUST_USE;
/* cycle_caps.c: within the transaction, under locks: tasks in flight and who waits; what a delivery
 * may take; and what it took. */
int cycle_count_flights(struct cycle *c, struct flights *out, struct err *e) ERR_MUST_USE;
struct item_caps {
	struct flight_count *tenant, *destination; /* NULL: no cap */
	struct cap rooms[2];                       /* the tenant's, the destination's */
	int64_t before[2];
};
struct item_caps cycle_caps_of(const struct flights *all, const struct item *item);
void cycle_note_caps(struct item_caps *caps, const struct item *item);
int cycle_store_waiting(struct cycle *c, struct err *e) ERR_MUST_USE;
/* whom free places wake */
void cycle_note_free(const struct flights *all, struct arena *mem, struct wakes *out);
/* cycle_issue.c: within the transaction */
int cycle_issue(struct cycle *c, struct written *w, struct err *e) ERR_MUST_USE;
int cycle_store_breakers(struct cycle *c, const struct breakers *all, struct err *e) ERR_MUST_USE;
/* A place: the bucket's URL. Credentials will be part of it when there are some. */
struct str item_place(const struct item *item);
/* cycle_outbox.c: composes what is to be published */
int cycle_compose(struct cycle *c, struct outbox *out, struct err *e) ERR_MUST_USE;
/* The last status that was published, as it was. */
int cycle_stored_status(
        struct cycle *c, const struct item *item, struct str *out, struct err *e) ERR_MUST_USE;
/* Events of rows that are issued now and are in the database. */
int cycle_load_events(struct cycle *c, struct err *e) ERR_MUST_USE;
/* The event of an issued task, with the spec. */
int cycle_fill_task(struct cycle *c, const struct item *item, const struct task_row *row,
        struct outbox_row *out, struct err *e) ERR_MUST_USE;
/* cycle_again.c: what was swept and is stored by reference is composed again, as it is said by now.
 * Where nothing is to be said any more the value stays absent. */
int cycle_compose_again(struct engine *g, struct outbox_row *rows, size_t count, struct arena *mem,
        struct err *e) ERR_MUST_USE;
/* cycle_lists.c: before the transaction */
int cycle_write_lists(struct cycle *c, struct err *e) ERR_MUST_USE;
/* cycle_write.c: within it */
int cycle_write(struct cycle *c, struct written *out, struct err *e) ERR_MUST_USE;
/* Adds those whose events can never be published, to fail. */
void cycle_fail_unproducible(struct cycle *c, const struct failed_rows *failed);
/* cycle_wake.c: adds those that may go on to `after` */
int cycle_wake(struct cycle *c, const struct wakes *wakes, struct cycle *after,
        struct err *e) ERR_MUST_USE;

#endif
