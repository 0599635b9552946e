/* SPDX-License-Identifier: Apache-2.0
 * What a result holds, by name: a count that is missing is 0, a fact that is missing is absent. */
#ifndef LONGSHORE_TESTS_RESULT_OF_H
#define LONGSHORE_TESTS_RESULT_OF_H

#include "longshore/events.h"

static inline int64_t result_count_of(const struct ev_task_result *r, struct str name)
{
	for (size_t i = 0; i < r->counts_count; i++)
		if (str_eq(r->counts[i].name, name))
			return r->counts[i].value;
	return 0;
}

static inline struct str result_fact_of(const struct ev_task_result *r, struct str name)
{
	for (size_t i = 0; i < r->facts_count; i++)
		if (str_eq(r->facts[i].name, name))
			return r->facts[i].value;
	return (struct str){NULL, 0};
}

/* The first of that kind; NULL: there is none. */
static inline const struct ev_staged_ref *result_output_of(
        const struct ev_task_result *r, struct str kind)
{
	for (size_t i = 0; i < r->outputs_count; i++)
		if (str_eq(r->outputs[i].kind, kind))
			return &r->outputs[i];
	return NULL;
}

#endif
