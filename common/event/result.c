/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/result.h"

/* Results have a few dozen items. Copying them for each new item is cheap enough and needs no
 * state. */
static void *grown(struct arena *mem, const void *items, size_t count, size_t size)
{
	char *bigger = arena_alloc(mem, (count + 1) * size);
	if (count > 0)
		memcpy(bigger, items, count * size);
	return bigger;
}

void result_count(struct ev_task_result *r, struct arena *mem, const char *name, uint64_t value)
{
	r->counts = grown(mem, r->counts, r->counts_count, sizeof(*r->counts));
	r->counts[r->counts_count++] = (struct ev_count){
	        .segment = STR(""), .name = arena_str(mem, str_c(name)), .value = (int64_t)value};
}

void result_fact(struct ev_task_result *r, struct arena *mem, struct str name, struct str value)
{
	r->facts = grown(mem, r->facts, r->facts_count, sizeof(*r->facts));
	r->facts[r->facts_count++] =
	        (struct ev_fact){.name = arena_str(mem, name), .value = arena_str(mem, value)};
}

void result_fact_num(struct ev_task_result *r, struct arena *mem, const char *name, int64_t value)
{
	result_fact(r, mem, str_c(name), arena_printf(mem, "%lld", (long long)value));
}

void result_output(struct ev_task_result *r, struct arena *mem, const struct ev_staged_ref *ref)
{
	r->outputs = grown(mem, r->outputs, r->outputs_count, sizeof(*r->outputs));
	r->outputs[r->outputs_count++] = (struct ev_staged_ref){.kind = arena_str(mem, ref->kind),
	        .name = arena_str(mem, ref->name),
	        .sha256 = arena_str(mem, ref->sha256),
	        .bytes = ref->bytes,
	        .rows = ref->rows};
}
