/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages of older and newer writers. Each case has the writer's schema, its bytes and, where we
 * can read them, the same value as another implementation of Avro resolves it into our present
 * schema.
 */
#include "longshore/event.h"

#include "event_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct test_case {
	char name[128], event[64], outcome[32];
};

static int unknown;

static struct str case_file(struct arena *mem, const struct test_case *c, const char *suffix)
{
	char name[256];
	(void)snprintf(name, sizeof name, "evolution/%s%s", c->name, suffix);
	struct str content = event_file(mem, name);
	assert_non_null(content.p);
	return content;
}

static void check_refusal(const struct test_case *c, int rc, const struct err *e)
{
	if (rc != ERR_REJECT || strcmp(e->code, c->outcome) != 0)
		print_error("%s: %d %s\n", c->name, rc, rc < 0 ? e->text : "");
	assert_int_equal(rc, ERR_REJECT);
	assert_string_equal(e->code, c->outcome);
}

static void check_value(
        const struct test_case *c, const struct ev_type *type, const void *value, struct arena *mem)
{
	struct err e;
	struct buf out;
	struct str want = case_file(mem, c, ".expected.bin");
	buf_init(&out, EVENT_MAX_BYTES);
	assert_int_equal(event_encode(type, value, &out, &e), 0);
	if (!str_eq(buf_str(&out), want))
		print_error("%s: another value\n", c->name);
	assert_true(str_eq(buf_str(&out), want));
	buf_release(&out);
}

static void check_case(const struct test_case *c, struct arena *mem)
{
	struct err e;
	const struct ev_type *type = NULL;
	void *value = NULL;
	struct str bytes = case_file(mem, c, ".bin");
	/* Two cases may share a schema; for the second one it is known already. */
	if (event_decode_any(bytes, mem, &type, &value, &e) == ERR_REJECT &&
	        strcmp(e.code, "unknown_schema") == 0)
		unknown++;
	struct str schema = case_file(mem, c, ".avsc");
	int rc = event_add_writer(schema, &e);
	if (rc == 0) {
		assert_int_equal(event_add_writer(schema, &e), 0); /* again changes nothing */
		rc = event_decode_any(bytes, mem, &type, &value, &e);
	}
	if (strcmp(c->outcome, "ok") != 0) {
		check_refusal(c, rc, &e);
		assert_null(value);
		return;
	}
	if (rc < 0)
		print_error("%s: %s\n", c->name, e.text);
	assert_int_equal(rc, 0);
	assert_string_equal(ev_type_name(type), c->event);
	check_value(c, type, value, mem);
}

static void older_and_newer_writers_are_read_by_the_rules(void **state)
{
	(void)state;
	struct arena list, mem;
	arena_init(&list, 1024 * 1024);
	arena_init(&mem, 64 * 1024 * 1024);
	struct str text = event_file(&list, "evolution/cases.txt");
	assert_non_null(text.p);
	FILE *f = fmemopen((void *)(uintptr_t)text.p, text.n, "r");
	assert_non_null(f);
	struct test_case c;
	int count = 0;
	while (fscanf(f, "%127s %63s %31s\n", c.name, c.event, c.outcome) == 3) {
		check_case(&c, &mem);
		arena_reset(&mem);
		count++;
	}
	(void)fclose(f);
	assert_true(count >= 30);
	assert_true(unknown >= count - 4);
	arena_release(&list);
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(older_and_newer_writers_are_read_by_the_rules),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
