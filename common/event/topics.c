/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/topics.h"

#include <assert.h>

const struct topic_plan *topic_plan(enum topic topic)
{
	assert(topic < TOPIC_COUNT);
	return &topic_plans[topic];
}

bool topic_may_hold(enum topic topic, const struct ev_type *type)
{
	if (topic >= TOPIC_COUNT)
		return false;
	for (const struct ev_type *const *t = topic_plans[topic].events; *t; t++) {
		if (*t == type)
			return true;
	}
	return false;
}
