/* SPDX-License-Identifier: Apache-2.0
 * The batch loop as a process, against a real broker. */
#include "fleet.h"
#include "sink_service.h"

static struct fleet f;

static void open_fleet(const char *name)
{
	static const enum topic topics[] = {TOPIC_TRIGGERS};
	fleet_open(&f, name);
	fleet_topics(&f, topics, 1);
}

static void send_raw(struct str value)
{
	char topic[128];
	struct err e;
	struct bus_send send = {.topic = fleet_topic(&f, TOPIC_TRIGGERS, topic),
	        .partition = 0,
	        .key = STR("route"),
	        .value = value};
	fleet_ok(bus_produce(f.producer, &send, &e), &e);
	fleet_ok(bus_flush(f.producer, FLEET_PATIENCE_MS, &e), &e);
}

static void send_trigger(const char *note)
{
	struct err e;
	struct buf wire;
	struct ev_trigger trigger = {.kind = EV_TRIGGER_KIND_DELIVER,
	        .source = STR("test"),
	        .tenant = STR("tenant"),
	        .note = str_c(note)};
	buf_init(&wire, EVENT_MAX_BYTES);
	fleet_ok(event_encode(&ev_trigger_type, &trigger, &wire, &e), &e);
	send_raw(buf_str(&wire));
	buf_release(&wire);
}

/* Lines (or, for one long line, bytes) of a note. */
static int notes(const char *file, const char *text)
{
	char path[256];
	char line[4096];
	int count = 0;
	snprintf(path, sizeof(path), "%s/%s", f.folder.path, file);
	FILE *in = fopen(path, "r");
	while (in && fgets(line, sizeof(line), in)) {
		for (const char *at = line; (at = strstr(at, text)) != NULL; at++)
			count++;
	}
	if (in)
		fclose(in);
	return count;
}

static void await_notes(const char *file, const char *text, int times)
{
	for (int64_t until_ms = clock_mono_ms() + FLEET_PATIENCE_MS; notes(file, text) < times;) {
		if (clock_mono_ms() > until_ms) {
			fleet_print_logs(&f);
			fail_msg(
			        "%s has %s %d times, not %d", file, text, notes(file, text), times);
		}
		poll(NULL, 0, 5);
	}
}

static void remove_file(const char *name)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", f.folder.path, name);
	assert_int_equal(unlink(path), 0);
}

static void events_come_in_order_and_once(void **state)
{
	(void)state;
	enum { EVENTS = 130 };
	open_fleet("order");
	char note[32];
	for (int i = 0; i < EVENTS; i++) {
		snprintf(note, sizeof(note), "n%d", i);
		send_trigger(note);
	}
	pid_t pid = fleet_spawn(&f, "sink", NULL);
	for (int i = 0; i < EVENTS; i++) {
		snprintf(note, sizeof(note), "n%d", i);
		(void)fleet_result_of(&f, note, 0);
		assert_string_equal(f.results[i].task, note);
		assert_string_equal(f.results[i].header_task, note);
		assert_string_equal(f.results[i].traceparent, "00-cc-dd-01");
	}
	await_notes("batched", "Trigger", EVENTS);
	await_notes("ticked", "x", 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	/* what was done is committed: a second process gets the rest only */
	pid = fleet_spawn(&f, "sink", NULL);
	send_trigger("last");
	(void)fleet_result_of(&f, "last", 0);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(notes("batched", "Trigger"), EVENTS + 1);
	fleet_close(&f);
}

static void what_is_no_event_of_the_topic_is_set_aside(void **state)
{
	(void)state;
	open_fleet("aside");
	struct err e;
	struct buf wire;
	const struct ev_task_result stray = {.task_id = STR("stray"), .delivery_id = STR("d")};
	buf_init(&wire, EVENT_MAX_BYTES);
	fleet_ok(event_encode(&ev_task_result_type, &stray, &wire, &e), &e);
	send_raw(STR("junk"));
	send_trigger("one");
	send_raw(buf_str(&wire));
	send_raw((struct str){NULL, 0});
	send_trigger("two");
	buf_release(&wire);
	pid_t pid = fleet_spawn(&f, "sink", NULL);
	(void)fleet_result_of(&f, "one", 0);
	(void)fleet_result_of(&f, "two", 0);
	fleet_await_dead(&f, 3);
	static const char *const reasons[] = {"undecodable", "wrong_type", "undecodable"};
	static const int64_t offsets[] = {0, 2, 3};
	for (int i = 0; i < 3; i++) {
		assert_string_equal(f.dead[i].reason, reasons[i]);
		assert_int_equal(f.dead[i].offset, offsets[i]);
		assert_string_equal(f.dead[i].key, "route");
	}
	await_notes("batched", "Trigger", 2);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static void what_the_service_refuses_is_set_aside_and_nothing_else(void **state)
{
	(void)state;
	open_fleet("refused");
	static const char *const sent[] = {"one", "refused", "two", "refused", "three"};
	for (size_t i = 0; i < 5; i++)
		send_trigger(sent[i]);
	pid_t pid = fleet_spawn(&f, "sink", NULL);
	for (size_t i = 0; i < 5; i += 2)
		(void)fleet_result_of(&f, sent[i], 0);
	fleet_await_dead(&f, 2);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(f.dead[i].reason, "bad_data");
		assert_string_equal(f.dead[i].detail, "it cannot be stored");
		assert_int_equal(f.dead[i].offset, 2 * i + 1);
	}
	send_trigger("refused"); /* a batch of its own */
	send_trigger("last");
	(void)fleet_result_of(&f, "last", 0);
	fleet_await_dead(&f, 3);
	await_notes("batched", "Trigger", 4);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static void batch_is_tried_again_while_a_neighbour_is_away(void **state)
{
	(void)state;
	open_fleet("retry");
	folder_write(&f.folder, "away", "", 0);
	send_raw(STR("junk"));
	send_trigger("one");
	pid_t pid = fleet_spawn(&f, "sink", NULL);
	await_notes("tries", "x", 4);
	send_trigger("two");
	assert_int_equal(notes("batched", "Trigger"), 0);
	remove_file("away");
	(void)fleet_result_of(&f, "one", 0);
	(void)fleet_result_of(&f, "two", 0);
	await_notes("batched", "Trigger", 2);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(f.dead_count, 1); /* set aside once, not with every try */
	fleet_close(&f);
}

static void end_does_not_wait_for_a_neighbour(void **state)
{
	(void)state;
	open_fleet("end");
	folder_write(&f.folder, "away", "", 0);
	send_trigger("one");
	pid_t pid = fleet_spawn(&f, "sink", NULL);
	await_notes("tries", "x", 2);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	remove_file("away");
	send_trigger("two");
	pid = fleet_spawn(
	        &f, "sink", NULL); /* nothing was committed: it comes again, before the next */
	(void)fleet_result_of(&f, "two", 0);
	assert_int_equal(fleet_results_of(&f, "one"), 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static void batch_goes_to_who_has_the_partition_now(void **state)
{
	(void)state;
	open_fleet("moved");
	folder_write(&f.folder, "away", "", 0);
	send_trigger("one");
	pid_t first = fleet_spawn(&f, "sink", NULL);
	await_notes("tries", "x", 2);
	kill(first, SIGSTOP);
	pid_t second = fleet_spawn(&f, "sink", NULL);
	await_notes("tries", "x", 6); /* the second has it, after the session of the first */
	remove_file("away");
	(void)fleet_result_of(&f, "one", 0);
	await_notes("batched", "Trigger", 1);
	kill(first, SIGCONT);
	fleet_await_log(&f, 0, "worker.revoked", 1);
	send_trigger("two");
	(void)fleet_result_of(&f, "two", 0);
	assert_int_equal(fleet_kill(first, SIGTERM), 0);
	assert_int_equal(fleet_kill(second, SIGTERM), 0);
	fleet_close(&f);
}

static void too_large_item_is_named_and_nothing_is_sent(void **state)
{
	(void)state;
	open_fleet("large");
	send_trigger("large");
	send_trigger("after");
	pid_t pid = fleet_spawn(&f, "sink", NULL);
	(void)fleet_result_of(&f, "after", 0);
	assert_int_equal(notes("said", "too_large 1"), 1);
	assert_int_equal(fleet_results_of(&f, "large"), 0);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

static void service_with_own_offsets_says_where_to_start(void **state)
{
	(void)state;
	open_fleet("keeper");
	for (int i = 0; i < 5; i++)
		send_trigger("early");
	folder_write(&f.folder, "away", "", 0);
	pid_t pid = fleet_spawn(&f, "keeper", NULL);
	await_notes("tries", "x", 2); /* its store is away: it waits for it */
	folder_write(&f.folder, "position", "3", 1);
	remove_file("away");
	await_notes("position", "5", 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(notes("batched", "Trigger"), 2);
	remove_file("position"); /* from the beginning, although a group was at 5 before */
	pid = fleet_spawn(&f, "keeper", NULL);
	await_notes("batched", "Trigger", 7);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	fleet_close(&f);
}

/* A process that is to end does not wait for long work, nor finishes it half. */
static void long_work_is_left_to_the_next_process(void **state)
{
	(void)state;
	open_fleet("long");
	send_trigger("long");
	pid_t pid = fleet_spawn(&f, "sink", NULL);
	await_notes("breathing", "x", 1);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(notes("stopped", "x"), 1);
	assert_int_equal(notes("batched", "Trigger"), 0);
	probe_note(f.folder.path, "short", "x");
	pid = fleet_spawn(&f, "sink", NULL);
	(void)fleet_result_of(&f, "long", 0);
	assert_int_equal(fleet_kill(pid, SIGTERM), 0);
	assert_int_equal(notes("batched", "Trigger"), 1);
	fleet_close(&f);
}

/* Kafka is polled meanwhile: partitions that go to somebody else end the work on them. */
static void long_work_ends_with_its_partitions(void **state)
{
	(void)state;
	open_fleet("leave");
	send_trigger("long");
	pid_t first = fleet_spawn(&f, "sink", NULL);
	await_notes("breathing", "x", 1);
	pid_t second = fleet_spawn(&f, "sink", NULL);
	await_notes("stopped", "x", 1);
	await_notes("breathing", "x", 2); /* the process that has them now starts over */
	probe_note(f.folder.path, "short", "x");
	(void)fleet_result_of(&f, "long", 0);
	assert_int_equal(fleet_kill(first, SIGTERM), 0);
	assert_int_equal(fleet_kill(second, SIGTERM), 0);
	fleet_close(&f);
}

static int tests(void)
{
	const struct CMUnitTest all[] = {
	        cmocka_unit_test(events_come_in_order_and_once),
	        cmocka_unit_test(what_is_no_event_of_the_topic_is_set_aside),
	        cmocka_unit_test(what_the_service_refuses_is_set_aside_and_nothing_else),
	        cmocka_unit_test(batch_is_tried_again_while_a_neighbour_is_away),
	        cmocka_unit_test(end_does_not_wait_for_a_neighbour),
	        cmocka_unit_test(batch_goes_to_who_has_the_partition_now),
	        cmocka_unit_test(too_large_item_is_named_and_nothing_is_sent),
	        cmocka_unit_test(service_with_own_offsets_says_where_to_start),
	        cmocka_unit_test(long_work_is_left_to_the_next_process),
	        cmocka_unit_test(long_work_ends_with_its_partitions),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "probe") != 0)
		return sink_main(strcmp(argv[1], "keeper") == 0);
	return fleet_main(argc, argv, tests);
}
