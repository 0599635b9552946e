/* SPDX-License-Identifier: Apache-2.0 */
#include "packets.h"

#include "db/state_db.h"

/* --- store --- */

static bool goes_alone(const struct engine *g, const struct outbox_row *row)
{
	return g->rests[row->topic].is_resting ||
	       (!row->is_by_reference && row->value.n > PACKET_BYTES);
}

/* Stores the rows of one kind, in their order. The new ids are copied back into `rows`. */
static int store_apart(struct engine *g, struct outbox_row *rows, size_t count, bool alone,
        struct arena *mem, struct err *e)
{
	struct outbox_row *chosen = arena_alloc(mem, (count + 1) * sizeof *chosen);
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		if (goes_alone(g, &rows[i]) == alone)
			chosen[n++] = rows[i];
	if (n == 0)
		return 0;
	int act = alone ? outbox_db_insert(g->pg, chosen, n, mem, e)
	                : packet_db_insert(g->pg, chosen, n, mem, e);
	for (size_t i = 0, k = 0; i < count && act == 0; i++)
		if (goes_alone(g, &rows[i]) == alone)
			rows[i] = chosen[k++];
	return act;
}

int packets_store(
        struct engine *g, struct outbox_row *rows, size_t count, struct arena *mem, struct err *e)
{
	int act = store_apart(g, rows, count, true, mem, e);
	return act ? act : store_apart(g, rows, count, false, mem, e);
}

/* --- mark --- */

struct split {
	const struct packet **packets;
	size_t packets_count;
	struct outbox_row *rows;
	size_t rows_count;
};

static int split_now(struct engine *g, const struct split *x, struct arena *mem, struct err *e)
{
	int64_t gone = 0;
	int act = packet_db_split(g->pg, x->packets, x->packets_count, mem, &gone, e);
	if (act)
		return act;
	/* Another scheduler split one of them earlier and stored all of its messages. Here all
	 * is rolled back; the packets that are left are split when they are old. */
	if (gone != (int64_t)x->packets_count)
		return err_set(e, ERR_FENCED, "version", "another scheduler split a packet");
	return outbox_db_insert(g->pg, x->rows, x->rows_count, mem, e);
}

static int split(struct engine *g, const struct split *x, struct arena *mem, struct err *e)
{
	if (x->packets_count == 0)
		return 0;
	int act = db_begin(g->pg, e);
	if (act)
		return act;
	act = split_now(g, x, mem, e);
	act = act ? act : db_commit(g->pg, e);
	if (act)
		db_rollback(g->pg);
	return act == ERR_FENCED ? 0 : act;
}

int packets_mark(struct engine *g, const struct outbox_row *const *rows,
        const enum publication_fate *fates, size_t count, struct arena *mem, struct err *e)
{
	const struct packet **done = arena_alloc(mem, (count + 1) * sizeof(void *));
	struct split open = {.packets = arena_alloc(mem, (count + 1) * sizeof(void *)),
	        .rows = arena_alloc(mem, (count + 1) * sizeof(struct outbox_row))};
	size_t done_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct packet *packet = rows[i]->packet;
		if (!packet || fates[i] != PUBLICATION_OPEN)
			continue;
		if (!packet->is_open)
			open.packets[open.packets_count++] = packet;
		packet->is_open = true;
		open.rows[open.rows_count] = *rows[i];
		open.rows[open.rows_count].packet = NULL;
		open.rows[open.rows_count++].stored_us = packet->stored_us;
	}
	for (size_t i = 0; i < count; i++) {
		struct packet *packet = rows[i]->packet;
		if (!packet || packet->is_open || packet->is_noted)
			continue;
		packet->is_noted = true;
		done[done_count++] = packet;
	}
	int act = packet_db_delete(g->pg, done, done_count, mem, e);
	return act ? act : split(g, &open, mem, e);
}
