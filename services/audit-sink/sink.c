/* SPDX-License-Identifier: Apache-2.0
 *
 * State after a crash at each probe:
 *   sink_before_tx          nothing was written: the batch is read again
 *   sink_after_rows         the same: the transaction is not committed
 *   sink_before_tx_commit   the same
 *   sink_after_tx_commit    rows and positions are stored: reading continues after the batch */
#include "sink.h"

#include "sink_db.h"

#include "longshore/positions.h"
#include "longshore/probe.h"
#include "longshore/states.h"

#include <stdlib.h>

/* What to write for a batch, by kind. */
struct sorted {
	const struct ev_delivery_status **statuses;
	size_t statuses_count;
	const struct ev_receipt **receipts;
	size_t receipts_count;
	const struct ev_audit_record **records;
	size_t records_count;
	const struct batch_message **letters;
	size_t letters_count;
};

/* If a batch has several snapshots of a delivery, keeps the one that would remain if they were
 * written one by one. */
static void keep_status(struct sorted *s, const struct ev_delivery_status *status)
{
	for (size_t i = s->statuses_count; i-- > 0;) {
		const struct ev_delivery_status *old = s->statuses[i];
		if (!str_eq(old->delivery_id, status->delivery_id))
			continue;
		if (status->version > old->version && !delivery_state_ends(old->state))
			s->statuses[i] = status;
		return;
	}
	s->statuses[s->statuses_count++] = status;
}

static void keep_receipt(struct sorted *s, const struct ev_receipt *receipt)
{
	for (size_t i = s->receipts_count; i-- > 0;) {
		const struct ev_receipt *old = s->receipts[i];
		if (!str_eq(old->delivery_id, receipt->delivery_id) ||
		        !str_eq(old->file.file_id, receipt->file.file_id))
			continue;
		if (receipt->version > old->version)
			s->receipts[i] = receipt;
		return;
	}
	s->receipts[s->receipts_count++] = receipt;
}

static void keep_record(struct sorted *s, const struct ev_audit_record *record)
{
	for (size_t i = 0; i < s->records_count; i++) {
		if (str_eq(s->records[i]->record_id, record->record_id))
			return;
	}
	s->records[s->records_count++] = record;
}

/* Skips events of a kind that a topic should not have: the sink records, it does not judge. */
static void sort_out(
        struct sorted *s, const struct batch_message *msgs, size_t count, struct arena *mem)
{
	*s = (struct sorted){
	        .statuses = arena_alloc(mem, count * sizeof(void *)),
	        .receipts = arena_alloc(mem, count * sizeof(void *)),
	        .records = arena_alloc(mem, count * sizeof(void *)),
	        .letters = arena_alloc(mem, count * sizeof(void *)),
	};
	for (size_t i = 0; i < count; i++) {
		const struct batch_message *msg = &msgs[i];
		if (msg->type == &ev_delivery_status_type)
			keep_status(s, msg->event);
		else if (msg->type == &ev_receipt_type)
			keep_receipt(s, msg->event);
		else if (msg->type == &ev_audit_record_type && msg->topic == TOPIC_AUDIT)
			keep_record(s, msg->event);
		else if (msg->type == &ev_dead_letter_type)
			s->letters[s->letters_count++] = msg;
	}
}

static struct chain_head *head_of(struct chain_head *heads, size_t *count, struct str tenant)
{
	for (size_t i = 0; i < *count; i++) {
		if (str_eq(heads[i].tenant, tenant))
			return &heads[i];
	}
	heads[*count] = (struct chain_head){.tenant = tenant};
	return &heads[(*count)++];
}

static int append_records(struct pg *pg, const struct sorted *s, struct arena *mem, struct err *e)
{
	bool *known = arena_alloc(mem, s->records_count * sizeof(*known));
	struct chain_head *heads = arena_alloc(mem, s->records_count * sizeof(*heads));
	struct chain_link *links = arena_alloc(mem, s->records_count * sizeof(*links));
	size_t heads_count = 0, links_count = 0;
	int act = sink_db_known_records(pg, s->records, s->records_count, known, mem, e);
	if (act != 0)
		return act;
	for (size_t i = 0; i < s->records_count; i++)
		(void)head_of(heads, &heads_count, s->records[i]->tenant);
	act = sink_db_chain_heads(pg, heads, heads_count, mem, e);
	if (act != 0)
		return act;
	for (size_t i = 0; i < s->records_count; i++) {
		if (known[i])
			continue;
		chain_append(head_of(heads, &heads_count, s->records[i]->tenant), s->records[i],
		        mem, &links[links_count]);
		links_count++;
	}
	return links_count == 0 ? 0 : sink_db_records(pg, links, links_count, mem, e);
}

static int write_rows(struct pg *pg, const struct sorted *s, struct arena *mem, struct err *e)
{
	int act = 0;
	/* Statuses first: a receipt is also compared with a final state from the same batch. */
	if (s->statuses_count > 0)
		act = sink_db_statuses(pg, s->statuses, s->statuses_count, mem, e);
	if (act == 0 && s->receipts_count > 0)
		act = sink_db_receipts(pg, s->receipts, s->receipts_count, mem, e);
	if (act == 0 && s->records_count > 0)
		act = append_records(pg, s, mem, e);
	if (act == 0 && s->letters_count > 0)
		act = sink_db_dead_letters(pg, s->letters, s->letters_count, mem, e);
	if (act != 0)
		return act;
	PROBE(sink_after_rows);
	return 0;
}

int sink_batch(void *state, const struct batch_message *msgs, size_t count, struct arena *mem,
        struct err *e)
{
	struct sink *sink = state;
	struct sorted s;
	sort_out(&s, msgs, count, mem);
	PROBE(sink_before_tx);
	int act = pg_tx_begin(sink->pg, e);
	if (act != 0)
		return act;
	act = write_rows(sink->pg, &s, mem, e);
	if (act == 0)
		act = positions_store(sink->pg, SERVICE_AUDIT_SINK, msgs, count, mem, e);
	if (act != 0) {
		pg_tx_rollback(sink->pg);
		return act;
	}
	PROBE(sink_before_tx_commit);
	act = pg_tx_commit(sink->pg, e);
	if (act != 0)
		return act;
	PROBE(sink_after_tx_commit);
	return 0;
}

int sink_position(
        void *state, enum topic topic, int32_t partition, struct batch_position *out, struct err *e)
{
	struct sink *sink = state;
	return positions_find(sink->pg, SERVICE_AUDIT_SINK, topic, partition, out, e);
}

int sink_rewind(void *state, enum topic topic, int32_t partition, int64_t next, struct err *e)
{
	struct sink *sink = state;
	const struct position_rewind to = {topic, partition, next};
	return positions_rewind(sink->pg, SERVICE_AUDIT_SINK, &to, e);
}
