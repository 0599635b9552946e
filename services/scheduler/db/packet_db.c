/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox_db.h"

#include "db_lists.h"
#include "stored.h"

#include "longshore/events.h"
#include "sql/scheduler.h"

/* A partly acknowledged packet is stored again message by message, so packets stay small. */
enum { PACKET_MESSAGES = 500 };

static const struct stored_key no_key; /* a packet has several deliveries */

static struct str or_empty(struct str s)
{
	return s.p ? s : STR("");
}

static struct ev_outbox_message message_of(const struct outbox_row *row)
{
	bool is_whole = !row->is_by_reference;
	return (struct ev_outbox_message){
	        .topic = (int32_t)row->topic,
	        .partition = row->partition,
	        .delivery_id = or_empty(row->delivery_id),
	        .task_id = or_empty(row->task_id),
	        .tenant = or_empty(row->tenant),
	        .by_reference = row->is_by_reference,
	        .version = row->version,
	        .key = is_whole ? or_empty(row->key) : STR(""),
	        .type = is_whole ? or_empty(row->type) : STR(""),
	        .value = is_whole ? or_empty(row->value) : STR(""),
	};
}

/* Returns how many of the rows go into the next packet, at least one. */
static size_t next_packet(const struct outbox_row *rows, size_t count)
{
	size_t n = 0, bytes = 0;
	while (n < count && n < PACKET_MESSAGES) {
		bytes += rows[n].is_by_reference ? 0 : rows[n].value.n;
		if (n > 0 && bytes > PACKET_BYTES)
			break;
		n++;
	}
	return n;
}

static int pack(const struct outbox_row *rows, size_t count, struct arena *mem, struct str *out,
        struct err *e)
{
	struct ev_outbox_message *messages = arena_alloc(mem, count * sizeof *messages);
	for (size_t i = 0; i < count; i++)
		messages[i] = message_of(&rows[i]);
	const struct ev_outbox_packet packet = {.messages = messages, .messages_count = count};
	struct buf bytes;
	buf_init(&bytes, EVENT_MAX_BYTES);
	int act = event_encode(&ev_outbox_packet_type, &packet, &bytes, e);
	struct str plain = act ? STR("") : arena_str(mem, buf_str(&bytes));
	buf_release(&bytes);
	return act ? act : stored_pack(&no_key, plain, mem, out, e);
}

int packet_db_insert(
        struct pg *pg, struct outbox_row *rows, size_t count, struct arena *mem, struct err *e)
{
	struct str *bodies = arena_alloc(mem, (count + 1) * sizeof *bodies);
	struct packet *packets = arena_alloc(mem, (count + 1) * sizeof *packets);
	size_t made = 0;
	for (size_t i = 0; i < count; made++) {
		size_t n = next_packet(rows + i, count - i);
		int act = pack(rows + i, n, mem, &bodies[made], e);
		if (act)
			return act;
		for (size_t end = i + n; i < end; i++)
			rows[i].packet = &packets[made];
	}
	if (made == 0)
		return 0;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_bytes_array(&p, PARAM_INSERT_PACKETS_BODY, bodies, made);
	AUTO_PG_ROWS ids = NULL;
	int act = pg_run(pg, &sql_insert_packets, &p, &ids, NULL, e);
	for (size_t i = 0; i < made && act == 0; i++) {
		packets[i].id = pg_num(ids, i, COL_INSERT_PACKETS_ID);
		packets[i].stored_us = pg_num(ids, i, COL_INSERT_PACKETS_STORED_US);
	}
	return act;
}

/* split_packets has the same parameters. */
static void add_names(struct pg_params *p, const struct packet *const *packets, size_t count)
{
	SET_NUMS_OF(p, PARAM_DELETE_PACKETS_ID, packets, count, id);
	SET_NUMS_OF(p, PARAM_DELETE_PACKETS_AT, packets, count, stored_us);
}

int packet_db_delete(struct pg *pg, const struct packet *const *packets, size_t count,
        struct arena *mem, struct err *e)
{
	struct pg_params p;
	if (count == 0)
		return 0;
	pg_params_init(&p, mem);
	add_names(&p, packets, count);
	return pg_run(pg, &sql_delete_packets, &p, NULL, NULL, e);
}

int packet_db_split(struct pg *pg, const struct packet *const *packets, size_t count,
        struct arena *mem, int64_t *out_gone, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	add_names(&p, packets, count);
	return pg_run(pg, &sql_split_packets, &p, NULL, out_gone, e);
}

static int unpack(struct str body, struct arena *mem, struct ev_outbox_packet *out, struct err *e)
{
	struct str plain;
	if (stored_unpack(&no_key, body, mem, &plain, e) == 0 &&
	        event_decode(&ev_outbox_packet_type, plain, mem, out, e) == 0)
		return 0;
	e->act = ERR_FATAL; /* our own bytes */
	return err_note(e, "a packet of the outbox");
}

static int row_of(
        const struct ev_outbox_message *m, int64_t stored_us, struct outbox_row *out, struct err *e)
{
	if (m->topic < 0 || m->topic >= TOPIC_COUNT)
		return err_set(e, ERR_FATAL, "bad_row",
		        "a packet of the outbox has a message for topic %d, which there is not",
		        (int)m->topic);
	*out = (struct outbox_row){
	        .stored_us = stored_us,
	        .delivery_id = m->delivery_id,
	        .topic = (enum topic)m->topic,
	        .partition = m->partition,
	        .key = m->key,
	        .value = m->value,
	        .type = m->type,
	        .tenant = m->tenant,
	        .task_id = m->task_id.n > 0 ? m->task_id : (struct str){NULL, 0},
	        .is_by_reference = m->by_reference,
	        .version = m->version,
	};
	return 0;
}

int packet_db_take(struct pg *pg, const struct packet_bounds *bounds, struct arena *mem,
        struct taken_packets *out, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_num(&p, PARAM_TAKE_PACKETS_OVER_MS, bounds->age_ms);
	pg_set_num(&p, PARAM_TAKE_PACKETS_BACK_MS, bounds->back_ms);
	pg_set_num(&p, PARAM_TAKE_PACKETS_LIMIT, bounds->most);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_take_packets, &p, &rows, NULL, e);
	if (act)
		return act;
	size_t packets = pg_rows_count(rows), count = 0, at = 0;
	struct ev_outbox_packet *read = arena_alloc(mem, (packets + 1) * sizeof *read);
	for (size_t i = 0; i < packets && act == 0; i++) {
		act = unpack(pg_bytes(rows, i, COL_TAKE_PACKETS_BODY, mem), mem, &read[i], e);
		count += act ? 0 : read[i].messages_count;
	}
	struct outbox_row *list = arena_alloc(mem, (count + 1) * sizeof *list);
	for (size_t i = 0; i < packets && act == 0; i++)
		for (size_t k = 0; k < read[i].messages_count && act == 0; k++)
			act = row_of(&read[i].messages[k],
			        pg_num(rows, i, COL_TAKE_PACKETS_STORED_US), &list[at++], e);
	*out = (struct taken_packets){list, count, packets};
	return act;
}
