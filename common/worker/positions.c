/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/positions.h"

#include "sql/worker.h"

#include <stdio.h>
#include <string.h>

enum { QUESTION_MEM_BYTES = 4096 };

/* The last message of each partition. */
static size_t last_of_each(
        const struct batch_message *msgs, size_t count, const struct batch_message **out)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;
		while (k < n &&
		        (out[k]->topic != msgs[i].topic || out[k]->partition != msgs[i].partition))
			k++;
		if (k == n)
			out[n++] = &msgs[i];
		else if (out[k]->offset <= msgs[i].offset)
			out[k] = &msgs[i];
	}
	return n;
}

static void set_columns(struct pg_params *p, const struct batch_message *const *last, size_t count)
{
	struct str *topics = arena_alloc(p->mem, (count + 1) * sizeof(*topics));
	int64_t *partitions = arena_alloc(p->mem, (count + 1) * sizeof(*partitions));
	int64_t *offsets = arena_alloc(p->mem, (count + 1) * sizeof(*offsets));
	struct str *witnesses = arena_alloc(p->mem, (count + 1) * sizeof(*witnesses));
	for (size_t i = 0; i < count; i++) {
		char text[BATCH_WITNESS_BYTES];
		batch_message_witness(last[i], text);
		topics[i] = str_c(topic_plan(last[i]->topic)->suffix);
		partitions[i] = last[i]->partition;
		offsets[i] = last[i]->offset + 1;
		witnesses[i] = arena_str(p->mem, str_c(text));
	}
	pg_set_texts(p, PARAM_UPSERT_POSITIONS_TOPIC, topics, count);
	pg_set_nums(p, PARAM_UPSERT_POSITIONS_PARTITION, partitions, count);
	pg_set_nums(p, PARAM_UPSERT_POSITIONS_NEXT_OFFSET, offsets, count);
	pg_set_texts(p, PARAM_UPSERT_POSITIONS_WITNESS, witnesses, count);
}

int positions_store(struct pg *pg, enum service service, const struct batch_message *msgs,
        size_t count, struct arena *mem, struct err *e)
{
	const struct batch_message **last = arena_alloc(mem, (count + 1) * sizeof(*last));
	struct pg_params p;
	pg_params_init(&p, mem);
	pg_set(&p, PARAM_UPSERT_POSITIONS_SERVICE, str_c(service_names[service]));
	set_columns(&p, last, last_of_each(msgs, count, last));
	if (pg_run(pg, &sql_upsert_positions, &p, NULL, NULL, e) == 0)
		return 0;
	/* A replica that was thought dead stored the partition's first position at the same
	 * moment. */
	if (strcmp(e->code, "pg_duplicate") == 0)
		e->act = ERR_RETRY;
	return err_note(e, "store positions");
}

int positions_find(struct pg *pg, enum service service, enum topic topic, int32_t partition,
        struct batch_position *out, struct err *e)
{
	struct arena mem;
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	arena_init(&mem, QUESTION_MEM_BYTES);
	pg_params_init(&p, &mem);
	pg_set(&p, PARAM_SELECT_POSITION_SERVICE, str_c(service_names[service]));
	pg_set(&p, PARAM_SELECT_POSITION_TOPIC, str_c(topic_plan(topic)->suffix));
	pg_set_num(&p, PARAM_SELECT_POSITION_PARTITION, partition);
	int act = pg_run(pg, &sql_select_position, &p, &rows, NULL, e);
	if (act == 0) {
		*out = (struct batch_position){.next = -1};
		if (pg_rows_count(rows) > 0) {
			struct str witness = pg_text(rows, 0, COL_SELECT_POSITION_WITNESS, &mem);
			out->next = pg_num(rows, 0, COL_SELECT_POSITION_NEXT_OFFSET);
			(void)snprintf(
			        out->witness, sizeof(out->witness), STR_FMT, STR_ARG(witness));
		}
	} else {
		err_note(e, "read the position of %s", topic_plan(topic)->suffix);
	}
	arena_release(&mem);
	return act;
}

int positions_rewind(
        struct pg *pg, enum service service, const struct position_rewind *to, struct err *e)
{
	struct arena mem;
	struct pg_params p;
	arena_init(&mem, QUESTION_MEM_BYTES);
	pg_params_init(&p, &mem);
	pg_set(&p, PARAM_REWIND_POSITION_SERVICE, str_c(service_names[service]));
	pg_set(&p, PARAM_REWIND_POSITION_TOPIC, str_c(topic_plan(to->topic)->suffix));
	pg_set_num(&p, PARAM_REWIND_POSITION_PARTITION, to->partition);
	pg_set_num(&p, PARAM_REWIND_POSITION_NEXT, to->next);
	int act = pg_run(pg, &sql_rewind_position, &p, NULL, NULL, e);
	if (act != 0)
		err_note(e, "set back the position of %s", topic_plan(to->topic)->suffix);
	arena_release(&mem);
	return act;
}
