/* SPDX-License-Identifier: Apache-2.0
 * Credentials are files that nobody but the service can read; errors name the file and never what it
 * holds. */
#include "folder.h"
#include "longshore/credential.h"

#define SECRET "correct horse"

static int setup(void **state)
{
	struct folder *f = calloc(1, sizeof *f);
	folder_make(f);
	folder_mkdir(f, "credentials");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	folder_drop(*state);
	free(*state);
	return 0;
}

static void put(const struct folder *f, const char *name, const char *text, mode_t mode)
{
	char path[256];
	folder_write(f, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", f->path, name);
	assert_int_equal(chmod(path, mode), 0);
}

static void refused(const struct folder *f, const char *name)
{
	struct err e;
	struct credential *c = NULL;
	assert_int_equal(credential_read(f->path, str_c(name), &c, &e), ERR_REJECT);
	assert_string_equal(e.code, "credentials");
	assert_null(strstr(e.text, SECRET));
	assert_null(c);
}

static void a_line_is_read_without_its_end(void **state)
{
	const struct folder *f = *state;
	struct err e;
	struct credential *c = NULL;
	put(f, "credentials/a.password", SECRET "\r\n", 0600);
	assert_int_equal(credential_read(f->path, STR("a"), &c, &e), 0);
	assert_string_equal(c->password, SECRET);
	assert_null(c->key);
	credential_free(c);
}

static void what_others_can_read_is_refused(void **state)
{
	const struct folder *f = *state;
	static const mode_t modes[] = {0640, 0604, 0620, 0666};
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		put(f, "credentials/a.password", SECRET "\n", modes[i]);
		refused(f, "a");
	}
}

static void what_is_no_credential_is_refused(void **state)
{
	const struct folder *f = *state;
	char to[256], from[256];
	static const char *const names[] = {"", "..", "../a", "A", "a/b", ".a", "absent"};
	put(f, "credentials/a.password", SECRET "\n", 0600);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		refused(f, names[i]);
	put(f, "credentials/empty.password", "", 0600);
	refused(f, "empty");
	(void)snprintf(to, sizeof to, "%s/credentials/a.password", f->path);
	(void)snprintf(from, sizeof from, "%s/credentials/link.password", f->path);
	assert_int_equal(symlink(to, from), 0);
	refused(f, "link");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(a_line_is_read_without_its_end, setup, teardown),
	        cmocka_unit_test_setup_teardown(what_others_can_read_is_refused, setup, teardown),
	        cmocka_unit_test_setup_teardown(what_is_no_credential_is_refused, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
