/* SPDX-License-Identifier: Apache-2.0
 * A scheduler on a real database with a captured outlet, and workers that answer. */
#ifndef TESTS_SCHEDULER_FLEET_H
#define TESTS_SCHEDULER_FLEET_H

#include "database.h"
#include "folder.h"

#include "longshore/bus.h"
#include "longshore/clock.h"
#include "longshore/place.h"

#include "scheduler.h"
#include "sql/scheduler.h"

#include "fake_workers.h" /* needs what the scheduler knows of deliveries */

#include <string.h>

enum { SENT_MAX = 4096, RESULTS_MAX = 1024 };

struct sent {
	enum topic topic;
	int32_t partition;
	struct str key, value, type;
	const struct ev_type *event_type;
	void *event;
};

struct capture { /* what was published */
	struct arena mem;
	struct sent items[SENT_MAX];
	size_t count;
	int fails;     /* in so many sends nothing is acknowledged */
	int refuse_at; /* topic of messages that can never go; -1 = none */
	int away_at;   /* topic that acknowledges nothing; -1 = none */
	size_t tried[TOPIC_COUNT];
	int64_t waited_ms; /* for what was not acknowledged */
};

struct bench {
	struct database db;
	struct folder folder;
	char conninfo[1200]; /* as the scheduler's role */
	struct pg *admin;
	struct scheduler s;
	struct capture *sent;
	size_t worked; /* of what was sent, so much is done */
	size_t looked;
	int64_t offset;
	struct arena mem;
	struct workers k;
	int64_t now_ms;
	int64_t members;
	bool is_row_each; /* a slice has one row, not one for each member */
	int slices;
};

static inline void capture_one(struct capture *c, const struct publication *item)
{
	assert_true(c->count < SENT_MAX);
	struct sent *s = &c->items[c->count++];
	*s = (struct sent){.topic = item->topic,
	        .partition = item->partition,
	        .key = arena_str(&c->mem, item->key),
	        .value = arena_str(&c->mem, item->value),
	        .type = arena_str(&c->mem, item->type)};
	struct err why;
	if (event_decode_any(s->value, &c->mem, &s->event_type, &s->event, &why) != 0)
		fail_msg("%s", why.text);
	assert_true(str_eq(s->type, str_c(ev_type_name(s->event_type))));
}

static inline int capture_send(void *arg, const struct publication_set *set, struct err *e)
{
	struct capture *c = arg;
	bool is_away = c->fails > 0;
	size_t open = 0;
	c->fails -= is_away;
	for (size_t i = 0; i < set->count; i++) {
		int topic = (int)set->items[i].topic;
		c->tried[topic]++;
		if (is_away || topic == c->away_at) {
			set->fates[i] = PUBLICATION_OPEN;
			open++;
			c->waited_ms += open == 1 ? set->wait_ms : 0;
		} else if (topic == c->refuse_at) {
			set->fates[i] = PUBLICATION_REFUSED;
		} else {
			set->fates[i] = PUBLICATION_ACKED;
			capture_one(c, &set->items[i]);
		}
	}
	return open > 0 ? err_set(e, ERR_RETRY, "bus_away", "as the test says") : 0;
}

static const struct scheduler_settings fleet_settings = {
        .not_after_ms = 900000,
        .alarm_ms = 60000,
        .backoff_ms = 20,
        .backoff_max_ms = 100,
        .hold_check_ms = 60000,
        .confirm_ms = 60000,
        .cap_wait_ms = 60000,
        .wave = 500,
        .tasks_max = 20000,
        .breaker_failures = 5,
        .breaker_open_ms = 30000,
        .breaker_open_max_ms = 300000,
        .outbox_age_ms = 0,
        .tick_ms = 500,
        .sync_ms = 0,
        .readback_ms = 0,
        .due_batch = 100,
        .lane_spread = 12,
        .keep_tasks_ms = INT64_C(2592000000),
        .list_ended_ms = INT64_C(2592000000),
        .zoneinfo = "/usr/share/zoneinfo",
};

/* Another scheduler on the same world: its own connection, memory and outlet. */
static inline void fleet_join(struct bench *b, struct scheduler *s, struct capture **out_sent)
{
	struct err e;
	scheduler_init(s, &fleet_settings);
	char keys[128];
	(void)snprintf(keys, sizeof keys, "%s/keys/scheduler", b->folder.path);
	if (pg_open(b->conninfo, "scheduler", &s->engine.pg, &e) != 0 ||
	        store_open(PLACE_AT(b->folder.url), &s->engine.store, &e) != 0 ||
	        keyring_open(keys, &s->engine.keys, &e) != 0)
		fail_msg("%s", e.text);
	struct capture *c = calloc(1, sizeof *c);
	assert_non_null(c);
	arena_init(&c->mem, 256 * 1024 * 1024);
	c->refuse_at = -1;
	c->away_at = -1;
	s->engine.outlet =
	        (struct outlet){.arg = c, .send = capture_send, .partition_of = bus_partition_of};
	*out_sent = c;
}

static inline void fleet_leave(struct scheduler *s, struct capture *c)
{
	pg_close(s->engine.pg);
	store_close(s->engine.store);
	keyring_close(s->engine.keys);
	scheduler_release(s);
	arena_release(&c->mem);
	free(c);
}

static inline void fleet_document(
        struct bench *b, const char *kind, const char *tenant, const char *name, const char *body)
{
	static const struct pg_statement stmt = {.name = "test_document",
	        .sql = "INSERT INTO conf.document (kind, tenant, name, body, hash, applied_by) "
	               "VALUES ($1, $2, $3, $4, md5($4), 'ann') ON CONFLICT (kind, tenant, name) "
	               "DO UPDATE SET body = excluded.body, hash = excluded.hash",
	        .params = 4};
	struct err e;
	struct pg_params p;
	pg_params_init(&p, &b->mem);
	pg_set(&p, 0, str_c(kind));
	pg_set(&p, 1, str_c(tenant));
	pg_set(&p, 2, str_c(name));
	pg_set(&p, 3, str_c(body));
	if (pg_run(b->admin, &stmt, &p, NULL, NULL, &e) != 0)
		fail_msg("%s", e.text);
}

#define ROUTE \
	"\"audience\":\"people\",\"bridge\":\"b\",\"destination\":\"partner\",\"bucket\":\"drop\""

static inline void fleet_configure(struct bench *b)
{
	fleet_document(b, "Tenant", "acme", "acme", "{\"limits\":{\"tasks_in_flight\":0}}");
	fleet_document(b, "Audience", "acme", "people",
	        "{\"type\":\"DTC\",\"source\":{\"url\":\"file:///in/\"},\"id\":{\"column\":\"p\","
	        "\"kind\":\"patient_id\"}}");
	fleet_document(b, "Bridge", "acme", "b",
	        "{\"source\":{\"url\":\"file:///b/\"},\"from\":{\"column\":\"p\",\"kind\":"
	        "\"patient_id\"},\"record\":[{\"name\":\"t\",\"column\":\"t\"}]}");
	fleet_document(b, "Destination", "", "partner",
	        "{\"columns\":[{\"name\":\"u\",\"source\":\"t\"}],\"naming\":{\"data_template\":"
	        "\"{route}_{delivery}_{part}.csv\"},\"completion\":{\"kind\":\"success_file\","
	        "\"name_template\":\"{route}_{delivery}_SUCCESS\"}}");
	fleet_document(b, "Bucket", "", "drop", "{\"url\":\"file:///drop/\"}");
	fleet_document(b, "Route", "acme", "daily", "{\"name\":\"daily\"," ROUTE "}");
	database_sql(b->admin,
	        "INSERT INTO run.bridge_version VALUES ('acme', 'b', 'v1', 'x', 1, 10, 10, now())");
}

static inline int fleet_begin(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	assert_non_null(b);
	arena_init(&b->mem, 256 * 1024 * 1024);
	database_make(&b->db, true);
	folder_make(&b->folder);
	(void)snprintf(
	        b->conninfo, sizeof b->conninfo, "%s user=longshore_scheduler", b->db.conninfo);
	b->admin = database_open(&b->db);
	b->members = 24;
	b->slices = 1;
	b->k = (struct workers){.mem = &b->mem, .now_ms = &b->now_ms, .list_hash = ""};
	char keys[128];
	struct err e;
	(void)snprintf(keys, sizeof keys, "%s/keys", b->folder.path);
	if (keyring_init(keys, false, &e) != 0)
		fail_msg("%s", e.text);
	fleet_configure(b);
	fleet_join(b, &b->s, &b->sent);
	*state = b;
	return 0;
}

static inline int fleet_end(void **state)
{
	struct bench *b = *state;
	fleet_leave(&b->s, b->sent);
	pg_close(b->admin);
	database_drop(&b->db);
	folder_drop(&b->folder);
	arena_release(&b->mem);
	free(b);
	return 0;
}

/* --- messages in --- */

static inline struct batch_message fleet_message(
        struct bench *b, enum topic topic, const struct ev_type *type, const void *event)
{
	struct err e;
	struct buf bytes;
	buf_init(&bytes, EVENT_MAX_BYTES);
	if (event_encode(type, event, &bytes, &e) != 0)
		fail_msg("%s", e.text);
	struct batch_message m = {.topic = topic,
	        .offset = b->offset++,
	        .timestamp_ms = INT64_C(1780000000000),
	        .raw = arena_str(&b->mem, buf_str(&bytes)),
	        .type = type,
	        .event = event};
	buf_release(&bytes);
	return m;
}

static inline int fleet_feed(
        struct bench *b, struct scheduler *s, const struct batch_message *msgs, size_t count)
{
	struct err e = {0};
	(void)b;
	int bad = scheduler_batch(s, msgs, count, clock_mono_ms(), &e);
	if (bad != 0 && bad != ERR_RETRY)
		fail_msg("batch: %s", e.text);
	return bad;
}

static inline struct ev_trigger fleet_trigger(enum ev_trigger_kind kind, const char *id)
{
	return (struct ev_trigger){.trigger_id = str_c(id),
	        .kind = kind,
	        .source = STR("test"),
	        .tenant = STR("acme"),
	        .actor = STR("ann"),
	        .note = STR("")};
}

static inline void fleet_ask(struct bench *b, const struct ev_trigger *t)
{
	struct batch_message m = fleet_message(b, TOPIC_TRIGGERS, &ev_trigger_type, t);
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
}

static inline void fleet_deliver(struct bench *b, const char *id)
{
	struct ev_trigger t = fleet_trigger(EV_TRIGGER_KIND_DELIVER, id);
	t.route = STR("daily");
	fleet_ask(b, &t);
}

static inline void fleet_tick(struct bench *b, struct scheduler *s)
{
	struct err e = {0};
	int64_t next = 0;
	(void)b;
	if (scheduler_tick(s, clock_mono_ms(), &next, &e) != 0)
		fail_msg("tick: %s", e.text);
}

/* --- workers --- */

static inline struct ev_task_result *fleet_answer(
        struct bench *b, const struct ev_task_head *h, enum ev_outcome outcome, const char *reason)
{
	struct message m = {.event.head = *h};
	b->now_ms = clock_unix_ms();
	return answer(&b->k, &m, outcome, reason);
}

/* Whoever asks what became of a file is told that it is not visible. */
static inline struct ev_task_result *fleet_work(struct bench *b, const struct sent *s)
{
	struct message m = {0};
	memcpy(&m.event, s->event, ev_type_struct_bytes(s->event_type));
	assert_true(stage_parse(m.event.head.stage, &m.stage));
	b->now_ms = clock_unix_ms();
	b->k.slices = b->slices;
	b->k.rows_per_slice = b->is_row_each ? 1 : b->members;
	b->k.chosen = b->members;
	b->k.files_count = 0;
	return work(&b->k, &m);
}

static inline bool fleet_is_task(const struct sent *s)
{
	return s->topic == TOPIC_BUILD_TASKS || s->topic == TOPIC_BRIDGE_TASKS ||
	       s->topic == TOPIC_FORMAT_TASKS || s->topic == TOPIC_UPLOAD_TASKS;
}

static inline void fleet_result(struct bench *b, const struct ev_task_result *r)
{
	struct batch_message m = fleet_message(b, TOPIC_RESULTS, &ev_task_result_type, r);
	assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
}

/* Does everything that was published; results of what is there at once go in one batch. */
static inline void fleet_run(struct bench *b)
{
	struct batch_message *batch = calloc(RESULTS_MAX, sizeof *batch);
	for (;;) {
		size_t n = 0;
		for (; b->worked < b->sent->count && n < RESULTS_MAX; b->worked++) {
			const struct sent *s = &b->sent->items[b->worked];
			if (fleet_is_task(s))
				batch[n++] = fleet_message(
				        b, TOPIC_RESULTS, &ev_task_result_type, fleet_work(b, s));
		}
		if (n == 0)
			break;
		assert_int_equal(fleet_feed(b, &b->s, batch, n), 0);
	}
	free(batch);
}

/* What was published on longshore.deliveries comes back. */
static inline void fleet_read_back(struct bench *b)
{
	for (; b->looked < b->sent->count; b->looked++) {
		const struct sent *s = &b->sent->items[b->looked];
		if (s->topic != TOPIC_DELIVERIES)
			continue;
		struct batch_message m = {.topic = TOPIC_DELIVERIES,
		        .raw = s->value,
		        .type = s->event_type,
		        .event = s->event};
		assert_int_equal(fleet_feed(b, &b->s, &m, 1), 0);
	}
}

static inline const struct ev_delivery_status *fleet_last_status(const struct bench *b)
{
	for (size_t i = b->sent->count; i > 0; i--)
		if (b->sent->items[i - 1].event_type == &ev_delivery_status_type)
			return b->sent->items[i - 1].event;
	fail_msg("no status was published");
	return NULL;
}

static inline const struct sent *fleet_last_task(const struct bench *b)
{
	for (size_t i = b->sent->count; i > 0; i--)
		if (fleet_is_task(&b->sent->items[i - 1]))
			return &b->sent->items[i - 1];
	fail_msg("no task was published");
	return NULL;
}

static inline void fleet_is_at(const struct bench *b, const char *state, const char *reason)
{
	const struct ev_delivery_status *s = fleet_last_status(b);
	if (!str_eq(s->state, str_c(state)) || !str_eq(s->reason, str_c(reason)))
		fail_msg("status " STR_FMT "(" STR_FMT ") " STR_FMT "; want %s(%s)",
		        STR_ARG(s->state), STR_ARG(s->reason), STR_ARG(s->detail), state, reason);
}

#define FLEET_TEST(name) cmocka_unit_test_setup_teardown(name, fleet_begin, fleet_end)

#endif
