/* SPDX-License-Identifier: Apache-2.0
 * Every number that a topic may carry has bounds, and none beyond them is believed. */
#include "ev_type.h"

#include "longshore/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { VALUE_BYTES = 4096 };

static const int64_t extremes[] = {INT64_MIN, INT64_MIN + 1, INT32_MIN, -2, -1, 0, 1, INT32_MAX,
        INT64_C(1) << 40, INT64_C(1) << 62, INT64_MAX - 1, INT64_MAX};
enum { EXTREMES = sizeof extremes / sizeof extremes[0] };

/* The scheduler's own rows are on no topic. */
static bool is_on_a_topic(const struct ev_type *type)
{
	return type != &ev_delivery_memory_type && type != &ev_outbox_packet_type;
}

struct visit {
	const struct ev_type *type;
	const char *value;
	int numbers;
};

static void put(const struct ev_field *f, char *at, int64_t value)
{
	int32_t narrow = (int32_t)value;
	if (f->kind == EVK_INT)
		memcpy(at, &narrow, sizeof narrow);
	else
		memcpy(at, &value, sizeof value);
}

static void try_number(
        struct visit *v, const struct ev_record *record, const struct ev_field *f, char *at)
{
	int64_t least = f->least, most = f->most;
	if (!f->is_bounded)
		fail_msg("%s.%s has no range in its schema", record->name, f->name);
	assert_true(least <= 0 && most >= 1); /* absent, and what most events say */
	for (size_t i = 0; i < EXTREMES + 4; i++) {
		const int64_t edges[] = {least, most, least == INT64_MIN ? least : least - 1,
		        most == INT64_MAX ? most : most + 1};
		int64_t value = i < EXTREMES ? extremes[i] : edges[i - EXTREMES];
		if (f->kind == EVK_INT && (value < INT32_MIN || value > INT32_MAX))
			continue;
		struct err e = {0};
		put(f, at, value);
		int act = event_check_numbers(v->type, v->value, &e);
		bool is_good = value >= least && value <= most;
		if (act != (is_good ? 0 : ERR_REJECT))
			fail_msg("%s.%s = %lld: %d", record->name, f->name, (long long)value, act);
		if (is_good)
			continue;
		assert_string_equal(e.code, "out_of_range");
		if (!strstr(e.text, f->name))
			fail_msg("%s does not name %s", e.text, f->name);
	}
	put(f, at, 0);
	v->numbers++;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the schemas */
static void visit(struct visit *v, const struct ev_record *record, char *base)
{
	for (size_t i = 0; i < record->count; i++) {
		const struct ev_field *f = &record->fields[i];
		if (f->kind == EVK_INT || f->kind == EVK_LONG)
			try_number(v, record, f, base + f->offset);
		if (f->kind == EVK_RECORD && !f->is_nullable)
			visit(v, f->record, base + f->offset);
		if ((f->kind != EVK_RECORD || !f->is_nullable) && f->kind != EVK_ARRAY)
			continue;
		char *one = calloc(2, f->record->struct_bytes);
		size_t count = 2;
		assert_non_null(one);
		memcpy(base + f->offset, &one, sizeof one);
		if (f->kind == EVK_ARRAY)
			memcpy(base + f->count_offset, &count, sizeof count);
		visit(v, f->record, f->kind == EVK_ARRAY ? one + f->record->struct_bytes : one);
		memset(base + f->offset, 0, sizeof(void *));
		if (f->kind == EVK_ARRAY)
			memset(base + f->count_offset, 0, sizeof count);
		free(one);
	}
}

static void every_number_of_every_event_is_bounded(void **state)
{
	(void)state;
	size_t count = 0;
	int numbers = 0;
	const struct ev_type *const *types = ev_types(&count);
	for (size_t i = 0; i < count; i++) {
		static _Alignas(max_align_t) char value[VALUE_BYTES];
		if (!is_on_a_topic(types[i]))
			continue;
		assert_true(ev_type_struct_bytes(types[i]) <= sizeof value);
		memset(value, 0, sizeof value);
		struct visit v = {types[i], value, 0};
		visit(&v, types[i]->record, value);
		numbers += v.numbers;
	}
	assert_true(numbers > 50);
}

/* What is computed with the largest: a million of them, and one a million times. */
static void the_largest_counts_can_be_computed_with(void **state)
{
	(void)state;
	int64_t product = 0;
	assert_false(__builtin_mul_overflow(2 * EVENT_COUNT_MAX, 1000000, &product));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_number_of_every_event_is_bounded),
	        cmocka_unit_test(the_largest_counts_can_be_computed_with),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
