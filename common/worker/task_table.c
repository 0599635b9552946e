/* SPDX-License-Identifier: Apache-2.0
 * The tasks in this process. A few hundred at most, so this is a plain array. */
#include "task_loop.h"

#include "longshore/hex.h"
#include "longshore/random.h"

#include <stdlib.h>

enum { TOKEN_BYTES = 16, DECODE_MEM_BYTES = EVENT_MAX_DECODED_BYTES + (4 << 20) };

static int no_memory(struct err *e)
{
	return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a task");
}

static int make_room(struct task_loop *l, struct err *e)
{
	if (l->tasks_count < l->tasks_cap)
		return 0;
	size_t cap = l->tasks_cap ? 2 * l->tasks_cap : 64;
	struct task **more = reallocarray(l->tasks, cap, sizeof(struct task *));
	if (!more)
		return no_memory(e);
	l->tasks = more;
	l->tasks_cap = cap;
	return 0;
}

struct task *task_new(struct task_loop *l, const struct bus_message *m, struct err *e)
{
	struct task *t = make_room(l, e) ? NULL : calloc(1, sizeof(*t));
	if (!t) {
		(void)no_memory(e);
		return NULL;
	}
	unsigned char token[TOKEN_BYTES];
	random_bytes(token, sizeof(token));
	hex_encode(token, sizeof(token), t->token);
	t->state = TASK_UNREAD;
	t->partition = m->partition;
	t->offset = m->offset;
	t->order = l->arrivals++;
	t->is_owned = true;
	t->message = m;
	t->type = topic_plan(l->service->plan->reads[0])->events[0];
	arena_init(&t->mem, DECODE_MEM_BYTES);
	buf_init(&t->wire, EVENT_MAX_BYTES);
	l->tasks[l->tasks_count++] = t;
	return t;
}

void task_free(struct task_loop *l, struct task *t)
{
	if (t->lease == LEASE_OURS)
		memo_lease_release(l->memo, t->head->task_id, str_c(t->token));
	for (size_t i = 0; i < l->tasks_count; i++) {
		if (l->tasks[i] == t) {
			l->tasks[i] = l->tasks[--l->tasks_count];
			break;
		}
	}
	bus_message_free(t->message);
	arena_release(&t->mem);
	buf_release(&t->wire);
	free(t);
}

struct task *task_find(struct task_loop *l, int32_t partition, int64_t offset)
{
	for (size_t i = 0; i < l->tasks_count; i++) {
		if (l->tasks[i]->partition == partition && l->tasks[i]->offset == offset)
			return l->tasks[i];
	}
	return NULL;
}

struct partition *partition_find(struct task_loop *l, int32_t number)
{
	for (size_t i = 0; i < l->partitions_count; i++) {
		if (l->partitions[i].number == number)
			return &l->partitions[i];
	}
	return NULL;
}

size_t tasks_in(const struct task_loop *l, enum task_state state)
{
	size_t count = 0;
	for (size_t i = 0; i < l->tasks_count; i++)
		count += l->tasks[i]->state == state;
	return count;
}
