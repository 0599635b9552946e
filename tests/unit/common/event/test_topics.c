/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/topics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *setting(enum topic topic, const char *name)
{
	for (const char *const *s = topic_plan(topic)->settings; *s; s += 2) {
		if (!strcmp(s[0], name))
			return s[1];
	}
	return "";
}

static void partition_counts_never_change(void **state)
{
	(void)state;
	static const int32_t partitions[TOPIC_COUNT] = {12, 24, 24, 24, 24, 12, 12, 6, 3};
	static const char *const suffixes[TOPIC_COUNT] = {"triggers", "build.tasks", "bridge.tasks",
	        "format.tasks", "upload.tasks", "results", "deliveries", "audit", "deadletters"};
	for (int i = 0; i < TOPIC_COUNT; i++) {
		assert_int_equal(topic_plan((enum topic)i)->partitions, partitions[i]);
		assert_string_equal(topic_plan((enum topic)i)->suffix, suffixes[i]);
		assert_string_equal(setting((enum topic)i, "max.message.bytes"), "1048588");
	}
}

static void what_proves_never_expires(void **state)
{
	(void)state;
	assert_string_equal(setting(TOPIC_AUDIT, "retention.ms"), "-1");
	assert_string_equal(setting(TOPIC_AUDIT, "retention.bytes"), "-1");
	assert_string_equal(setting(TOPIC_DEADLETTERS, "retention.ms"), "-1");
	assert_string_equal(setting(TOPIC_DELIVERIES, "cleanup.policy"), "compact");
}

static void work_expires_after_a_week(void **state)
{
	(void)state;
	static const enum topic topics[] = {TOPIC_TRIGGERS, TOPIC_BUILD_TASKS, TOPIC_BRIDGE_TASKS,
	        TOPIC_FORMAT_TASKS, TOPIC_UPLOAD_TASKS, TOPIC_RESULTS};
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
		assert_string_equal(setting(topics[i], "cleanup.policy"), "delete");
		assert_string_equal(setting(topics[i], "retention.ms"), "604800000");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(partition_counts_never_change),
	        cmocka_unit_test(what_proves_never_expires),
	        cmocka_unit_test(work_expires_after_a_week),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
