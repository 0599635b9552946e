/* SPDX-License-Identifier: Apache-2.0
 * What the border of the fleet must hold against: messages made by hand, byte by byte. */
#include "longshore/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ARENA_BYTES = 32 * 1024 * 1024 };

struct fixture {
	struct arena mem;
	struct buf out;
	struct err e;
};

static int set_up(void **state)
{
	static struct fixture f;
	arena_init(&f.mem, ARENA_BYTES);
	buf_init(&f.out, 4 * EVENT_MAX_BYTES);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	arena_release(&f->mem);
	buf_release(&f->out);
	return 0;
}

/* Begins a message of that type; what follows is put by hand. */
static void begin(struct fixture *f, const struct ev_type *type)
{
	char header[10] = {(char)0xc3, 1};
	for (size_t i = 0; i < 8; i++)
		header[2 + i] = (char)(ev_type_fingerprint(type) >> 8 * i);
	buf_clear(&f->out);
	assert_int_equal(buf_append(&f->out, header, sizeof header, &f->e), 0);
}

static void put(struct fixture *f, struct str bytes)
{
	assert_int_equal(buf_append_str(&f->out, bytes, &f->e), 0);
}

static void put_number(struct fixture *f, int64_t value)
{
	uint64_t bits = (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
	for (; bits >= 0x80; bits >>= 7)
		put(f, str_bytes((char[]){(char)(bits | 0x80)}, 1));
	put(f, str_bytes((char[]){(char)bits}, 1));
}

static int decode(struct fixture *f, void **out_value)
{
	const struct ev_type *type = NULL;
	*out_value = NULL;
	int rc = event_decode_any(buf_str(&f->out), &f->mem, &type, out_value, &f->e);
	assert_true((rc == 0) == (*out_value != NULL));
	assert_true((rc == 0) == (type != NULL));
	return rc;
}

static void check_refused(struct fixture *f, const char *code)
{
	void *value;
	assert_int_equal(decode(f, &value), ERR_REJECT);
	assert_string_equal(f->e.code, code);
	assert_int_equal(f->e.act, ERR_REJECT);
}

/* An AuditRecord up to its array of facts. */
static void begin_audit(struct fixture *f)
{
	begin(f, &ev_audit_record_type);
	put(f, STR("\x02r\x02t\x02\x02"
	           "a\x02"
	           "d\x00\x00\x00\x00\x00"));
}

static void a_message_made_by_hand_is_read(void **state)
{
	struct fixture *f = *state;
	void *value;
	begin_audit(f);
	put(f, STR("\x02\x02n\x02v\x00"));
	assert_int_equal(decode(f, &value), 0);
	const struct ev_audit_record *record = value;
	assert_true(str_eq(record->record_id, STR("r")));
	assert_int_equal(record->at_ms, 1);
	assert_int_equal(record->facts_count, 1);
	assert_true(str_eq(record->facts[0].value, STR("v")));
}

static void a_length_is_not_believed(void **state)
{
	struct fixture *f = *state;
	static const int64_t lengths[] = {
	        2, 1 << 30, INT64_C(1) << 40, INT64_MAX, INT64_MAX - 1, -1, -2, INT64_MIN};
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		begin(f, &ev_audit_record_type);
		put_number(f, lengths[i]);
		put(f, STR("r"));
		check_refused(f, "undecodable");
		/* Nothing was asked for that the message could not hold. */
		assert_true(f->mem.used_bytes < 64 * 1024);
	}
}

static void a_number_of_items_is_not_believed(void **state)
{
	struct fixture *f = *state;
	static const int64_t counts[] = {5, 1 << 30, INT64_MAX, INT64_MIN, -1, -INT64_MAX};
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		begin_audit(f);
		put_number(f, counts[i]);
		put(f, STR("\x00\x00"));
		check_refused(f, "undecodable");
		assert_true(f->mem.used_bytes < 64 * 1024);
	}
}

static void put_facts(struct fixture *f, int64_t count, int64_t per_block)
{
	for (int64_t i = 0; i < count; i++) {
		if (i % per_block == 0)
			put_number(f, per_block < count - i ? per_block : count - i);
		put(f, STR("\x00\x00"));
	}
	put(f, STR("\x00"));
}

static void items_are_bounded_over_all_blocks(void **state)
{
	struct fixture *f = *state;
	static const int64_t per_block[] = {1, 7, EVENT_MAX_ITEMS, EVENT_MAX_ITEMS + 1};
	for (size_t i = 0; i < 4; i++) {
		void *value;
		begin_audit(f);
		put_facts(f, EVENT_MAX_ITEMS, per_block[i]);
		assert_int_equal(decode(f, &value), 0);
		assert_int_equal(((struct ev_audit_record *)value)->facts_count, EVENT_MAX_ITEMS);
		begin_audit(f);
		put_facts(f, EVENT_MAX_ITEMS + 1, per_block[i]);
		check_refused(f, "too_large");
		arena_reset(&f->mem);
	}
}

static void blocks_with_their_bytes_are_read_and_must_be_right(void **state)
{
	struct fixture *f = *state;
	void *value;
	begin_audit(f);
	put(f, STR("\x03\x08\x02n\x02v\x00"
	           "\x00"
	           "\x01\x04\x00\x00"
	           "\x00"));
	assert_int_equal(decode(f, &value), ERR_REJECT); /* 6 bytes, and it says 4 */
	begin_audit(f);
	put(f, STR("\x03\x0c\x02n\x02v\x00\x00"
	           "\x01\x04\x00\x00"
	           "\x00"));
	assert_int_equal(decode(f, &value), 0);
	const struct ev_audit_record *record = value;
	assert_int_equal(record->facts_count, 3);
	assert_true(str_eq(record->facts[0].name, STR("n")));
	assert_non_null(record->facts[2].name.p);
}

static void texts_hold_no_nul_and_are_utf8(void **state)
{
	struct fixture *f = *state;
	static const struct str bad[] = {{"\x02\x00", 2},
	        {"\x06"
	         "a\0b",
	                4},
	        {"\x02\xff", 2},
	        {"\x04"
	         "a\xc3",
	                3}};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		begin(f, &ev_audit_record_type);
		put(f, bad[i]);
		put(f, STR("\x02t\x02\x02"
		           "a\x02"
		           "d\x00\x00\x00\x00\x00\x00"));
		check_refused(f, "undecodable");
	}
	static const struct str worse[] = {{"a\0b", 3}, {"\xff", 1}, {"\xc3", 1}};
	for (size_t i = 0; i < sizeof worse / sizeof worse[0]; i++) {
		struct ev_audit_record record = {.record_id = worse[i]};
		buf_clear(&f->out);
		assert_int_equal(
		        event_encode(&ev_audit_record_type, &record, &f->out, &f->e), ERR_REJECT);
		assert_string_equal(f->e.code, "unencodable");
		assert_int_equal(f->out.n, 0);
	}
}

/* An error ends in logs and status rows: it names the place and nothing of what stood there. */
static void errors_name_the_field_and_not_its_content(void **state)
{
	struct fixture *f = *state;
	struct ev_fact facts[2] = {{.name = STR("n")}, {.value = STR("PATIENT\0")}};
	struct ev_audit_record record = {.facts = facts, .facts_count = 2};
	assert_int_equal(event_encode(&ev_audit_record_type, &record, &f->out, &f->e), ERR_REJECT);
	assert_string_equal(
	        f->e.text, "encode AuditRecord: facts: item 1: value: a text contains NUL");
	begin_audit(f);
	put(f, STR("\x04\x00\x00\x00\x10PATIENT\0\x00"));
	check_refused(f, "undecodable");
	assert_string_equal(
	        f->e.text, "decode AuditRecord: facts: item 1: value: a text contains NUL");
}

static void a_header_that_is_not_ours_is_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = {"", "\xc3", "\xc3\x01short",
	        "\xc3\x02"
	        "12345678",
	        "{\"json\":true}", "plain text, no Avro"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		buf_clear(&f->out);
		put(f, str_c(bad[i]));
		check_refused(f, "undecodable");
	}
	buf_clear(&f->out);
	put(f, STR("\xc3\x01\x01\x02\x03\x04\x05\x06\x07\x08"));
	check_refused(f, "unknown_schema");
	assert_non_null(strstr(f->e.text, "0807060504030201"));
	const struct ev_type *type;
	void *value;
	assert_int_equal(event_decode_any(str_c(NULL), &f->mem, &type, &value, &f->e), ERR_REJECT);
}

static void an_event_of_another_type_is_refused(void **state)
{
	struct fixture *f = *state;
	struct ev_audit_record record = {.at_ms = 1};
	struct ev_trigger trigger = {.at_ms = 42};
	assert_int_equal(event_encode(&ev_audit_record_type, &record, &f->out, &f->e), 0);
	assert_int_equal(event_decode(&ev_trigger_type, buf_str(&f->out), &f->mem, &trigger, &f->e),
	        ERR_REJECT);
	assert_string_equal(f->e.code, "wrong_type");
	assert_string_equal(f->e.text, "is a AuditRecord, not a Trigger");
	assert_int_equal(trigger.at_ms, 42); /* untouched */
}

static void a_failed_decoding_leaves_the_output_alone(void **state)
{
	struct fixture *f = *state;
	struct ev_audit_record record = {.at_ms = 42};
	begin_audit(f);
	put(f, STR("\x00junk"));
	assert_int_equal(
	        event_decode(&ev_audit_record_type, buf_str(&f->out), &f->mem, &record, &f->e),
	        ERR_REJECT);
	assert_string_equal(f->e.text, "decode AuditRecord: 4 bytes are left over");
	assert_int_equal(record.at_ms, 42);
	assert_null(record.tenant.p);
}

static void absent_and_empty_are_two_things(void **state)
{
	struct fixture *f = *state;
	struct ev_staged_ref ref = {.rows = 7};
	struct ev_bridge_task task = {.head.spec = {"", 0}, .input = &ref}, back;
	assert_int_equal(event_encode(&ev_bridge_task_type, &task, &f->out, &f->e), 0);
	assert_int_equal(
	        event_decode(&ev_bridge_task_type, buf_str(&f->out), &f->mem, &back, &f->e), 0);
	assert_non_null(back.head.spec.p);
	assert_int_equal(back.head.spec.n, 0);
	assert_null(back.bridge_version.p);
	assert_non_null(back.head.task_id.p); /* cannot be absent, so it came as empty */
	assert_int_equal(back.input->rows, 7);
	assert_null(back.baseline);
	assert_null(back.suppressions);
}

static void texts_are_terminated_and_outlive_the_message(void **state)
{
	struct fixture *f = *state;
	struct ev_audit_record record = {.tenant = STR("acme")}, back;
	assert_int_equal(event_encode(&ev_audit_record_type, &record, &f->out, &f->e), 0);
	assert_int_equal(
	        event_decode(&ev_audit_record_type, buf_str(&f->out), &f->mem, &back, &f->e), 0);
	memset(f->out.p, 'x', f->out.n);
	assert_string_equal(back.tenant.p, "acme");
}

static void a_number_that_is_no_symbol_is_not_written(void **state)
{
	struct fixture *f = *state;
	static const int bad[] = {-1, EV_BRIDGE_OP_COMBINE + 1, INT32_MAX};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct ev_bridge_task task = {.head.issue = 1};
		memcpy(&task.op, &bad[i], sizeof bad[i]);
		assert_int_equal(
		        event_encode(&ev_bridge_task_type, &task, &f->out, &f->e), ERR_REJECT);
		assert_string_equal(f->e.code, "unencodable");
	}
	assert_string_equal(ev_bridge_op_name(EV_BRIDGE_OP_INSPECT), "INSPECT");
	enum ev_bridge_op none;
	memcpy(&none, &bad[0], sizeof none);
	assert_string_equal(ev_bridge_op_name(none), "?");
}

static int encode_letter(struct fixture *f, size_t n, char *content)
{
	struct ev_dead_letter letter = {.value = str_bytes(content, n)};
	return event_encode(&ev_dead_letter_type, &letter, &f->out, &f->e);
}

static void the_size_of_a_message_is_bounded_to_the_byte(void **state)
{
	struct fixture *f = *state;
	char *content = arena_alloc(&f->mem, EVENT_MAX_BYTES);
	put(f, STR("before")); /* what is there already does not count and stays */
	size_t n = EVENT_MAX_BYTES - 100;
	assert_int_equal(encode_letter(f, n, content), 0);
	n += EVENT_MAX_BYTES - (f->out.n - 6);
	f->out.n = 6;
	assert_int_equal(encode_letter(f, n + 1, content), ERR_REJECT);
	assert_string_equal(f->e.code, "too_large");
	assert_true(str_eq(buf_str(&f->out), STR("before")));
	assert_int_equal(encode_letter(f, n, content), 0);
	assert_int_equal(f->out.n - 6, EVENT_MAX_BYTES);
	const struct ev_type *type;
	void *value;
	struct str bytes = str_bytes(f->out.p + 6, EVENT_MAX_BYTES);
	assert_int_equal(event_decode_any(bytes, &f->mem, &type, &value, &f->e), 0);
	assert_int_equal(((struct ev_dead_letter *)value)->value.n, n);
	assert_int_equal(buf_append(&f->out, "", 1, &f->e), 0);
	bytes = str_bytes(f->out.p + 6, EVENT_MAX_BYTES + 1);
	assert_int_equal(event_decode_any(bytes, &f->mem, &type, &value, &f->e), ERR_REJECT);
	assert_string_equal(f->e.code, "too_large");
}

static void too_many_items_are_not_written(void **state)
{
	struct fixture *f = *state;
	struct ev_audit_record record = {.facts_count = EVENT_MAX_ITEMS};
	record.facts = arena_try_alloc(&f->mem, EVENT_MAX_ITEMS + 1, sizeof record.facts[0]);
	assert_int_equal(event_encode(&ev_audit_record_type, &record, &f->out, &f->e), 0);
	record.facts_count++;
	assert_int_equal(event_encode(&ev_audit_record_type, &record, &f->out, &f->e), ERR_REJECT);
	assert_string_equal(f->e.code, "too_large");
}

/* A message that does not fit is a bad message: tried again it would not fit either. */
static void a_small_arena_rejects_and_never_retries(void **state)
{
	struct fixture *f = *state;
	begin_audit(f);
	put_facts(f, 100, 3);
	int refused = 0;
	for (size_t limit = 0; limit < 64 * 1024; limit += 512) {
		struct arena mem;
		const struct ev_type *type;
		void *value;
		arena_init(&mem, limit);
		int rc = event_decode_any(buf_str(&f->out), &mem, &type, &value, &f->e);
		if (rc != 0) {
			assert_int_equal(rc, ERR_REJECT);
			assert_string_equal(f->e.code, "too_large");
			refused++;
		}
		arena_release(&mem);
	}
	assert_true(refused > 4 && refused < 128);
}

static void a_writer_must_be_one_of_our_events(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *json, *code;
	} cases[] = {{"not json", "bad_schema"}, {"\"string\"", "wrong_type"},
	        {"{\"type\":\"string\"}", "wrong_type"},
	        {"{\"type\":\"record\",\"name\":\"Trigger\",\"fields\":[]}", "wrong_type"},
	        {"{\"type\":\"record\",\"name\":\"other.Trigger\",\"fields\":[]}", "wrong_type"},
	        {"{\"type\":\"record\",\"name\":\"longshore.Nothing\",\"fields\":[]}",
	                "wrong_type"},
	        {"{\"type\":\"record\",\"name\":\"longshore.Trigger\",\"fields\":[]}",
	                "incompatible"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int rc = event_add_writer(str_c(cases[i].json), &f->e);
		if (rc == 0 || strcmp(f->e.code, cases[i].code) != 0)
			print_error("%s: %s\n", cases[i].json, rc == 0 ? "passed" : f->e.text);
		assert_int_equal(rc, ERR_REJECT);
		assert_string_equal(f->e.code, cases[i].code);
		assert_memory_equal(f->e.text, "writer schema: ", 15);
	}
}

static void our_own_schemas_are_known_and_adding_them_changes_nothing(void **state)
{
	struct fixture *f = *state;
	size_t count;
	const struct ev_type *const *types = ev_types(&count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(event_add_writer(ev_type_schema(types[i]), &f->e), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(a_message_made_by_hand_is_read),
	        TEST(a_length_is_not_believed),
	        TEST(a_number_of_items_is_not_believed),
	        TEST(items_are_bounded_over_all_blocks),
	        TEST(blocks_with_their_bytes_are_read_and_must_be_right),
	        TEST(texts_hold_no_nul_and_are_utf8),
	        TEST(errors_name_the_field_and_not_its_content),
	        TEST(a_header_that_is_not_ours_is_refused),
	        TEST(an_event_of_another_type_is_refused),
	        TEST(a_failed_decoding_leaves_the_output_alone),
	        TEST(absent_and_empty_are_two_things),
	        TEST(texts_are_terminated_and_outlive_the_message),
	        TEST(a_number_that_is_no_symbol_is_not_written),
	        TEST(the_size_of_a_message_is_bounded_to_the_byte),
	        TEST(too_many_items_are_not_written),
	        TEST(a_small_arena_rejects_and_never_retries),
	        TEST(a_writer_must_be_one_of_our_events),
	        TEST(our_own_schemas_are_known_and_adding_them_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
