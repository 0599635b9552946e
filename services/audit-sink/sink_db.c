/* SPDX-License-Identifier: Apache-2.0 */
#include "sink_db.h"

#include "longshore/id.h"
#include "sql/audit_sink.h"

#include <stddef.h>
#include <stdio.h>

/* Column `offset` of every struct in `items` as one array parameter. */
static void add_text_column(
        struct pg_params *p, const void *const *items, size_t count, size_t offset)
{
	struct str *column = arena_alloc(p->mem, (count + 1) * sizeof(*column));
	for (size_t i = 0; i < count; i++)
		column[i] = *(const struct str *)(const void *)((const char *)items[i] + offset);
	pg_add_texts(p, column, count);
}

static void add_num_column(
        struct pg_params *p, const void *const *items, size_t count, size_t offset, size_t width)
{
	int64_t *column = arena_alloc(p->mem, (count + 1) * sizeof(*column));
	for (size_t i = 0; i < count; i++) {
		const void *at = (const char *)items[i] + offset;
		column[i] = width == sizeof(int64_t) ? *(const int64_t *)at : *(const int32_t *)at;
	}
	pg_add_nums(p, column, count);
}

#define TEXT_COLUMN(p, items, count, type, field) \
	add_text_column((p), (const void *const *)(items), (count), offsetof(struct type, field))
#define NUM_COLUMN(p, items, count, type, field) \
	add_num_column((p), (const void *const *)(items), (count), offsetof(struct type, field), \
	        sizeof(((struct type *)0)->field))

/* The books of all snapshots, flat: row from 1, name, value. */
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
	pg_add_nums(p, rows, n);
	pg_add_texts(p, names, n);
	pg_add_nums(p, values, n);
}

int sink_db_statuses(struct pg *pg, const struct ev_delivery_status *const *items, size_t count,
        struct arena *mem, struct err *e)
{
	static const size_t texts[] = {offsetof(struct ev_delivery_status, delivery_id),
	        offsetof(struct ev_delivery_status, kind),
	        offsetof(struct ev_delivery_status, tenant),
	        offsetof(struct ev_delivery_status, route),
	        offsetof(struct ev_delivery_status, audience),
	        offsetof(struct ev_delivery_status, destination),
	        offsetof(struct ev_delivery_status, mode),
	        offsetof(struct ev_delivery_status, epoch),
	        offsetof(struct ev_delivery_status, cause_kind),
	        offsetof(struct ev_delivery_status, cause),
	        offsetof(struct ev_delivery_status, state),
	        offsetof(struct ev_delivery_status, reason),
	        offsetof(struct ev_delivery_status, detail),
	        offsetof(struct ev_delivery_status, requested_by),
	        offsetof(struct ev_delivery_status, approved_by),
	        offsetof(struct ev_delivery_status, spec_hash),
	        offsetof(struct ev_delivery_status, bridge_version),
	        offsetof(struct ev_delivery_status, content_hash)};
	struct pg_params p;
	pg_params_init(&p, mem);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		add_text_column(&p, (const void *const *)items, count, texts[i]);
	NUM_COLUMN(&p, items, count, ev_delivery_status, version);
	NUM_COLUMN(&p, items, count, ev_delivery_status, revision);
	NUM_COLUMN(&p, items, count, ev_delivery_status, files_planned);
	NUM_COLUMN(&p, items, count, ev_delivery_status, files_visible);
	NUM_COLUMN(&p, items, count, ev_delivery_status, created_at_ms);
	NUM_COLUMN(&p, items, count, ev_delivery_status, changed_at_ms);
	add_counts(&p, items, count);
	AUTO_PG_ROWS rows = NULL;
	if (pg_run(pg, &sql_upsert_statuses, &p, &rows, NULL, e) != 0)
		return err_note(e, "record statuses");
	return 0;
}

/* The same receipt has the same id, another one another. */
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
	TEXT_COLUMN(&p, items, count, ev_receipt, delivery_id);
	TEXT_COLUMN(&p, items, count, ev_receipt, file.file_id);
	TEXT_COLUMN(&p, items, count, ev_receipt, file.name);
	TEXT_COLUMN(&p, items, count, ev_receipt, file.url);
	TEXT_COLUMN(&p, items, count, ev_receipt, file.role);
	TEXT_COLUMN(&p, items, count, ev_receipt, file.sha256);
	TEXT_COLUMN(&p, items, count, ev_receipt, file.plain_sha256);
	TEXT_COLUMN(&p, items, count, ev_receipt, file.md5);
	TEXT_COLUMN(&p, items, count, ev_receipt, file.crc32c);
	TEXT_COLUMN(&p, items, count, ev_receipt, file.encoder);
	TEXT_COLUMN(&p, items, count, ev_receipt, file.guarantee);
	TEXT_COLUMN(&p, items, count, ev_receipt, file.verified);
	struct str *ids = arena_alloc(mem, (count + 1) * sizeof(*ids));
	struct str *blind = arena_alloc(mem, (count + 1) * sizeof(*blind));
	for (size_t i = 0; i < count; i++) {
		ids[i] = receipt_id(items[i], mem);
		blind[i] = items[i]->file.blind ? STR("t") : STR("f");
	}
	pg_add_texts(&p, ids, count);
	pg_add_texts(&p, blind, count);
	NUM_COLUMN(&p, items, count, ev_receipt, version);
	NUM_COLUMN(&p, items, count, ev_receipt, file.rows);
	NUM_COLUMN(&p, items, count, ev_receipt, file.bytes);
	NUM_COLUMN(&p, items, count, ev_receipt, file.committed_at_ms);
	if (pg_run(pg, &sql_upsert_receipts, &p, NULL, NULL, e) != 0)
		return err_note(e, "record receipts");
	return 0;
}

int sink_db_known_records(struct pg *pg, const struct ev_audit_record *const *items, size_t count,
        bool *known, struct arena *mem, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, mem);
	TEXT_COLUMN(&p, items, count, ev_audit_record, record_id);
	AUTO_PG_ROWS rows = NULL;
	if (pg_run(pg, &sql_select_known_records, &p, &rows, NULL, e) != 0)
		return err_note(e, "look for known audit records");
	for (size_t r = 0; r < pg_rows_count(rows); r++) {
		struct str id = pg_text(rows, r, 0, mem);
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
	pg_add_texts(&p, tenants, count);
	AUTO_PG_ROWS rows = NULL;
	if (pg_run(pg, &sql_select_chain_heads, &p, &rows, NULL, e) != 0)
		return err_note(e, "read the heads of the audit chains");
	for (size_t r = 0; r < pg_rows_count(rows); r++) {
		struct str tenant = pg_text(rows, r, 0, mem), hash = pg_text(rows, r, 2, mem);
		for (size_t i = 0; i < count; i++) {
			if (!str_eq(heads[i].tenant, tenant) || hash.n >= sizeof(heads[i].hash))
				continue;
			heads[i].sequence = pg_num(rows, r, 1);
			memcpy(heads[i].hash, hash.p, hash.n);
			heads[i].hash[hash.n] = '\0';
		}
	}
	return 0;
}

/* Facts of all links, flat: row from 1, name, value. */
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
	pg_add_nums(p, rows, n);
	pg_add_texts(p, names, n);
	pg_add_texts(p, values, n);
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
	TEXT_COLUMN(&p, records, count, ev_audit_record, tenant);
	TEXT_COLUMN(&p, records, count, ev_audit_record, record_id);
	TEXT_COLUMN(&p, records, count, ev_audit_record, actor);
	TEXT_COLUMN(&p, records, count, ev_audit_record, action);
	TEXT_COLUMN(&p, records, count, ev_audit_record, delivery_id);
	TEXT_COLUMN(&p, records, count, ev_audit_record, route);
	TEXT_COLUMN(&p, records, count, ev_audit_record, reason);
	TEXT_COLUMN(&p, records, count, ev_audit_record, detail);
	pg_add_texts(&p, previous, count);
	pg_add_texts(&p, hashes, count);
	pg_add_nums(&p, sequences, count);
	NUM_COLUMN(&p, records, count, ev_audit_record, at_ms);
	NUM_COLUMN(&p, records, count, ev_audit_record, version);
	add_facts(&p, links, count);
	if (pg_run(pg, &sql_insert_records, &p, NULL, NULL, e) == 0)
		return 0;
	/* The place in the chain was free when it was looked up: a recorder that was thought dead
	 * has taken it. The records are good, and go behind its. */
	if (strcmp(e->code, "pg_duplicate") == 0)
		e->act = ERR_RETRY;
	return err_note(e, "append to the audit trail");
}

int sink_db_dead_letters(struct pg *pg, const struct batch_message *const *msgs, size_t count,
        struct arena *mem, struct err *e)
{
	const struct ev_dead_letter **letters = arena_alloc(mem, (count + 1) * sizeof(void *));
	struct str *topics = arena_alloc(mem, (count + 1) * sizeof(*topics));
	for (size_t i = 0; i < count; i++) {
		letters[i] = msgs[i]->event;
		topics[i] = str_c(topic_plan(msgs[i]->topic)->suffix);
	}
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, topics, count);
	TEXT_COLUMN(&p, letters, count, ev_dead_letter, service);
	TEXT_COLUMN(&p, letters, count, ev_dead_letter, topic);
	TEXT_COLUMN(&p, letters, count, ev_dead_letter, reason);
	TEXT_COLUMN(&p, letters, count, ev_dead_letter, detail);
	TEXT_COLUMN(&p, letters, count, ev_dead_letter, delivery_id);
	TEXT_COLUMN(&p, letters, count, ev_dead_letter, task_id);
	NUM_COLUMN(&p, msgs, count, batch_message, partition);
	NUM_COLUMN(&p, msgs, count, batch_message, offset);
	NUM_COLUMN(&p, letters, count, ev_dead_letter, partition);
	NUM_COLUMN(&p, letters, count, ev_dead_letter, offset);
	NUM_COLUMN(&p, letters, count, ev_dead_letter, at_ms);
	if (pg_run(pg, &sql_insert_dead_letters, &p, NULL, NULL, e) != 0)
		return err_note(e, "record dead letters");
	return 0;
}

int sink_db_store_positions(struct pg *pg, const struct sink_position *items, size_t count,
        struct arena *mem, struct err *e)
{
	struct str *topics = arena_alloc(mem, (count + 1) * sizeof(*topics));
	int64_t *partitions = arena_alloc(mem, (count + 1) * sizeof(*partitions));
	int64_t *offsets = arena_alloc(mem, (count + 1) * sizeof(*offsets));
	struct str *witnesses = arena_alloc(mem, (count + 1) * sizeof(*witnesses));
	for (size_t i = 0; i < count; i++) {
		char text[BATCH_WITNESS_BYTES];
		batch_message_witness(items[i].last, text);
		topics[i] = str_c(topic_plan(items[i].topic)->suffix);
		partitions[i] = items[i].partition;
		offsets[i] = items[i].last->offset + 1;
		witnesses[i] = arena_str(mem, str_c(text));
	}
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_add_texts(&p, topics, count);
	pg_add_nums(&p, partitions, count);
	pg_add_nums(&p, offsets, count);
	pg_add_texts(&p, witnesses, count);
	if (pg_run(pg, &sql_upsert_positions, &p, NULL, NULL, e) != 0)
		return err_note(e, "store positions");
	return 0;
}

static void add_place(struct pg_params *p, enum topic topic, int32_t partition)
{
	pg_add(p, str_c(topic_plan(topic)->suffix));
	pg_add_num(p, partition);
}

int sink_db_position(struct pg *pg, enum topic topic, int32_t partition, struct batch_position *out,
        struct err *e)
{
	struct arena mem;
	arena_init(&mem, 4096);
	struct pg_params p;
	pg_params_init(&p, &mem);
	add_place(&p, topic, partition);
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(pg, &sql_select_position, &p, &rows, NULL, e);
	if (act == 0) {
		*out = (struct batch_position){.next = -1};
		if (pg_rows_count(rows) > 0) {
			struct str witness = pg_text(rows, 0, 1, &mem);
			out->next = pg_num(rows, 0, 0);
			(void)snprintf(
			        out->witness, sizeof(out->witness), STR_FMT, STR_ARG(witness));
		}
	} else {
		err_note(e, "read the position of " STR_FMT,
		        STR_ARG(str_c(topic_plan(topic)->suffix)));
	}
	arena_release(&mem);
	return act;
}

int sink_db_rewind(struct pg *pg, enum topic topic, int32_t partition, int64_t next, struct err *e)
{
	struct arena mem;
	arena_init(&mem, 4096);
	struct pg_params p;
	pg_params_init(&p, &mem);
	add_place(&p, topic, partition);
	pg_add_num(&p, next);
	int act = pg_run(pg, &sql_rewind_position, &p, NULL, NULL, e);
	if (act != 0)
		err_note(e, "set back the position of " STR_FMT,
		        STR_ARG(str_c(topic_plan(topic)->suffix)));
	arena_release(&mem);
	return act;
}
