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

static bool writes(enum topic_role role, enum topic topic)
{
	return topic_plan(topic)->writers & (1U << role);
}

static bool reads(enum topic_role role, enum topic topic)
{
	return topic_plan(topic)->readers & (1U << role);
}

static bool is_of_tasks(enum topic topic)
{
	return topic >= TOPIC_BUILD_TASKS && topic <= TOPIC_UPLOAD_TASKS;
}

/* Who could write another service's tasks could have patients' ids read and partners' ids sent. */
static void tasks_are_written_by_the_scheduler_and_read_by_one_service(void **state)
{
	(void)state;
	static const enum topic_role reader[] = {[TOPIC_BUILD_TASKS] = ROLE_BRIDGE_BUILDER,
	        [TOPIC_BRIDGE_TASKS] = ROLE_BRIDGE_WORKER,
	        [TOPIC_FORMAT_TASKS] = ROLE_FORMATTER,
	        [TOPIC_UPLOAD_TASKS] = ROLE_UPLOADER};
	for (int t = TOPIC_BUILD_TASKS; t <= TOPIC_UPLOAD_TASKS; t++) {
		assert_int_equal(topic_plan((enum topic)t)->writers, 1U << ROLE_SCHEDULER);
		assert_int_equal(topic_plan((enum topic)t)->readers, 1U << reader[t]);
	}
}

static void a_task_service_reads_its_tasks_and_nothing_else(void **state)
{
	(void)state;
	for (int role = ROLE_BRIDGE_BUILDER; role <= ROLE_UPLOADER; role++) {
		int read = 0;
		for (int t = 0; t < TOPIC_COUNT; t++) {
			bool may = reads((enum topic_role)role, (enum topic)t);
			read += may;
			assert_true(!may || is_of_tasks((enum topic)t));
			assert_int_equal(writes((enum topic_role)role, (enum topic)t),
			        t == TOPIC_RESULTS || t == TOPIC_DEADLETTERS);
		}
		assert_int_equal(read, 1);
	}
}

static void people_and_producers_decide_nothing(void **state)
{
	(void)state;
	for (int t = 0; t < TOPIC_COUNT; t++) {
		assert_int_equal(writes(ROLE_OPERATOR, (enum topic)t),
		        t == TOPIC_TRIGGERS || t == TOPIC_AUDIT);
		assert_int_equal(reads(ROLE_OPERATOR, (enum topic)t), t == TOPIC_DELIVERIES);
		assert_int_equal(writes(ROLE_PRODUCER, (enum topic)t), t == TOPIC_TRIGGERS);
		assert_false(reads(ROLE_PRODUCER, (enum topic)t));
	}
}

static void every_topic_is_read_and_written_by_somebody(void **state)
{
	(void)state;
	for (int t = 0; t < TOPIC_COUNT; t++)
		assert_true(
		        topic_plan((enum topic)t)->readers && topic_plan((enum topic)t)->writers);
	for (int role = 0; role < ROLE_COUNT; role++) {
		assert_true(strlen(topic_members[role].name) > 0);
		assert_int_equal(topic_members[role].has_group,
		        role != ROLE_OPERATOR && role != ROLE_PRODUCER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(partition_counts_never_change),
	        cmocka_unit_test(what_proves_never_expires),
	        cmocka_unit_test(work_expires_after_a_week),
	        cmocka_unit_test(tasks_are_written_by_the_scheduler_and_read_by_one_service),
	        cmocka_unit_test(a_task_service_reads_its_tasks_and_nothing_else),
	        cmocka_unit_test(people_and_producers_decide_nothing),
	        cmocka_unit_test(every_topic_is_read_and_written_by_somebody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
