/* SPDX-License-Identifier: Apache-2.0
 *
 * What the cases of drop_cases.h stand on: an empty drop for each, in a local directory that the server
 * serves, and `outside` calls that play the partner.
 */
#ifndef LONGSHORE_TESTS_DROP_GROUND_H
#define LONGSHORE_TESTS_DROP_GROUND_H

#include "longshore/drop.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define T1 ".longshore-tmp/0001"
#define T2 ".longshore-tmp/0002"

struct ground {
	char path[100];
	char url[256];
	struct drop *drop;
};

/* What the cases run at. */
struct drop_driver {
	const char *guarantee;
	const char *identity; /* the file that holds it */
	int (*open)(struct ground *p, struct drop **out, struct err *e);
	bool is_shared_slowly; /* each commit is several round trips: fewer races */
	bool loses_renamed;    /* a handle cannot tell that its file was renamed, and says "gone" */
};
static struct drop_driver driver;

static inline struct drop_driver driver_over_sftp(
        int (*open)(struct ground *p, struct drop **out, struct err *e))
{
	return (struct drop_driver){.guarantee = "sftp_rename",
	        .identity = ".longshore-tmp/identity-sftp",
	        .open = open,
	        .is_shared_slowly = true,
	        .loses_renamed = true};
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static int ground_setup(void **state)
{
	struct ground *p = calloc(1, sizeof *p);
	struct err e;
	memcpy(p->path, "/tmp/longshore-drop-XXXXXX", sizeof "/tmp/longshore-drop-XXXXXX");
	if (mkdtemp(p->path) == NULL)
		return -1;
	*state = p;
	if (driver.open(p, &p->drop, &e) == 0)
		return 0;
	print_error("%s: %s\n", e.code, e.text);
	return -1;
}

static int ground_teardown(void **state)
{
	struct ground *p = *state;
	drop_close(p->drop);
	int rc = nftw(p->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(p);
	return rc;
}

static const char *path_of(const struct ground *p, const char *name)
{
	static char path[1300];
	(void)snprintf(path, sizeof path, "%s/%s", p->path, name);
	return path;
}

static void outside_put(const struct ground *p, const char *name, const char *text)
{
	FILE *f = fopen(path_of(p, name), "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void outside_take(const struct ground *p, const char *name)
{
	assert_int_equal(unlink(path_of(p, name)), 0);
}

static void outside_sees(const struct ground *p, const char *name, const char *want)
{
	char text[100] = "";
	FILE *f = fopen(path_of(p, name), "r");
	if (want == NULL) {
		assert_null(f);
		return;
	}
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof text - 1, f);
	assert_int_equal(n, strlen(want));
	assert_string_equal(text, want);
	(void)fclose(f);
}

static void expect_error(int rc, const struct err *e, enum err_act act, const char *code)
{
	assert_int_equal(rc, act);
	assert_string_equal(e->code, code);
}

/* temp: a path of which the last component is the token. */
static int create(struct drop *d, const char *temp, struct err *e)
{
	struct drop_handle made;
	const char *slash = strrchr(temp, '/');
	const struct drop_new what = {str_c(slash + 1), STR("a.csv")};
	int rc = drop_temp_create(d, &what, &made, e);
	if (rc == 0)
		assert_string_equal(made.text, temp);
	return rc;
}

static void temp_with(struct ground *p, const char *temp, const char *text)
{
	struct err e;
	struct drop_temp *t = NULL;
	assert_int_equal(create(p->drop, temp, &e), 0);
	assert_int_equal(drop_temp_open(p->drop, str_c(temp), &t, &e), 0);
	assert_int_equal(drop_temp_write(t, 0, text, strlen(text), &e), 0);
	assert_int_equal(drop_temp_sync(t, (int64_t)strlen(text), &e), 0);
	drop_temp_close(t);
}

static enum drop_commit commit(struct ground *p, const char *temp, const char *name)
{
	struct err e;
	enum drop_commit answer = DROP_TEMP_GONE;
	assert_int_equal(drop_commit(p->drop, str_c(temp), str_c(name), &answer, &e), 0);
	return answer;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, ground_setup, ground_teardown)

#endif
