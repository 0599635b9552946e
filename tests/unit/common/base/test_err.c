/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/err.h"
#include "longshore/str.h"

#include <errno.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void setting_an_error_fills_all_of_it(void **state)
{
	(void)state;
	struct err e;
	memset(&e, 0x5a, sizeof e);
	assert_int_equal(err_set(&e, ERR_DEFER, "drain", "task %d", 7), ERR_DEFER);
	assert_int_equal(e.act, ERR_DEFER);
	assert_string_equal(e.code, "drain");
	assert_string_equal(e.source, "ours");
	assert_int_equal(e.native, 0);
	assert_int_equal(e.not_before_ms, 0);
	assert_string_equal(e.text, "task 7");
}

static void a_foreign_error_keeps_its_source_and_number(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(
	        err_set_native(&e, ERR_RETRY, "kafka", "librdkafka", -195, "down"), ERR_RETRY);
	assert_string_equal(e.source, "librdkafka");
	assert_int_equal(e.native, -195);
}

static void errno_decides_the_act_in_one_place(void **state)
{
	(void)state;
	static const struct {
		int errnum;
		enum err_act act;
	} cases[] = {{EAGAIN, ERR_RETRY}, {EINTR, ERR_RETRY}, {ENOSPC, ERR_RETRY}, {EIO, ERR_RETRY},
	        {ETIMEDOUT, ERR_RETRY}, {EMFILE, ERR_RETRY}, {ECONNRESET, ERR_RETRY},
	        {ENOMEM, ERR_FATAL}, {ENOENT, ERR_REJECT}, {EACCES, ERR_REJECT},
	        {EEXIST, ERR_REJECT}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e;
		int rc = err_set_errno(&e, "io", cases[i].errnum, "open a");
		assert_int_equal(rc, cases[i].act);
		assert_int_equal(e.act, cases[i].act);
		assert_int_equal(e.native, cases[i].errnum);
		assert_string_equal(e.source, "posix");
	}
	struct err e;
	(void)err_set_errno(&e, "io", ENOENT, "open %s", "a");
	assert_string_equal(e.text, "open a: No such file or directory");
}

static void notes_read_like_a_sentence_outermost_first(void **state)
{
	(void)state;
	struct err e;
	(void)err_set(&e, ERR_RETRY, "slow_down", "slow down");
	assert_int_equal(err_note(&e, "part %d", 7), ERR_RETRY);
	assert_int_equal(err_note(&e, "upload %s", "d-42"), ERR_RETRY);
	assert_string_equal(e.text, "upload d-42: part 7: slow down");
	assert_string_equal(e.code, "slow_down");
}

static void long_texts_are_cut_and_terminated(void **state)
{
	(void)state;
	struct err e;
	char text[2 * sizeof e.text];
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	(void)err_set(&e, ERR_REJECT, "long", "%s", text);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	(void)err_note(&e, "step");
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	assert_memory_equal(e.text, "step: xxx", 9);
	(void)err_note(&e, "%s", text);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	(void)err_set_errno(&e, "long", ENOENT, "%s", text);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
}

static void a_text_may_be_made_of_the_one_before(void **state)
{
	(void)state;
	struct err e;
	(void)err_set(&e, ERR_REJECT, "a", "cause");
	(void)err_set(&e, ERR_REJECT, "b", "again %s", e.text);
	assert_string_equal(e.text, "again cause");
}

static void texts_are_always_utf8_without_controls(void **state)
{
	(void)state;
	struct err e;
	(void)err_set(&e, ERR_REJECT, "name", "file %s", "a\xff\nb\x7f\xc3\xa9");
	assert_string_equal(e.text, "file a? b \xc3\xa9");
	char text[sizeof e.text + 2];
	memset(text, 'x', sizeof text);
	/* The cut falls between the two bytes of a character. */
	memcpy(text + sizeof e.text - 2, "\xc3\xa9", 3);
	(void)err_set(&e, ERR_REJECT, "cut", "%s", text);
	assert_true(str_is_utf8(str_c(e.text)));
	assert_int_equal(e.text[sizeof e.text - 2], '?');
}

static void every_act_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(err_act_name(ERR_RETRY), "retry");
	assert_string_equal(err_act_name(ERR_REJECT), "reject");
	assert_string_equal(err_act_name(ERR_FENCED), "fenced");
	assert_string_equal(err_act_name(ERR_FATAL), "fatal");
	assert_string_equal(err_act_name(ERR_DEFER), "defer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(setting_an_error_fills_all_of_it),
	        cmocka_unit_test(a_foreign_error_keeps_its_source_and_number),
	        cmocka_unit_test(errno_decides_the_act_in_one_place),
	        cmocka_unit_test(notes_read_like_a_sentence_outermost_first),
	        cmocka_unit_test(long_texts_are_cut_and_terminated),
	        cmocka_unit_test(a_text_may_be_made_of_the_one_before),
	        cmocka_unit_test(texts_are_always_utf8_without_controls),
	        cmocka_unit_test(every_act_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
