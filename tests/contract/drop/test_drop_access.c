/* SPDX-License-Identifier: Apache-2.0
 * Who may read what is made at a drop. */
#include "folder.h"

#include "longshore/drop.h"

#include <sys/stat.h>

#define TEMP ".longshore-tmp/t"

static const struct drop_new new_temp = {{"t", 1}, {"x.csv", 5}};

struct ground {
	struct folder folder;
	struct drop *drop;
};

static int setup(void **state)
{
	struct ground *p = calloc(1, sizeof *p);
	struct err e;
	assert_non_null(p);
	folder_make(&p->folder);
	assert_int_equal(drop_open(PLACE_AT(p->folder.url), &p->drop, &e), 0);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct ground *p = *state;
	drop_close(p->drop);
	folder_drop(&p->folder);
	free(p);
	return 0;
}

static void deliver(struct ground *p, const char *name)
{
	struct err e;
	struct drop_temp *t = NULL;
	enum drop_commit answer;
	struct drop_handle made;
	assert_int_equal(drop_temp_create(p->drop, &new_temp, &made, &e), 0);
	assert_string_equal(made.text, TEMP);
	assert_int_equal(drop_temp_open(p->drop, STR(TEMP), &t, &e), 0);
	assert_int_equal(drop_temp_write(t, 0, "x", 1, &e), 0);
	assert_int_equal(drop_temp_sync(t, 1, &e), 0);
	drop_temp_close(t);
	assert_int_equal(drop_commit(p->drop, STR(TEMP), str_c(name), &answer, &e), 0);
	assert_int_equal(answer, DROP_COMMITTED);
}

static struct stat look(const struct ground *p, const char *name)
{
	struct stat st;
	char path[256];
	(void)snprintf(path, sizeof path, "%s/%s", p->folder.path, name);
	assert_int_equal(stat(path, &st), 0);
	return st;
}

static mode_t mode_of(const struct ground *p, const char *name)
{
	return look(p, name).st_mode & 07777;
}

/* Neither a strict umask nor none changes who may read. */
static void the_partner_may_read_what_was_made_for_it(void **state)
{
	struct ground *p = *state;
	static const struct {
		const char *dir, *name;
		uint32_t file_mode;
		mode_t umask, file, made;
	} cases[] = {
	        {"a", "a/b/c.csv", 0640, 077, 0640, 0750},
	        {"b", "b/b/c.csv", 0640, 0, 0640, 0750},
	        {"c", "c/b/c.csv", 0644, 077, 0644, 0755},
	        {"d", "d/b/c.csv", 0660, 077, 0660, 0770},
	        {"e", "e/b/c.csv", 0664, 0, 0664, 0775},
	};
	deliver(p, "unset.csv");
	assert_int_equal(mode_of(p, "unset.csv"), 0640);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct drop_access access = {cases[i].file_mode, DROP_GROUP_AS_IS};
		drop_set_access(p->drop, &access);
		mode_t before = umask(cases[i].umask);
		deliver(p, cases[i].name);
		(void)umask(before);
		assert_int_equal(mode_of(p, cases[i].dir), cases[i].made);
		assert_int_equal(mode_of(p, cases[i].name), cases[i].file);
	}
}

/* Files and new directories are given to the group; what was there stays as it was. */
static void what_is_made_has_the_group(void **state)
{
	struct ground *p = *state;
	const struct drop_access access = {0640, 4242};
	if (geteuid() != 0)
		skip(); /* only root has another group for sure */
	drop_set_access(p->drop, &access);
	folder_mkdir(&p->folder, "old");
	mode_t old = mode_of(p, "old");
	deliver(p, "old/new/a.csv");
	assert_int_not_equal(look(p, "old").st_gid, 4242);
	assert_int_equal(mode_of(p, "old"), old);
	assert_int_equal(look(p, "old/new").st_gid, 4242);
	assert_int_equal(mode_of(p, "old/new"), 02750);
	assert_int_equal(look(p, "old/new/a.csv").st_gid, 4242);
	assert_int_equal(mode_of(p, "old/new/a.csv"), 0640);
}

static void the_mark_of_a_place_may_be_read_as_its_files(void **state)
{
	struct ground *p = *state;
	struct err e;
	char identity[DROP_IDENTITY_BYTES];
	mode_t before = umask(077);
	assert_int_equal(drop_mark(p->drop, identity, &e), 0);
	(void)umask(before);
	assert_int_equal(mode_of(p, ".longshore-tmp/identity"), 0640);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                the_partner_may_read_what_was_made_for_it, setup, teardown),
	        cmocka_unit_test_setup_teardown(what_is_made_has_the_group, setup, teardown),
	        cmocka_unit_test_setup_teardown(
	                the_mark_of_a_place_may_be_read_as_its_files, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
