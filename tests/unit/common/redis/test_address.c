/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch.h"

#include "address.h"

#include <fcntl.h>
#include <unistd.h>

static void is(const char *text, const char *host, int port, const char *user, const char *password)
{
	struct err e;
	struct address a;
	if (address_parse(&a, text, &e))
		fail_msg("%s: %s", text, e.text);
	assert_string_equal(a.host, host);
	assert_int_equal(a.port, port);
	assert_string_equal(a.user, user);
	assert_string_equal(a.password, password);
	assert_int_equal(a.has_password, password[0] != '\0');
}

static void is_refused(const char *text, const char *why)
{
	struct err e;
	struct address a;
	assert_int_equal(address_parse(&a, text, &e), ERR_FATAL);
	assert_string_equal(e.code, "bad_settings");
	if (!strstr(e.text, why) || !strstr(e.text, "LONGSHORE_REDIS: "))
		fail_msg("%s: '%s' does not say '%s'", text, e.text, why);
	assert_null(strstr(e.text, "hunter2"));
	assert_string_equal(a.password, "");
}

static void addresses_are_read_with_and_without_users(void **state)
{
	(void)state;
	is("", "", 0, "", "");
	is("h:1", "h", 1, "", "");
	is("[::1]:65535", "::1", 65535, "", "");
	is("::1:7", "::1", 7, "", "");
	is("redis://h", "h", 6379, "", "");
	is("redis://h:7/", "h", 7, "", "");
	is("redis://h:7/0", "h", 7, "", "");
	is("redis://[::1]", "::1", 6379, "", "");
	is("redis://:hunter2@h:7", "h", 7, "", "hunter2");
	is("redis://u:hunter2@[::1]:7", "::1", 7, "u", "hunter2");
	is("redis://u%40x:a%3ab@c%2F:d@h:7", "h", 7, "u@x", "a:b@c/:d");
}

static void mistakes_are_told_without_the_password(void **state)
{
	(void)state;
	is_refused("h", "it has no port");
	is_refused("[::1]", "it has no port");
	is_refused(":1", "host or port");
	is_refused("h:", "port is not a number");
	is_refused("h:0", "host or port");
	is_refused("h:65536", "host or port");
	is_refused("redis://u:hunter2@h:x", "port is not a number");
	is_refused("redis://u:hunter2@", "host or port");
	is_refused("redis://u:hunter2%4@h:7", "wrongly encoded");
	is_refused("redis://u:hunter2%zz@h:7", "wrongly encoded");
	is_refused("redis://u:hunter2%00@h:7", "wrongly encoded");
	is_refused("redis://u:hunter2@h:7/1", "a database other than 0");
	is_refused("rediss://u:hunter2@h:7", "has no TLS");
}

static void lengths_have_an_edge(void **state)
{
	(void)state;
	char text[700], long_one[600];
	memset(long_one, 'p', sizeof(long_one));
	long_one[511] = '\0';
	(void)snprintf(text, sizeof(text), "redis://:%s@h:7", long_one);
	is(text, "h", 7, "", long_one);
	long_one[511] = 'p';
	long_one[512] = '\0';
	(void)snprintf(text, sizeof(text), "redis://:%s@h:7", long_one);
	is_refused(text, "too long");
	long_one[255] = '\0';
	(void)snprintf(text, sizeof(text), "%s:7", long_one);
	is(text, long_one, 7, "", "");
	long_one[255] = 'p';
	long_one[256] = '\0';
	(void)snprintf(text, sizeof(text), "%s:7", long_one);
	is_refused(text, "host or port");
}

static int read_file(struct address *a, const char *address, const char *text, struct err *e)
{
	int fd = open(scratch_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	assert_int_equal(address_parse(a, address, e), 0);
	return address_read(a, scratch_path, e);
}

static void a_file_says_who_we_are(void **state)
{
	(void)state;
	struct err e;
	struct address a;
	assert_int_equal(read_file(&a, "h:1", "user = u\r\npassword=hunter2 #x\n", &e), 0);
	assert_string_equal(a.user, "u");
	assert_string_equal(a.password, "hunter2 #x");
	assert_true(a.has_password);
	assert_int_equal(read_file(&a, "h:1", "password=p\n", &e), 0);
	assert_string_equal(a.user, "");
	static const struct {
		const char *address, *text, *why;
	} bad[] = {
	        {"h:1", "user=u\n", "has no password"},
	        {"h:1", "password=hunter2\npasword=hunter2\n", ":2: unknown setting pasword"},
	        {"redis://u:hunter2@h:1", "password=hunter2\n", "both give credentials"},
	        {"redis://u@h:1", "password=hunter2\n", "both give credentials"},
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(read_file(&a, bad[i].address, bad[i].text, &e), ERR_FATAL);
		assert_non_null(strstr(e.text, bad[i].why));
		assert_non_null(strstr(e.text, "LONGSHORE_REDIS_CONFIG"));
		assert_null(strstr(e.text, "hunter2"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(addresses_are_read_with_and_without_users),
	        cmocka_unit_test(mistakes_are_told_without_the_password),
	        cmocka_unit_test(lengths_have_an_edge),
	        cmocka_unit_test(a_file_says_who_we_are),
	};
	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
