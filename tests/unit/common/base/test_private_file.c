/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch.h"

#include "longshore/private_file.h"

#include "longshore/str.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct seen {
	char text[400];
	int count;
	const char *refuse;
};

static int take(void *arg, const char *name, const char *value, struct err *e)
{
	struct seen *seen = arg;
	if (seen->refuse && strcmp(seen->refuse, name) == 0)
		return err_set(e, ERR_FATAL, "bad_settings", "%s is refused", name);
	size_t n = strlen(seen->text);
	(void)snprintf(seen->text + n, sizeof(seen->text) - n, "[%s|%s]", name, value);
	seen->count++;
	return 0;
}

static void put(const void *bytes, size_t n, mode_t mode)
{
	(void)unlink(scratch_path);
	int fd = open(scratch_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int read_text(const char *text, struct seen *seen, struct err *e)
{
	*seen = (struct seen){.count = 0};
	put(text, strlen(text), 0600);
	return private_file_read("LONGSHORE_X", scratch_path, take, seen, e);
}

static void is_refused(const char *text, const char *why)
{
	struct err e;
	struct seen seen;
	assert_int_equal(read_text(text, &seen, &e), ERR_FATAL);
	assert_string_equal(e.code, "bad_settings");
	if (!strstr(e.text, why) || !strstr(e.text, "LONGSHORE_X: ") ||
	        !strstr(e.text, scratch_path))
		fail_msg("'%s' does not say '%s'", e.text, why);
	assert_null(strstr(e.text, "hunter2"));
}

static void lines_are_names_and_values(void **state)
{
	(void)state;
	struct err e;
	struct seen seen;
	assert_int_equal(read_text("\xef\xbb\xbf# remark=1\r\n\r\n  a.b =  c d \t\r\n\t# x\n\n"
	                           "e_f=g=h#i\nlast-one=\x7f",
	                         &seen, &e),
	        0);
	assert_string_equal(seen.text, "[a.b|c d][e_f|g=h#i][last-one|\x7f]");
	assert_int_equal(read_text("", &seen, &e), 0);
	assert_int_equal(seen.count, 0);
}

static void mistakes_name_the_line_and_no_value(void **state)
{
	(void)state;
	is_refused("a=1\n\nhunter2\n", ":3: there is no '='");
	is_refused("=hunter2\n", ":1: the text before '='");
	is_refused("a b=hunter2\n", ":1: the text before '='");
	is_refused("a=\n", ":1: a has no value");
	is_refused("a= \t\r\n", ":1: a has no value");
	is_refused("a=hunter2\r\nb=1\r\na=hunter2\r\n", ":3: a is set twice");
}

static void what_is_refused_names_its_line(void **state)
{
	(void)state;
	struct err e;
	struct seen seen = {.refuse = "b"};
	put("a=1\nb=2\nc=3\n", 12, 0600);
	assert_int_equal(
	        private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e), ERR_FATAL);
	assert_non_null(strstr(e.text, ":2: b is refused"));
	assert_string_equal(seen.text, "[a|1]");
}

static void others_may_not_read_or_write_it(void **state)
{
	(void)state;
	static const mode_t good[] = {0400, 0600, 0640, 0440, 0700};
	static const mode_t bad[] = {0604, 0644, 0602, 0601, 0660, 0620, 0666};
	struct err e;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct seen seen = {.count = 0};
		put("a=1\n", 4, good[i]);
		assert_int_equal(
		        private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e), 0);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct seen seen = {.count = 0};
		put("a=1\n", 4, bad[i]);
		assert_int_equal(
		        private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e), ERR_FATAL);
		assert_non_null(strstr(e.text, "chmod 0600"));
		assert_int_equal(seen.count, 0);
	}
}

static void somebody_else_s_is_refused(void **state)
{
	(void)state;
	struct err e;
	struct seen seen = {.count = 0};
	if (geteuid() != 0)
		skip();
	put("a=1\n", 4, 0600);
	assert_int_equal(chown(scratch_path, 65534, 65534), 0);
	assert_int_equal(
	        private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e), ERR_FATAL);
	assert_non_null(strstr(e.text, "belongs to user 65534"));
}

static void sizes_have_an_edge(void **state)
{
	(void)state;
	struct err e;
	size_t most = PRIVATE_FILE_BYTES;
	char *text = malloc(most + 1);
	memset(text, '#', most + 1);
	memcpy(text, "a=1\n", 4);
	struct seen seen = {.count = 0};
	put(text, most, 0600);
	assert_int_equal(private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e), 0);
	assert_string_equal(seen.text, "[a|1]");
	put(text, most + 1, 0600);
	assert_int_equal(
	        private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e), ERR_FATAL);
	assert_non_null(strstr(e.text, "larger than 65536 bytes"));
	for (int lines = PRIVATE_FILE_LINES; lines <= PRIVATE_FILE_LINES + 1; lines++) {
		size_t n = 0;
		for (int i = 0; i < lines; i++)
			n += (size_t)snprintf(text + n, 16, "a%d=1\n", i);
		seen = (struct seen){.count = 0};
		put(text, n, 0600);
		int act = private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e);
		assert_int_equal(act, lines > PRIVATE_FILE_LINES ? ERR_FATAL : 0);
		assert_int_equal(seen.count, PRIVATE_FILE_LINES);
	}
	assert_non_null(strstr(e.text, ":201: there are more than 200"));
	free(text);
	char name[2][101];
	memset(name, 'n', sizeof(name));
	memcpy(name[0] + 98, "n=1", 3);
	memcpy(name[1] + 97, "nnn=", 4);
	put(name[0] + 0, 101, 0600);
	seen = (struct seen){.count = 0};
	assert_int_equal(private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e), 0);
	put(name[1] + 0, 101, 0600);
	assert_int_equal(
	        private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e), ERR_FATAL);
}

static void only_text_files_are_read(void **state)
{
	(void)state;
	struct err e;
	struct seen seen = {.count = 0};
	put("a=1\0b=2\n", 8, 0600);
	assert_int_equal(
	        private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e), ERR_FATAL);
	assert_non_null(strstr(e.text, "NUL byte"));
	assert_int_equal(unlink(scratch_path), 0);
	assert_int_equal(
	        private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e), ERR_FATAL);
	assert_non_null(strstr(e.text, "No such file"));
	assert_int_equal(mkfifo(scratch_path, 0600), 0); /* is not waited for */
	assert_int_equal(
	        private_file_read("LONGSHORE_X", scratch_path, take, &seen, &e), ERR_FATAL);
	assert_non_null(strstr(e.text, "is not a file"));
	assert_int_equal(private_file_read("LONGSHORE_X", "/tmp", take, &seen, &e), ERR_FATAL);
	assert_int_equal(seen.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lines_are_names_and_values),
	        cmocka_unit_test(mistakes_name_the_line_and_no_value),
	        cmocka_unit_test(what_is_refused_names_its_line),
	        cmocka_unit_test(others_may_not_read_or_write_it),
	        cmocka_unit_test(somebody_else_s_is_refused),
	        cmocka_unit_test(sizes_have_an_edge),
	        cmocka_unit_test(only_text_files_are_read),
	};
	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
