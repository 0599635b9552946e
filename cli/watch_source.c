/* SPDX-License-Identifier: Apache-2.0
 *
 * The recorder stores rows and its offsets in one transaction. Reading first its offsets, then its
 * rows, and then the topic from those offsets misses nothing. Some snapshots are seen twice.
 */
#include "watch.h"

#include "json.h"
#include "longshore/event.h"
#include "longshore/topics.h"
#include "sql/cli.h"

#include <stdio.h>
#include <stdlib.h>

enum { MESSAGE_BYTES = 32 * 1024 * 1024 };

struct watch_source {
	struct cli *cli;
	struct bus_reader *reader;
	struct watch_log log;
	struct arena mem; /* of one message */
	struct buf books;
};

/* --- what is recorded --- */

static struct snapshot read_row(const struct pg_rows *rows, size_t i, struct arena *mem)
{
	return (struct snapshot){.kind = pg_text(rows, i, COL_SELECT_WATCHED_KIND, mem),
	        .delivery_id = pg_text(rows, i, COL_SELECT_WATCHED_DELIVERY_ID, mem),
	        .tenant = pg_text(rows, i, COL_SELECT_WATCHED_TENANT, mem),
	        .route = pg_text(rows, i, COL_SELECT_WATCHED_ROUTE, mem),
	        .audience = pg_text(rows, i, COL_SELECT_WATCHED_AUDIENCE, mem),
	        .destination = pg_text(rows, i, COL_SELECT_WATCHED_DESTINATION, mem),
	        .mode = pg_text(rows, i, COL_SELECT_WATCHED_MODE, mem),
	        .state = pg_text(rows, i, COL_SELECT_WATCHED_STATE, mem),
	        .reason = pg_text(rows, i, COL_SELECT_WATCHED_REASON, mem),
	        .detail = pg_text(rows, i, COL_SELECT_WATCHED_DETAIL, mem),
	        .requested_by = pg_text(rows, i, COL_SELECT_WATCHED_REQUESTED_BY, mem),
	        .approved_by = pg_text(rows, i, COL_SELECT_WATCHED_APPROVED_BY, mem),
	        .bridge_version = pg_text(rows, i, COL_SELECT_WATCHED_BRIDGE_VERSION, mem),
	        .content_hash = pg_text(rows, i, COL_SELECT_WATCHED_CONTENT_HASH, mem),
	        .books = pg_text(rows, i, COL_SELECT_WATCHED_BOOKS, mem),
	        .version = pg_num(rows, i, COL_SELECT_WATCHED_VERSION),
	        .revision = pg_num(rows, i, COL_SELECT_WATCHED_REVISION),
	        .files_planned = pg_num(rows, i, COL_SELECT_WATCHED_FILES_PLANNED),
	        .files_visible = pg_num(rows, i, COL_SELECT_WATCHED_FILES_VISIBLE),
	        .created_ms = pg_num(rows, i, COL_SELECT_WATCHED_CREATED_MS),
	        .changed_ms = pg_num(rows, i, COL_SELECT_WATCHED_CHANGED_MS)};
}

static int visit_recorded(
        struct cli *cli, const struct watch_filter *f, watch_visit *visit, void *arg, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_WATCHED_DELIVERY, f->delivery_id);
	pg_set(&p, PARAM_SELECT_WATCHED_ROUTE, f->route);
	pg_set(&p, PARAM_SELECT_WATCHED_TENANT, f->tenant);
	int act = pg_run(cli->pg, &sql_select_watched, &p, &rows, NULL, e);
	for (size_t i = 0; act == 0 && i < pg_rows_count(rows); i++) {
		struct snapshot s = read_row(rows, i, &cli->mem);
		visit(arg, &s);
	}
	return act;
}

/* The topic may contain events of newer programs. */
static int learn_schemas(struct cli *cli, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	int act = pg_run(cli->pg, &sql_select_schemas, &p, &rows, NULL, e);
	for (size_t i = 0; act == 0 && i < pg_rows_count(rows); i++)
		act = event_add_writer(pg_text(rows, i, COL_SELECT_SCHEMAS_SCHEMA, &cli->mem), e);
	return act;
}

/* --- the topic --- */

/* All events of a delivery are in one partition. */
static void list_partitions(
        const struct watch_filter *f, struct str topic, int32_t partitions, struct watch_log *out)
{
	int32_t only = f->delivery_id.p ? bus_partition_of(f->delivery_id, partitions) : -1;
	for (int32_t i = 0; i < partitions; i++) {
		if (only < 0 || only == i)
			watch_log_add(out, topic, i);
	}
}

static int read_positions(struct cli *cli, struct watch_log *log, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_RECORDED_OFFSETS_TOPIC,
	        str_c(topic_plan(TOPIC_DELIVERIES)->suffix));
	int act = pg_run(cli->pg, &sql_select_recorded_offsets, &p, &rows, NULL, e);
	for (size_t r = 0; act == 0 && r < pg_rows_count(rows); r++)
		watch_log_begin(log,
		        (int32_t)pg_num(rows, r, COL_SELECT_RECORDED_OFFSETS_PARTITION),
		        pg_num(rows, r, COL_SELECT_RECORDED_OFFSETS_NEXT_OFFSET),
		        pg_text(rows, r, COL_SELECT_RECORDED_OFFSETS_WITNESS, &cli->mem));
	return act;
}

static int open_reader(struct watch_source *s, const struct watch_filter *f, watch_visit *visit,
        void *arg, struct err *e)
{
	struct cli *cli = s->cli;
	const struct topic_plan *plan = topic_plan(TOPIC_DELIVERIES);
	struct str topic = arena_printf(&cli->mem, "%s%s", cli->conf.topic_prefix, plan->suffix);
	if (watch_log_init(&s->log, (size_t)plan->partitions, e) != 0)
		return e->act;
	list_partitions(f, topic, plan->partitions, &s->log);
	int act = read_positions(cli, &s->log, e);
	if (act == 0)
		act = bus_reader_open(
		        cli->conf.kafka, "longshore-watch", s->log.at, s->log.count, &s->reader, e);
	return act == 0 ? visit_recorded(cli, f, visit, arg, e) : act;
}

int watch_source_open(struct cli *cli, const struct watch_filter *filter, int fd,
        watch_visit *visit, void *arg, struct watch_source **out, struct err *e)
{
	struct watch_source *s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory to watch");
	s->cli = cli;
	arena_init(&s->mem, MESSAGE_BYTES);
	buf_init(&s->books, JSON_MAX);
	int act = learn_schemas(cli, e);
	if (act == 0)
		act = open_reader(s, filter, visit, arg, e);
	if (act != 0) {
		watch_source_close(s);
		return act;
	}
	bus_reader_wake(s->reader, fd);
	*out = s;
	return 0;
}

void watch_source_close(struct watch_source *s)
{
	if (!s)
		return;
	bus_reader_close(s->reader);
	watch_log_release(&s->log);
	arena_release(&s->mem);
	buf_release(&s->books);
	free(s);
}

/* --- snapshots --- */

static struct str books_of(struct watch_source *s, const struct ev_delivery_status *status)
{
	buf_clear(&s->books);
	json_open(&s->books, NULL, '{');
	for (size_t i = 0; i < status->counts_count; i++) {
		const struct ev_count *c = &status->counts[i];
		struct str name = c->segment.n ? arena_printf(&s->mem, STR_FMT "." STR_FMT,
		                                         STR_ARG(c->segment), STR_ARG(c->name))
		                               : arena_str(&s->mem, c->name);
		json_num(&s->books, arena_cstr(&s->mem, name), c->value);
	}
	json_close(&s->books, '}');
	return buf_str(&s->books);
}

static struct snapshot snapshot_of(struct watch_source *s, const struct ev_delivery_status *e)
{
	return (struct snapshot){.kind = e->kind,
	        .delivery_id = e->delivery_id,
	        .tenant = e->tenant,
	        .route = e->route,
	        .audience = e->audience,
	        .destination = e->destination,
	        .mode = e->mode,
	        .state = e->state,
	        .reason = e->reason,
	        .detail = e->detail,
	        .requested_by = e->requested_by,
	        .approved_by = e->approved_by,
	        .bridge_version = e->bridge_version,
	        .content_hash = e->content_hash,
	        .books = books_of(s, e),
	        .version = e->version,
	        .revision = e->revision,
	        .files_planned = e->files_planned,
	        .files_visible = e->files_visible,
	        .created_ms = e->created_at_ms,
	        .changed_ms = e->changed_at_ms};
}

static int decode(struct watch_source *s, struct str value, const struct ev_type **type,
        void **event, struct err *e)
{
	int act = event_decode_any(value, &s->mem, type, event, e);
	if (act != ERR_REJECT || strcmp(e->code, "unknown_schema") != 0)
		return act;
	act = learn_schemas(s->cli, e);
	return act == 0 ? event_decode_any(value, &s->mem, type, event, e) : act;
}

/* An event that cannot be read is reported and skipped; watching continues. */
static void take(struct watch_source *s, const struct bus_message *m, watch_visit *visit, void *arg)
{
	struct err e;
	const struct ev_type *type = NULL;
	void *event = NULL;
	if (!m->value.p)
		return;
	arena_reset(&s->mem);
	if (decode(s, m->value, &type, &event, &e) != 0) {
		cli_complain("longshore: watch: " STR_FMT "/%d/%lld: %s\n", STR_ARG(m->topic),
		        (int)m->partition, (long long)m->offset, e.text);
		return;
	}
	if (type != &ev_delivery_status_type)
		return; /* a receipt */
	struct snapshot snapshot = snapshot_of(s, event);
	visit(arg, &snapshot);
}

/* A broker that failed may have lost the end of what was read, so the last messages are read
 * again. */
static int look_again(struct watch_source *s, struct err *e)
{
	if (!bus_reader_was_cut_off(s->reader) && !s->log.owes_move)
		return 0;
	return bus_reader_go(s->reader, watch_log_again(&s->log), s->log.count, e);
}

int watch_source_read(struct watch_source *s, watch_visit *visit, void *arg, struct err *e)
{
	int trouble = 0;
	for (;;) { /* read to the end even after an error, because only an empty queue wakes us again */
		const struct bus_message *m = NULL;
		if (look_again(s, e) != 0)
			return e->act;
		int act = bus_reader_poll(s->reader, 0, &m, e);
		if (act != 0 && act != ERR_RETRY)
			return act;
		trouble = act != 0 ? act : trouble;
		if (act == 0 && !m)
			return trouble;
		if (m && bus_reader_was_cut_off(s->reader)) {
			/* It arrived on the new connection and would replace the message to
			 * compare with. It will arrive again. */
			s->log.owes_move = true;
		} else if (m) {
			watch_log_see(&s->log, m);
			take(s, m, visit, arg);
		}
		bus_message_free(m);
	}
}
