/* SPDX-License-Identifier: Apache-2.0 */
#include "render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct metric metrics[] = {
        {"longshore_tasks_total", "Results sent.", METRIC_COUNTER, "outcome=\"done\""},
        {"longshore_tasks_total", "Results sent.", METRIC_COUNTER, "outcome=\"retry\""},
        {"longshore_running", "Tasks in the pool.", METRIC_GAUGE, NULL},
};

static void name_is_explained_once_and_labelled(void **state)
{
	(void)state;
	atomic_int_fast64_t values[3] = {7, 0, -2};
	struct buf out;
	struct err e;
	buf_init(&out, 4096);
	assert_int_equal(render_metrics("formatter", metrics, values, 3, &out, &e), 0);
	static const char expected[] =
	        "# HELP longshore_tasks_total Results sent.\n"
	        "# TYPE longshore_tasks_total counter\n"
	        "longshore_tasks_total{service=\"formatter\",outcome=\"done\"} 7\n"
	        "longshore_tasks_total{service=\"formatter\",outcome=\"retry\"} 0\n"
	        "# HELP longshore_running Tasks in the pool.\n"
	        "# TYPE longshore_running gauge\n"
	        "longshore_running{service=\"formatter\"} -2\n";
	assert_int_equal(out.n, sizeof(expected) - 1);
	assert_memory_equal(out.p, expected, out.n);
	buf_release(&out);
}

static void page_has_a_maximum(void **state)
{
	(void)state;
	atomic_int_fast64_t values[3] = {0};
	struct buf out;
	struct err e;
	buf_init(&out, 64);
	assert_int_equal(render_metrics("formatter", metrics, values, 3, &out, &e), ERR_REJECT);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(name_is_explained_once_and_labelled),
	        cmocka_unit_test(page_has_a_maximum),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
