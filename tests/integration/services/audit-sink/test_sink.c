/* SPDX-License-Identifier: Apache-2.0
 * The recorder against a real PostgreSQL, as its own role: what it writes, refuses, and repeats. */
#include "database.h"
#include "sink.h"

enum { ARENA = 16 * 1024 * 1024 };

struct world {
	struct database db;
	struct pg *owner;
	struct sink sink;
	struct arena mem;
};

static void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err e;
	char as_sink[1100];
	assert_non_null(w);
	database_make(&w->db, true);
	w->owner = database_open(&w->db);
	(void)snprintf(as_sink, sizeof(as_sink), "%s user=longshore_audit_sink", w->db.conninfo);
	must(pg_open(as_sink, "test", &w->sink.pg, &e), &e);
	arena_init(&w->mem, ARENA);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	arena_release(&w->mem);
	pg_close(w->sink.pg);
	pg_close(w->owner);
	database_drop(&w->db);
	free(w);
	return 0;
}

static struct ev_delivery_status status_of(const char *id, int64_t version, const char *state)
{
	static struct ev_count counts[] = {{.segment = {"", 0}, .name = {"members", 7}, .value = 7},
	        {.segment = {"", 0}, .name = {"rows_read", 9}, .value = 9}};
	return (struct ev_delivery_status){.delivery_id = str_c(id),
	        .version = version,
	        .tenant = STR("t"),
	        .route = STR("r"),
	        .audience = STR("a"),
	        .destination = STR("d"),
	        .kind = STR("delivery"),
	        .mode = STR("full"),
	        .epoch = STR("0"),
	        .cause_kind = STR("trigger"),
	        .cause = STR("c"),
	        .state = str_c(state),
	        .reason = STR(""),
	        .detail = STR(""),
	        .requested_by = STR("me"),
	        .approved_by = STR(""),
	        .spec_hash = STR(""),
	        .bridge_version = STR(""),
	        .content_hash = STR(""),
	        .counts = counts,
	        .counts_count = 2,
	        .created_at_ms = 1000,
	        .changed_at_ms = 2000};
}

static struct batch_message message(
        enum topic topic, int64_t offset, const struct ev_type *type, const void *event)
{
	return (struct batch_message){
	        .topic = topic, .partition = 1, .offset = offset, .type = type, .event = event};
}

static int send(struct world *w, const struct batch_message *msgs, size_t count, struct err *e)
{
	arena_reset(&w->mem);
	return sink_batch(&w->sink, msgs, count, &w->mem, e);
}

static void send_status(struct world *w, int64_t offset, const struct ev_delivery_status *s)
{
	struct err e;
	struct batch_message m = message(TOPIC_DELIVERIES, offset, &ev_delivery_status_type, s);
	must(send(w, &m, 1, &e), &e);
}

static int64_t num(struct world *w, const char *sql)
{
	return database_num(w->owner, sql);
}

static void text_is(struct world *w, const char *sql, const char *want)
{
	struct arena mem;
	arena_init(&mem, 65536);
	struct str got = database_text(w->owner, sql, &mem);
	if (!str_eq(got, str_c(want)))
		fail_msg("%s: got " STR_FMT ", want %s", sql, STR_ARG(got), want);
	arena_release(&mem);
}

static void the_highest_version_wins(void **state)
{
	struct world *w = *state;
	struct ev_delivery_status v3 = status_of("x", 3, "formatting"),
	                          v2 = status_of("x", 2, "selecting"),
	                          v4 = status_of("x", 4, "uploading");
	send_status(w, 0, &v3);
	send_status(w, 1, &v2);
	text_is(w, "SELECT state FROM run.delivery", "formatting");
	send_status(w, 2, &v4);
	text_is(w, "SELECT state FROM run.delivery", "uploading");
	text_is(w, "SELECT books::jsonb::text FROM run.delivery",
	        "{\"members\": 7, \"rows_read\": 9}");
	assert_int_equal(num(w, "SELECT next_offset FROM audit.position"), 3);
}

static void a_final_state_is_left_by_nobody(void **state)
{
	struct world *w = *state;
	struct ev_delivery_status done = status_of("x", 5, "completed"),
	                          later = status_of("x", 6, "uploading");
	send_status(w, 0, &done);
	send_status(w, 1, &later);
	text_is(w, "SELECT state || version FROM run.delivery", "completed5");
	/* The same within one batch. */
	struct ev_delivery_status a = status_of("y", 1, "failed"),
	                          b = status_of("y", 2, "selecting");
	struct batch_message both[] = {message(TOPIC_DELIVERIES, 2, &ev_delivery_status_type, &a),
	        message(TOPIC_DELIVERIES, 3, &ev_delivery_status_type, &b)};
	struct err e;
	must(send(w, both, 2, &e), &e);
	text_is(w, "SELECT state || version FROM run.delivery WHERE delivery_id = 'y'", "failed1");
}

static void an_unchanged_row_is_not_written(void **state)
{
	struct world *w = *state;
	struct ev_delivery_status s = status_of("x", 3, "formatting");
	send_status(w, 0, &s);
	int64_t before = num(w, "SELECT xmin::text::bigint FROM run.delivery");
	send_status(w, 0, &s);
	send_status(w, 1, &s);
	assert_int_equal(num(w, "SELECT xmin::text::bigint FROM run.delivery"), before);
}

static void receipts_make_files(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ev_receipt r = {.delivery_id = STR("x"),
	        .tenant = STR("t"),
	        .version = 4,
	        .file = {.file_id = STR("f"),
	                .name = STR("a.csv"),
	                .url = STR("file:///a.csv"),
	                .role = STR("part"),
	                .rows = 3,
	                .bytes = 10,
	                .sha256 = STR("s"),
	                .plain_sha256 = STR("p"),
	                .md5 = STR("m"),
	                .crc32c = STR("c"),
	                .encoder = STR("e"),
	                .guarantee = STR("rename_noreplace"),
	                .verified = STR("size_sha256"),
	                .blind = true,
	                .committed_at_ms = 5}};
	struct batch_message m = message(TOPIC_DELIVERIES, 0, &ev_receipt_type, &r);
	must(send(w, &m, 1, &e), &e);
	must(send(w, &m, 1, &e), &e);
	assert_int_equal(num(w, "SELECT count(*) FROM run.file JOIN run.receipt USING "
	                        "(delivery_id, file_id)"),
	        1);
	assert_int_equal(num(w, "SELECT rows FROM run.file"), 3);
	r.file.bytes = 11; /* of an older version: refused */
	r.version = 3;
	must(send(w, &m, 1, &e), &e);
	assert_int_equal(num(w, "SELECT bytes FROM run.file"), 10);
}

/* Whatever version it says, also where it comes together with the final state. */
static void a_receipt_obeys_a_final_state(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ev_delivery_status over = status_of("x", 9, "completed");
	struct ev_receipt r = {.delivery_id = STR("x"),
	        .tenant = STR("t"),
	        .version = 4,
	        .file = {.file_id = STR("f"),
	                .name = STR("a.csv"),
	                .url = STR(""),
	                .role = STR("part"),
	                .bytes = 10,
	                .sha256 = STR("s"),
	                .plain_sha256 = STR(""),
	                .md5 = STR(""),
	                .crc32c = STR(""),
	                .encoder = STR(""),
	                .guarantee = STR(""),
	                .verified = STR("")}};
	struct ev_receipt forged = r;
	forged.version = 10;
	forged.file.bytes = 666;
	struct batch_message both[] = {message(TOPIC_DELIVERIES, 0, &ev_receipt_type, &r),
	        message(TOPIC_DELIVERIES, 1, &ev_receipt_type, &forged),
	        message(TOPIC_DELIVERIES, 2, &ev_delivery_status_type, &over)};
	must(send(w, &both[0], 1, &e), &e);
	must(send(w, &both[1], 2, &e), &e);
	assert_int_equal(num(w, "SELECT bytes FROM run.file"), 10);
	forged.version = (INT64_C(1) << 56) - 1;
	must(send(w, &both[1], 1, &e), &e);
	assert_int_equal(num(w, "SELECT bytes FROM run.file"), 10);
	forged.file.file_id = STR("another");
	must(send(w, &both[1], 1, &e), &e);
	assert_int_equal(num(w, "SELECT count(*) FROM run.file"), 1);
	/* One that was late on the way is of a version before the end. */
	r.version = 9;
	r.file.bytes = 11;
	must(send(w, &both[0], 1, &e), &e);
	assert_int_equal(num(w, "SELECT bytes FROM run.file"), 11);
}

static struct ev_audit_record record_of(
        const char *id, const char *tenant, struct ev_fact *facts, size_t count)
{
	return (struct ev_audit_record){.record_id = str_c(id),
	        .tenant = str_c(tenant),
	        .at_ms = 1234,
	        .actor = STR("me"),
	        .action = STR("delivery.requested"),
	        .delivery_id = STR("x"),
	        .route = STR("r"),
	        .version = 1,
	        .reason = STR(""),
	        .detail = STR(""),
	        .facts = facts,
	        .facts_count = count};
}

static void the_chain_links_each_record_once(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ev_fact facts[] = {{STR("b"), STR("2")}, {STR("a"), STR("1")}};
	struct ev_audit_record one = record_of("r1", "t", facts, 2),
	                       two = record_of("r2", "t", NULL, 0),
	                       other = record_of("r3", "u", NULL, 0);
	struct batch_message first[] = {message(TOPIC_AUDIT, 0, &ev_audit_record_type, &one),
	        message(TOPIC_AUDIT, 1, &ev_audit_record_type, &one),
	        message(TOPIC_AUDIT, 2, &ev_audit_record_type, &other)};
	struct batch_message second[] = {message(TOPIC_AUDIT, 1, &ev_audit_record_type, &one),
	        message(TOPIC_AUDIT, 3, &ev_audit_record_type, &two)};
	must(send(w, first, 3, &e), &e);
	must(send(w, second, 2, &e), &e);
	assert_int_equal(num(w, "SELECT count(*) FROM audit.record"), 3);
	text_is(w, "SELECT previous FROM audit.record WHERE record_id = 'r1'", "");
	assert_int_equal(num(w, "SELECT count(*) FROM audit.record a JOIN audit.record b ON "
	                        "b.tenant = a.tenant AND "
	                        "b.sequence = a.sequence + 1 AND b.previous = a.hash"),
	        1);
	/* Python: sha256 over each field as an 8-byte little-endian length and its bytes, in the
	 * order of chain.h. */
	text_is(w, "SELECT hash FROM audit.record WHERE record_id = 'r1'",
	        "88ac7338d3b1186e6a83e19b63c259f4e6c40ee5589c98b723a7c6a1f7f255d0");
	text_is(w, "SELECT hash FROM audit.record WHERE record_id = 'r2'",
	        "370ad7facbeb0da4ae5e8933fc8d8a41d6ec8fbc497f8dbf501809e0691ec3ce");
}

/* A recorder that was stopped goes on within its transaction, while another has its partitions. */
static void a_chain_that_another_has_moved_on_is_followed(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ev_audit_record r = record_of("r1", "t", NULL, 0);
	struct batch_message m = message(TOPIC_AUDIT, 0, &ev_audit_record_type, &r);
	database_sql(w->owner, "CREATE FUNCTION audit.taken() RETURNS trigger LANGUAGE plpgsql AS "
	                       "'BEGIN RAISE unique_violation; END'");
	database_sql(w->owner, "CREATE TRIGGER taken BEFORE INSERT ON audit.record FOR EACH ROW "
	                       "EXECUTE FUNCTION audit.taken()");
	/* REJECT would make a dead letter of a good record. */
	assert_int_equal(send(w, &m, 1, &e), ERR_RETRY);
	database_sql(w->owner, "DROP TRIGGER taken ON audit.record");
	must(send(w, &m, 1, &e), &e);
	assert_int_equal(num(w, "SELECT count(*) FROM audit.record"), 1);
}

static void emptied_tables_are_built_anew(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ev_delivery_status s1 = status_of("x", 1, "requested"),
	                          s2 = status_of("x", 2, "completed");
	struct ev_audit_record r1 = record_of("r1", "t", NULL, 0),
	                       r2 = record_of("r2", "t", NULL, 0);
	struct batch_message all[] = {message(TOPIC_DELIVERIES, 0, &ev_delivery_status_type, &s1),
	        message(TOPIC_AUDIT, 0, &ev_audit_record_type, &r1),
	        message(TOPIC_AUDIT, 1, &ev_audit_record_type, &r2),
	        message(TOPIC_DELIVERIES, 1, &ev_delivery_status_type, &s2)};
	must(send(w, all, 4, &e), &e);
	static const char whole[] = "SELECT string_agg(x, '|') FROM (SELECT state || version AS x "
	                            "FROM run.delivery UNION ALL "
	                            "SELECT hash FROM audit.record ORDER BY 1) AS y";
	arena_reset(&w->mem);
	struct arena keep;
	arena_init(&keep, 65536);
	struct str before = database_text(w->owner, whole, &keep);
	database_sql(w->owner, "TRUNCATE run.delivery, audit.record, audit.position");
	struct batch_position at = {.next = 0};
	must(sink_position(&w->sink, TOPIC_AUDIT, 1, &at, &e), &e);
	assert_int_equal(at.next, -1);
	assert_string_equal(at.witness, "");
	for (size_t i = 0; i < 4; i++)
		must(send(w, &all[i], 1, &e), &e);
	struct str after = database_text(w->owner, whole, &keep);
	assert_true(str_eq(before, after));
	must(sink_position(&w->sink, TOPIC_AUDIT, 1, &at, &e), &e);
	assert_int_equal(at.next, 2);
	char witness[BATCH_WITNESS_BYTES];
	batch_message_witness(&all[2], witness);
	assert_string_equal(at.witness, witness);
	arena_release(&keep);
}

/* The partition lost its end: another message stands at an offset that was recorded. */
static void position_goes_back_when_it_is_told_and_only_then(void **state)
{
	struct world *w = *state;
	struct err e;
	struct batch_position at;
	struct ev_audit_record r[] = {record_of("r1", "t", NULL, 0), record_of("r2", "t", NULL, 0),
	        record_of("r3", "t", NULL, 0)};
	struct batch_message all[] = {message(TOPIC_AUDIT, 0, &ev_audit_record_type, &r[0]),
	        message(TOPIC_AUDIT, 1, &ev_audit_record_type, &r[1]),
	        message(TOPIC_AUDIT, 1, &ev_audit_record_type, &r[2])};
	must(send(w, all, 2, &e), &e);
	must(sink_rewind(&w->sink, TOPIC_AUDIT, 1, 5, &e), &e); /* upwards: never */
	must(sink_position(&w->sink, TOPIC_AUDIT, 1, &at, &e), &e);
	assert_int_equal(at.next, 2);
	must(sink_rewind(&w->sink, TOPIC_AUDIT, 1, 0, &e), &e);
	must(sink_position(&w->sink, TOPIC_AUDIT, 1, &at, &e), &e);
	assert_int_equal(at.next, 0);
	assert_string_equal(at.witness, "");
	must(send(w, &all[0], 1, &e), &e); /* again: nothing changes */
	must(send(w, &all[2], 1, &e), &e); /* the other one */
	must(sink_position(&w->sink, TOPIC_AUDIT, 1, &at, &e), &e);
	assert_int_equal(at.next, 2);
	assert_int_equal(num(w, "SELECT count(*) FROM audit.record"), 3);
}

/* The same for dead letters, which have no id but their place. */
static void dead_letters_at_one_offset_are_both_recorded(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ev_dead_letter lost = {.service = STR("formatter"),
	        .topic = STR("longshore.format-tasks"),
	        .reason = STR("poison"),
	        .detail = STR("x"),
	        .delivery_id = STR("d"),
	        .task_id = STR("t"),
	        .at_ms = 1000};
	struct ev_dead_letter later = lost;
	later.at_ms = 2000;
	struct batch_message all[] = {message(TOPIC_DEADLETTERS, 3, &ev_dead_letter_type, &lost),
	        message(TOPIC_DEADLETTERS, 3, &ev_dead_letter_type, &later)};
	must(send(w, &all[0], 1, &e), &e);
	must(send(w, &all[0], 1, &e), &e);
	assert_int_equal(num(w, "SELECT count(*) FROM audit.dead_letter"), 1);
	must(send(w, &all[1], 1, &e), &e);
	assert_int_equal(num(w, "SELECT count(*) FROM audit.dead_letter"), 2);
}

static void rows_and_position_stand_or_fall_together(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ev_delivery_status s = status_of("x", 1, "requested");
	struct batch_message m = message(TOPIC_DELIVERIES, 7, &ev_delivery_status_type, &s);
	database_sql(w->owner,
	        "ALTER TABLE audit.position ADD CONSTRAINT never CHECK (next_offset < 0)");
	assert_int_not_equal(send(w, &m, 1, &e), 0);
	assert_int_equal(num(w, "SELECT count(*) FROM run.delivery"), 0);
	database_sql(w->owner, "ALTER TABLE audit.position DROP CONSTRAINT never");
	must(send(w, &m, 1, &e), &e);
	assert_int_equal(num(w, "SELECT count(*) FROM run.delivery"), 1);
}

static void dead_letters_are_kept_once(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ev_dead_letter d = {.service = STR("formatter"),
	        .topic = STR("longshore.format.tasks"),
	        .partition = 2,
	        .offset = 9,
	        .reason = STR("poison"),
	        .detail = STR(""),
	        .delivery_id = STR("x"),
	        .task_id = STR("k"),
	        .tenant = STR("t"),
	        .at_ms = 1};
	struct batch_message m = message(TOPIC_DEADLETTERS, 0, &ev_dead_letter_type, &d);
	must(send(w, &m, 1, &e), &e);
	must(send(w, &m, 1, &e), &e);
	text_is(w, "SELECT reason || from_offset || count(*) OVER () FROM audit.dead_letter",
	        "poison91");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(the_highest_version_wins, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_final_state_is_left_by_nobody, setup, teardown),
	        cmocka_unit_test_setup_teardown(an_unchanged_row_is_not_written, setup, teardown),
	        cmocka_unit_test_setup_teardown(receipts_make_files, setup, teardown),
	        cmocka_unit_test_setup_teardown(a_receipt_obeys_a_final_state, setup, teardown),
	        cmocka_unit_test_setup_teardown(the_chain_links_each_record_once, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                a_chain_that_another_has_moved_on_is_followed, setup, teardown),
	        cmocka_unit_test_setup_teardown(emptied_tables_are_built_anew, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                position_goes_back_when_it_is_told_and_only_then, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                dead_letters_at_one_offset_are_both_recorded, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                rows_and_position_stand_or_fall_together, setup, teardown),
	        cmocka_unit_test_setup_teardown(dead_letters_are_kept_once, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
