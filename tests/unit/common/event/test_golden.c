/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes and the C values were made by another implementation of Avro from the same schemas, so
 * neither direction of ours is the judge of the other.
 */
#include "longshore/events.h"

#include "event_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../event/golden/table.h"

enum { GOLDENS = sizeof goldens / sizeof goldens[0], ARENA_BYTES = 64 * 1024 * 1024 };

static struct str golden_bytes(struct arena *mem, const struct golden *g)
{
	char name[128];
	(void)snprintf(name, sizeof name, "%s.%s.bin", g->event, g->value);
	return event_file(mem, name);
}

static void what_we_encode_is_what_another_implementation_writes(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, ARENA_BYTES);
	for (size_t i = 0; i < GOLDENS; i++) {
		struct err e;
		struct buf out;
		buf_init(&out, EVENT_MAX_BYTES);
		assert_int_equal(event_encode(goldens[i].type, goldens[i].content, &out, &e), 0);
		struct str want = golden_bytes(&mem, &goldens[i]);
		assert_non_null(want.p);
		assert_int_equal(out.n, want.n);
		assert_memory_equal(out.p, want.p, want.n);
		buf_release(&out);
	}
	arena_release(&mem);
}

static void what_another_implementation_writes_decodes_to_the_same_values(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, ARENA_BYTES);
	for (size_t i = 0; i < GOLDENS; i++) {
		struct err e;
		struct str bytes = golden_bytes(&mem, &goldens[i]);
		void *value = arena_alloc(&mem, ev_type_struct_bytes(goldens[i].type));
		assert_int_equal(event_decode(goldens[i].type, bytes, &mem, value, &e), 0);
		goldens[i].check(value, goldens[i].content);
		const struct ev_type *type;
		assert_int_equal(event_decode_any(bytes, &mem, &type, &value, &e), 0);
		assert_ptr_equal(type, goldens[i].type);
		goldens[i].check(value, goldens[i].content);
	}
	arena_release(&mem);
}

static void every_event_has_its_goldens(void **state)
{
	(void)state;
	size_t count;
	const struct ev_type *const *types = ev_types(&count);
	assert_int_equal(GOLDENS, 3 * count);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(types[i], goldens[3 * i].type);
		assert_ptr_equal(types[i], ev_type_by_name(str_c(goldens[3 * i].event)));
		assert_string_equal(ev_type_name(types[i]), goldens[3 * i].event);
	}
	assert_null(ev_type_by_name(STR("Nothing")));
	assert_null(ev_type_by_name(STR("")));
}

/* Every prefix of a message is a message cut off, and must not be taken for a whole one. */
static void a_message_cut_off_anywhere_is_refused(void **state)
{
	(void)state;
	struct arena files, mem;
	arena_init(&files, ARENA_BYTES);
	arena_init(&mem, ARENA_BYTES);
	for (size_t i = 0; i < GOLDENS; i++) {
		struct str bytes = golden_bytes(&files, &goldens[i]);
		for (size_t n = 0; n < bytes.n; n++) {
			struct err e;
			const struct ev_type *type = NULL;
			void *value = NULL;
			/* A copy of just these bytes, so that reading past them is seen. */
			struct str part = arena_str(&mem, str_bytes(bytes.p, n));
			assert_int_equal(
			        event_decode_any(str_bytes(part.p, n), &mem, &type, &value, &e),
			        ERR_REJECT);
			assert_string_equal(e.code, "undecodable");
			assert_null(type);
			assert_null(value);
			arena_reset(&mem);
		}
	}
	arena_release(&files);
	arena_release(&mem);
}

static void a_byte_too_much_is_refused(void **state)
{
	(void)state;
	struct arena mem;
	arena_init(&mem, ARENA_BYTES);
	for (size_t i = 0; i < GOLDENS; i++) {
		struct err e;
		struct str bytes = golden_bytes(&mem, &goldens[i]);
		char *more = arena_cstr(&mem, bytes); /* its terminator is the byte too much */
		const struct ev_type *type;
		void *value;
		assert_int_equal(
		        event_decode_any(str_bytes(more, bytes.n + 1), &mem, &type, &value, &e),
		        ERR_REJECT);
		assert_string_equal(e.code, "undecodable");
		assert_non_null(strstr(e.text, "1 bytes are left over"));
	}
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_we_encode_is_what_another_implementation_writes),
	        cmocka_unit_test(what_another_implementation_writes_decodes_to_the_same_values),
	        cmocka_unit_test(every_event_has_its_goldens),
	        cmocka_unit_test(a_message_cut_off_anywhere_is_refused),
	        cmocka_unit_test(a_byte_too_much_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
