/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void check(rd_kafka_resp_err_t code, enum err_act act, const char *word)
{
	const char *said;
	assert_int_equal(kafka_act(code, &said), act);
	assert_string_equal(said, word);
}

static void every_code_says_what_to_do(void **state)
{
	(void)state;
	check(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ERR_REJECT, "too_large");
	check(RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, ERR_REJECT, "metadata_too_large");
	check(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, ERR_FENCED, "fenced");
	check(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, ERR_FENCED, "fenced");
	check(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, ERR_FENCED, "fenced");
	check(RD_KAFKA_RESP_ERR__FATAL, ERR_FATAL, "bus_fatal");
	check(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ERR_FATAL, "bus_forbidden");
	check(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ERR_RETRY, "no_topic");
	check(RD_KAFKA_RESP_ERR__QUEUE_FULL, ERR_RETRY, "bus_full");
	check(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, ERR_RETRY, "rebalancing");
	check(RD_KAFKA_RESP_ERR__TIMED_OUT, ERR_RETRY, "bus_unavailable");
	check(RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, ERR_RETRY, "bus_unavailable");
	check((rd_kafka_resp_err_t)9999, ERR_RETRY, "bus_unavailable");
}

static void text_names_step_and_cause(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(
	        kafka_err(&e, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "topic %s", "x.results"),
	        ERR_RETRY);
	assert_string_equal(e.code, "no_topic");
	assert_string_equal(e.source, "librdkafka");
	assert_int_equal(e.native, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	assert_non_null(strstr(e.text, "topic x.results: "));
}

static void wrong_setting_is_fatal_and_named(void **state)
{
	(void)state;
	static const struct kafka_setting wrong[] = {{"no.such.setting", "1"}, {NULL, NULL}};
	struct err e;
	rd_kafka_conf_t *conf;
	assert_int_equal(kafka_conf("127.0.0.1:1", "test", wrong, &conf, &e), ERR_FATAL);
	assert_non_null(strstr(e.text, "no.such.setting"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_code_says_what_to_do),
	        cmocka_unit_test(text_names_step_and_cause),
	        cmocka_unit_test(wrong_setting_is_fatal_and_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
