/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines are compared byte for byte with what a reader of JSON expects; only the time is taken out
 * before.
 */
#include "longshore/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static char line[128 * 1024];
static int ends[2];

#define TS "{\"ts\":\"2026-01-31T09:05:00.123Z\""

/* What follows the time in the one line that was written. */
static const char *take(void)
{
	ssize_t n = read(ends[0], line, sizeof line - 1);
	assert_true(n > (ssize_t)strlen(TS));
	line[n] = '\0';
	assert_ptr_equal(strchr(line, '\n'), line + n - 1);
	line[n - 1] = '\0';
	assert_memory_equal(line, "{\"ts\":\"2", 8);
	assert_memory_equal(line + strlen(TS) - 2, "Z\"", 2);
	return line + strlen(TS);
}

static int set_up(void **state)
{
	(void)state;
	if (pipe(ends) != 0)
		return -1;
	log_start("tester", LOG_INFO, ends[1]);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)close(ends[0]);
	(void)close(ends[1]);
	return 0;
}

#define HEAD(level, event, msg) \
	",\"level\":\"" level "\",\"svc\":\"tester\",\"event\":\"" event "\",\"msg\":\"" msg "\""

static void the_fixed_keys_come_first_and_always(void **state)
{
	(void)state;
	LOG_LINE(LOG_INFO, "tester.line.written", "hello", LOG_TEXT("task_id", STR("t1")),
	        LOG_NUM("dur_ms", -12), LOG_TEXT("trace_id", str_c(NULL)));
	assert_string_equal(
	        take(), HEAD("info", "tester.line.written",
	                        "hello") ",\"task_id\":\"t1\",\"dur_ms\":-12,\"trace_id\":null}");
}

static void numbers_are_whole_at_both_ends(void **state)
{
	(void)state;
	LOG_LINE(LOG_INFO, "a", "m", LOG_NUM("least", INT64_MIN), LOG_NUM("most", INT64_MAX));
	assert_string_equal(take(),
	        HEAD("info", "a",
	                "m") ",\"least\":-9223372036854775808,\"most\":9223372036854775807}");
}

static void what_is_below_the_level_is_not_written(void **state)
{
	(void)state;
	log_write(LOG_DEBUG, "a", "quiet", NULL, 0);
	log_write(LOG_WARN, "b", "loud", NULL, 0);
	assert_string_equal(take(), HEAD("warn", "b", "loud") "}");
}

static void foreign_bytes_cannot_break_the_line(void **state)
{
	(void)state;
	LOG_LINE(LOG_ERROR, "a", "quote \" back \\ line \n tab \t",
	        LOG_TEXT("name",
	                STR("nul \0 esc \x1b bad \xff\xc3 ok \xc3\xa9 \xf0\x9f\x9a\xa2 del \x7f")));
	assert_string_equal(take(),
	        HEAD("error", "a",
	                "quote \\\" back \\\\ line \\u000a tab \\u0009") ",\"name\":\"nul \\u0000 "
	                                                                 "esc \\u001b bad "
	                                                                 "\\ufffd\\ufffd ok "
	                                                                 "\xc3\xa9 "
	                                                                 "\xf0\x9f\x9a\xa2 del "
	                                                                 "\\u007f\"}");
}

/* Length of the text of the field that ends the line. */
static size_t last_length(void)
{
	const char *text = take();
	const char *from = strrchr(text, ':');
	return strlen(from) - strlen(":\"\"}");
}

static void values_are_cut_at_1024_bytes_between_characters(void **state)
{
	(void)state;
	char value[1030];
	memset(value, 'x', sizeof value);
	for (size_t n = 1022; n <= 1026; n++) {
		LOG_LINE(LOG_INFO, "a", "m", LOG_TEXT("v", str_bytes(value, n)));
		assert_int_equal(last_length(), n < 1024 ? n : 1024);
	}
	memcpy(value + 1023, "\xc3\xa9", 2);
	LOG_LINE(LOG_INFO, "a", "m", LOG_TEXT("v", str_bytes(value, sizeof value)));
	assert_int_equal(last_length(), 1023);
	memset(value, 0xff, sizeof value);
	LOG_LINE(LOG_INFO, "a", "m", LOG_TEXT("v", str_bytes(value, sizeof value)));
	assert_int_equal(last_length(), 1024 * strlen("\\ufffd"));
}

static void too_many_fields_still_give_whole_json(void **state)
{
	(void)state;
	char value[1024];
	memset(value, 1, sizeof value); /* six bytes each, escaped */
	struct log_field fields[40];
	char keys[40][8];
	for (size_t i = 0; i < 40; i++) {
		(void)snprintf(keys[i], sizeof keys[i], "k%zu", i);
		fields[i] = LOG_TEXT(keys[i], str_bytes(value, sizeof value));
	}
	log_write(LOG_INFO, "a", "m", fields, 40);
	struct str text = str_c(take());
	assert_true(str_has_suffix(text, STR("\\u0001\",\"truncated\":true}")));
	assert_non_null(strstr(text.p, ",\"k4\":\"\\u0001"));
	assert_null(strstr(text.p, ",\"k5\":"));
}

static void a_failure_tells_all_of_its_error(void **state)
{
	(void)state;
	struct err e;
	(void)err_set_native(&e, ERR_RETRY, "pg_down", "libpq", 7, "connection lost");
	log_err(LOG_WARN, "tester.task.failed", &e, (struct log_field[]){LOG_NUM("attempt", 3)}, 1);
	assert_string_equal(take(),
	        HEAD("warn", "tester.task.failed",
	                "connection lost") ",\"act\":\"retry\",\"code\":\"pg_down\",\"source\":"
	                                   "\"libpq\",\"native\":7,\"attempt\":3}");
}

enum { THREADS = 4, LINES = 200, WIDTH = 1000, COPIES = 6 };

static void *write_lines(void *value)
{
	struct log_field fields[COPIES];
	for (size_t i = 0; i < COPIES; i++)
		fields[i] = LOG_TEXT("v", str_bytes(value, WIDTH));
	for (int i = 0; i < LINES; i++)
		log_write(LOG_INFO, "a", "m", fields, COPIES);
	return NULL;
}

/* Lines longer than PIPE_BUF, which the kernel alone would not keep apart. */
static void lines_of_threads_do_not_mix(void **state)
{
	(void)state;
	pthread_t threads[THREADS];
	char values[THREADS][WIDTH];
	for (size_t i = 0; i < THREADS; i++) {
		memset(values[i], 'A' + (int)i, WIDTH);
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, values[i]), 0);
	}
	FILE *in = fdopen(dup(ends[0]), "r");
	assert_non_null(in);
	for (int i = 0; i < THREADS * LINES; i++) {
		assert_non_null(fgets(line, sizeof line, in));
		const char *at = line;
		char letter = 0;
		for (size_t k = 0; k < COPIES; k++) {
			at = strstr(at, ",\"v\":\"");
			assert_non_null(at);
			at += strlen(",\"v\":\"");
			letter = k == 0 ? *at : letter;
			char same[2] = {letter, '\0'};
			assert_int_equal(strspn(at, same), WIDTH);
			at += WIDTH;
		}
		assert_string_equal(at, "\"}\n");
	}
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	(void)fclose(in);
}

static void levels_are_parsed_by_name(void **state)
{
	(void)state;
	enum log_level level = LOG_ERROR;
	assert_true(log_level_parse(STR("debug"), &level));
	assert_int_equal(level, LOG_DEBUG);
	assert_true(log_level_parse(STR("error"), &level));
	assert_int_equal(level, LOG_ERROR);
	assert_false(log_level_parse(STR("Info"), &level));
	assert_false(log_level_parse(STR(""), &level));
	assert_int_equal(level, LOG_ERROR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST(the_fixed_keys_come_first_and_always),
	        TEST(numbers_are_whole_at_both_ends),
	        TEST(what_is_below_the_level_is_not_written),
	        TEST(foreign_bytes_cannot_break_the_line),
	        TEST(values_are_cut_at_1024_bytes_between_characters),
	        TEST(too_many_fields_still_give_whole_json),
	        TEST(a_failure_tells_all_of_its_error),
	        TEST(lines_of_threads_do_not_mix),
	        TEST(levels_are_parsed_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
