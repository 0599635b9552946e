/* SPDX-License-Identifier: Apache-2.0 */
#include "sink_db.h"

#include "longshore/id.h"
#include "sql/audit_sink.h"

#include <stddef.h>

static void set_field(struct pg_params *p, int name, const struct event_field *field,
        const void *const *events, size_t count)
{
	struct str *texts = arena_alloc(p->mem, (count + 1) * sizeof(*texts));
	int64_t *numbers = arena_alloc(p->mem, (count + 1) * sizeof(*numbers));
	for (size_t i = 0; i < count && field->is_text; i++)
		texts[i] = event_field_text(field, events[i]);
	for (size_t i = 0; i < count && !field->is_text; i++)
		numbers[i] = event_field_number(field, events[i]);
	if (field->is_text)
		pg_set_texts(p, name, texts, count);
	else
		pg_set_nums(p, name, numbers, count);
}

/* A parameter with the name of an event's field takes that field of each event. So a new field
 * is recorded as soon as the statement names it. */
static void set_events(struct pg_params *p, const struct pg_statement *stmt,
        const struct ev_type *type, const void *events, size_t count)
{
	for (int i = 0; i < stmt->params; i++) {
		struct event_field field;
		if (event_field(type, stmt->param_names[i], &field))
			set_field(p, PG_NAME(stmt->number, i), &field, (const void *const *)events,
			        count);
	}
}

/* The books of all snapshots, flat: row number (from 1), name, value. */
static void add_counts(
        struct pg_params *p, const struct ev_delivery_status *const *items, size_t count)
{
	size_t total = 0;
	for (size_t i = 0; i < count; i++)
		total += items[i]->counts_count;
	int64_t *rows = arena_alloc(p->mem, (total + 1) * sizeof(*rows));
	struct str *names = arena_alloc(p->mem, (total + 1) * sizeof(*names));
	int64_t *values = arena_alloc(p->mem, (total + 1) * sizeof(*values));
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < items[i]->counts_count; k++, n++) {
			const struct ev_count *c = &items[i]->counts[k];
			rows[n] = (int64_t)i + 1;
			names[n] = c->segment.n == 0
			                   ? c->name
			                   : arena_printf(p->mem, STR_FMT "." STR_FMT,
			                             STR_ARG(c->segment), STR_ARG(c->name));
			values[n] = c->value;
		}
	}
	pg_set_nums(p, PARAM_UPSERT_STATUSES_COUNT_OF, rows, n);
	pg_set_texts(p, PARAM_UPSERT_STATUSES_COUNT_NAME, names, n);
	pg_set_nums(p, PARAM_UPSERT_STATUSES_COUNT_VALUE, values, n);
}

int sink_db_statuses(struct pg *pg, const struct ev_delivery_status *const *items, size_t count,
        struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	set_events(&p, &sql_upsert_statuses, &ev_delivery_status_type, items, count);
	add_counts(&p, items, count);
	AUTO_PG_ROWS rows = NULL;
	if (pg_run(pg, &sql_upsert_statuses, &p, &rows, NULL, e) != 0)
		return err_note(e, "record statuses");
	return 0;
}

/* The same receipt always has the same id; different receipts have different ids. */
static struct str receipt_id(const struct ev_receipt *r, struct arena *mem)
{
	struct id_hash *h = id_begin(STR("receipt/1"));
	const struct str fields[] = {r->delivery_id, r->file.file_id, r->file.name, r->file.url,
	        r->file.role, r->file.sha256, r->file.plain_sha256, r->file.md5, r->file.crc32c,
	        r->file.encoder, r->file.guarantee, r->file.verified};
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		id_add(h, fields[i]);
	id_add_num(h, r->file.rows);
	id_add_num(h, r->file.bytes);
	id_add_num(h, r->file.blind);
	id_add_num(h, r->file.committed_at_ms);
	struct id id = id_end(h);
	return arena_str(mem, id_str(&id));
}

int sink_db_receipts(struct pg *pg, const struct ev_receipt *const *items, size_t count,
        struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	set_events(&p, &sql_upsert_receipts, &ev_receipt_type, items, count);
	struct str *ids = arena_alloc(mem, (count + 1) * sizeof(*ids));
	for (size_t i = 0; i < count; i++)
		ids[i] = receipt_id(items[i], mem);
	pg_set_texts(&p, PARAM_UPSERT_RECEIPTS_RECEIPT_ID, ids, count);
	if (pg_run(pg, &sql_upsert_receipts, &p, NULL, NULL, e) != 0)
		return err_note(e, "record receipts");
	return 0;
}

int sink_db_known_records(struct pg *pg, const struct ev_audit_record *const *items, size_t count,
        bool *known, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	set_events(&p, &sql_select_known_records, &ev_audit_record_type, items, count);
	AUTO_PG_ROWS rows = NULL;
	if (pg_run(pg, &sql_select_known_records, &p, &rows, NULL, e) != 0)
		return err_note(e, "look for known audit records");
	for (size_t r = 0; r < pg_rows_count(rows); r++) {
		struct str id = pg_text(rows, r, COL_SELECT_KNOWN_RECORDS_RECORD_ID, mem);
		for (size_t i = 0; i < count; i++)
			known[i] = known[i] || str_eq(items[i]->record_id, id);
	}
	return 0;
}

int sink_db_chain_heads(
        struct pg *pg, struct chain_head *heads, size_t count, struct arena *mem, struct err *e)
{
	struct str *tenants = arena_alloc(mem, (count + 1) * sizeof(*tenants));
	for (size_t i = 0; i < count; i++)
		tenants[i] = heads[i].tenant;
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_SELECT_CHAIN_HEADS_TENANT, tenants, count);
	AUTO_PG_ROWS rows = NULL;
	if (pg_run(pg, &sql_select_chain_heads, &p, &rows, NULL, e) != 0)
		return err_note(e, "read the heads of the audit chains");
	for (size_t r = 0; r < pg_rows_count(rows); r++) {
		struct str tenant = pg_text(rows, r, COL_SELECT_CHAIN_HEADS_TENANT, mem);
		struct str hash = pg_text(rows, r, COL_SELECT_CHAIN_HEADS_HASH, mem);
		for (size_t i = 0; i < count; i++) {
			if (!str_eq(heads[i].tenant, tenant) || hash.n >= sizeof(heads[i].hash))
				continue;
			heads[i].sequence = pg_num(rows, r, COL_SELECT_CHAIN_HEADS_SEQUENCE);
			memcpy(heads[i].hash, hash.p, hash.n);
			heads[i].hash[hash.n] = '\0';
		}
	}
	return 0;
}

/* Facts of all links, flat: row number (from 1), name, value. */
static void add_facts(struct pg_params *p, const struct chain_link *links, size_t count)
{
	size_t total = 0;
	for (size_t i = 0; i < count; i++)
		total += links[i].facts_count;
	int64_t *rows = arena_alloc(p->mem, (total + 1) * sizeof(*rows));
	struct str *names = arena_alloc(p->mem, (total + 1) * sizeof(*names));
	struct str *values = arena_alloc(p->mem, (total + 1) * sizeof(*values));
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < links[i].facts_count; k++, n++) {
			rows[n] = (int64_t)i + 1;
			names[n] = links[i].facts[k].name;
			values[n] = links[i].facts[k].value;
		}
	}
	pg_set_nums(p, PARAM_INSERT_RECORDS_FACT_OF, rows, n);
	pg_set_texts(p, PARAM_INSERT_RECORDS_FACT_NAME, names, n);
	pg_set_texts(p, PARAM_INSERT_RECORDS_FACT_VALUE, values, n);
}

int sink_db_records(struct pg *pg, const struct chain_link *links, size_t count, struct arena *mem,
        struct err *e)
{
	const struct ev_audit_record **records = arena_alloc(mem, (count + 1) * sizeof(void *));
	struct str *previous = arena_alloc(mem, (count + 1) * sizeof(*previous));
	struct str *hashes = arena_alloc(mem, (count + 1) * sizeof(*hashes));
	int64_t *sequences = arena_alloc(mem, (count + 1) * sizeof(*sequences));
	for (size_t i = 0; i < count; i++) {
		records[i] = links[i].record;
		previous[i] = str_c(links[i].previous);
		hashes[i] = str_c(links[i].hash);
		sequences[i] = links[i].sequence;
	}
	struct pg_params p;
	pg_params_init(&p, mem);
	set_events(&p, &sql_insert_records, &ev_audit_record_type, records, count);
	pg_set_texts(&p, PARAM_INSERT_RECORDS_PREVIOUS, previous, count);
	pg_set_texts(&p, PARAM_INSERT_RECORDS_HASH, hashes, count);
	pg_set_nums(&p, PARAM_INSERT_RECORDS_SEQUENCE, sequences, count);
	add_facts(&p, links, count);
	if (pg_run(pg, &sql_insert_records, &p, NULL, NULL, e) == 0)
		return 0;
	/* The place in the chain was free when it was looked up, but another recorder, thought
	 * dead, has taken it since. The records are valid, and go after that recorder's. */
	if (strcmp(e->code, "pg_duplicate") == 0)
		e->act = ERR_RETRY;
	return err_note(e, "append to the audit trail");
}

int sink_db_dead_letters(struct pg *pg, const struct batch_message *const *msgs, size_t count,
        struct arena *mem, struct err *e)
{
	const struct ev_dead_letter **letters = arena_alloc(mem, (count + 1) * sizeof(void *));
	struct str *topics = arena_alloc(mem, (count + 1) * sizeof(*topics));
	int64_t *partitions = arena_alloc(mem, (count + 1) * sizeof(*partitions));
	int64_t *offsets = arena_alloc(mem, (count + 1) * sizeof(*offsets));
	for (size_t i = 0; i < count; i++) {
		letters[i] = msgs[i]->event;
		topics[i] = str_c(topic_plan(msgs[i]->topic)->suffix);
		partitions[i] = msgs[i]->partition;
		offsets[i] = msgs[i]->offset;
	}
	struct pg_params p;
	pg_params_init(&p, mem);
	set_events(&p, &sql_insert_dead_letters, &ev_dead_letter_type, letters, count);
	pg_set_texts(&p, PARAM_INSERT_DEAD_LETTERS_AT_TOPIC, topics, count);
	pg_set_nums(&p, PARAM_INSERT_DEAD_LETTERS_AT_PARTITION, partitions, count);
	pg_set_nums(&p, PARAM_INSERT_DEAD_LETTERS_AT_OFFSET, offsets, count);
	if (pg_run(pg, &sql_insert_dead_letters, &p, NULL, NULL, e) != 0)
		return err_note(e, "record dead letters");
	return 0;
}
