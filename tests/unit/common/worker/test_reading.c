/* SPDX-License-Identifier: Apache-2.0
 * Unknown writers are asked for, once; the message is not to blame while nobody answers. */
#include "reading.h"

#include "longshore/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A foreign writer of our TaskResult: it knows two fields only. */
static const char foreign[] =
        "{\"name\":\"longshore.Trigger\",\"type\":\"record\",\"fields\":["
        "{\"name\":\"source\",\"type\":\"string\"},{\"name\":\"tenant\",\"type\":\"string\"},"
        "{\"name\":\"kind\",\"type\":{\"name\":\"longshore.TriggerKind\",\"type\":\"enum\","
        "\"symbols\":[\"UNKNOWN\",\"DELIVER\"]}}]}";

static int asked;
static int answer;
static char fingerprint[8];

static int find(
        void *arg, struct str wanted, struct arena *mem, struct str *out_json, struct err *e)
{
	(void)arg;
	(void)mem;
	asked++;
	assert_int_equal(wanted.n, 8);
	memcpy(fingerprint, wanted.p, 8);
	if (answer)
		return err_set(e, (enum err_act)answer,
		        answer == ERR_REJECT ? "unknown_schema" : "away", "no");
	*out_json = str_c(foreign);
	return 0;
}

static const struct schema_source source = {.find = find};

static void unknown_writer_is_asked_for_and_then_known(void **state)
{
	(void)state;
	struct arena mem;
	struct err e;
	struct ev_trigger t;
	/* CRC-64-AVRO of the schema above in canonical form, computed apart from this project */
	static const char bytes[] = "\xc3\x01"
	                            "\xde\xd5\x25\xf0\xe8\xb6\x1a\x71"
	                            "\x02s\x02t\x02";
	struct str message = {bytes, sizeof(bytes) - 1};
	arena_init(&mem, 1 << 20);
	answer = ERR_RETRY;
	assert_int_equal(
	        reading_decode(&source, &ev_trigger_type, message, &mem, &t, &e), ERR_RETRY);
	answer = ERR_REJECT;
	assert_int_equal(
	        reading_decode(&source, &ev_trigger_type, message, &mem, &t, &e), ERR_REJECT);
	assert_string_equal(e.code, "unknown_schema");
	answer = 0;
	assert_int_equal(reading_decode(&source, &ev_trigger_type, message, &mem, &t, &e), 0);
	assert_true(str_eq(t.source, STR("s")));
	assert_int_equal(t.kind, EV_TRIGGER_KIND_DELIVER);
	assert_int_equal(asked, 3);
	assert_memory_equal(fingerprint, bytes + 2, 8);
	const struct ev_type *type;
	void *event;
	assert_int_equal(reading_decode_any(&source, message, &mem, &type, &event, &e), 0);
	assert_ptr_equal(type, &ev_trigger_type);
	assert_int_equal(asked, 3); /* never again */
	arena_release(&mem);
}

static void without_a_source_it_is_unknown(void **state)
{
	(void)state;
	struct arena mem;
	struct err e;
	struct ev_trigger t;
	const struct schema_source none = {NULL, NULL};
	arena_init(&mem, 1 << 20);
	struct str message = STR("\xc3\x01\x01\x02\x03\x04\x05\x06\x07\x08 ");
	asked = 0;
	assert_int_equal(
	        reading_decode(&none, &ev_trigger_type, message, &mem, &t, &e), ERR_REJECT);
	assert_string_equal(e.code, "unknown_schema");
	assert_int_equal(
	        reading_decode(&source, &ev_trigger_type, STR("junk"), &mem, &t, &e), ERR_REJECT);
	assert_int_equal(asked, 0); /* nobody is asked about what is no event at all */
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	        cmocka_unit_test(unknown_writer_is_asked_for_and_then_known),
	        cmocka_unit_test(without_a_source_it_is_unknown),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}
