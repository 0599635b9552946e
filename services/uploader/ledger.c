/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger_steps.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEP_MEMORY = 128 * 1024 };

int ledger_new(const struct ledger_task *task, const struct ledger_ports *ports,
        struct ledger **out, struct err *e)
{
	struct ledger *l = calloc(1, sizeof *l);
	if (!l)
		return err_set(e, ERR_FATAL, "out_of_memory", "ledger: out of memory");
	l->task = *task;
	l->ports = *ports;
	l->sha256 = hash_new_sha256();
	l->md5 = hash_new_md5();
	arena_init(&l->mem, STEP_MEMORY);
	int n = snprintf(l->object, sizeof l->object, "ledger/" STR_FMT "/" STR_FMT ".file",
	        STR_ARG(task->delivery_id), STR_ARG(task->file_id));
	if (n < 0 || (size_t)n >= sizeof l->object) {
		ledger_free(l);
		return err_set(
		        e, ERR_REJECT, CODE_BAD_TASK, "the ids of delivery and file are too long");
	}
	*out = l;
	return 0;
}

void ledger_free(struct ledger *l)
{
	if (!l)
		return;
	drop_temp_close(l->temp);
	drop_close(l->drop);
	hash_free(l->sha256);
	hash_free(l->md5);
	free(l->part);
	arena_release(&l->mem);
	free(l);
}

bool ledger_is_code(const struct err *e, const char *code)
{
	return strcmp(e->code, code) == 0;
}

static int load_record(struct ledger *l, struct err *e)
{
	struct str sealed;
	struct store_facts facts;
	struct str object = str_c(l->object);
	if (store_get(l->ports.store, object, RECORD_SEALED_MAX, &l->mem, &sealed, &facts, e) !=
	        0) {
		if (!ledger_is_code(e, CODE_NOT_FOUND))
			return e->act;
		l->has_record = false;
		l->tag[0] = '\0';
		memset(&l->record, 0, sizeof l->record);
		return 0;
	}
	if (record_unseal(sealed, l->ports.key, object, &l->mem, &l->record, e) != 0)
		return e->act;
	l->has_record = true;
	memcpy(l->tag, facts.tag, sizeof l->tag);
	return 0;
}

/* A temporary that was claimed after the delivery's end is in a record that nobody reads, so it is
 * removed. */
static int load_book(struct ledger *l, struct err *e)
{
	const struct book_place p = {l->ports.store, l->ports.key, l->task.delivery_id};
	struct record found;
	if (book_find(&p, l->task.file_id, l->task.name, &found, &l->is_booked, e) != 0)
		return e->act;
	if (!l->is_booked)
		return 0;
	l->record = found;
	l->has_record = true;
	l->tag[0] = '\0';
	return l->own_temp.text[0] != '\0' ? ledger_dispose(l, l->place, l->own_temp.text, e) : 0;
}

/* Reads the book after the record: if the record is gone because it went into the book, the book
 * is there. */
int ledger_load(struct ledger *l, struct err *e)
{
	if (load_record(l, e) != 0 || load_book(l, e) != 0)
		return e->act;
	if (!l->ports.is_old(l->ports.arg))
		return 0;
	return err_set(e, ERR_RETRY, CODE_TOO_OLD,
	        "this attempt takes longer than half of LONGSHORE_KEEP_STAGED_MS, so the ledger "
	        "may have forgotten the file: it starts over");
}

static int mismatch(struct err *e, const char *what)
{
	return err_set(e, ERR_REJECT, CODE_LEDGER_MISMATCH,
	        "the ledger's record of this file is about %s; a file id was used twice", what);
}

/* All attempts must mean the same file, otherwise they would mix their bytes in one temporary. */
static int check_same_file(const struct ledger *l, struct err *e)
{
	const struct record *r = &l->record;
	if (!str_eq(str_c(r->name), l->task.name))
		return mismatch(e, "another name");
	if (l->task.op == LEDGER_SETTLE || r->phase == RECORD_CLOSED)
		return 0;
	if (!str_eq(str_c(r->sha256), l->task.sha256) || r->bytes != l->task.bytes)
		return mismatch(e, "different content");
	return 0;
}

static int closed(struct err *e)
{
	return err_set(e, ERR_REJECT, CODE_CLOSED,
	        "the file was settled before it was written: it will never be visible");
}

int ledger_route(struct ledger *l, struct err *e)
{
	bool is_upload = l->task.op == LEDGER_UPLOAD;
	if (!l->has_record) {
		l->step = is_upload ? LEDGER_TEMP : LEDGER_CLOSE;
		return 0;
	}
	if (check_same_file(l, e) != 0)
		return e->act;
	switch (l->record.phase) {
	case RECORD_OPEN:
		l->step = is_upload ? LEDGER_OPEN : LEDGER_CLOSE;
		return 0;
	case RECORD_WRITTEN:
		l->step = !is_upload && l->task.withdraws ? LEDGER_WITHDRAW : LEDGER_COMMIT;
		return 0;
	case RECORD_WITHDRAWN:
		l->step = LEDGER_ASIDE;
		return is_upload ? closed(e) : 0;
	case RECORD_COMMITTED:
		l->step = LEDGER_FINISH;
		return 0;
	case RECORD_CLOSED:
		l->step = l->is_booked ? LEDGER_DONE : LEDGER_REMOVE;
		l->is_visible = false;
		return is_upload ? closed(e) : 0;
	}
	return err_set(e, ERR_REJECT, CODE_CORRUPT, "ledger record: no such phase");
}

/* Nothing exists in staging before store_finish. */
static int create(struct ledger *l, struct str object, struct str sealed, struct err *e)
{
	struct store_writer *w = NULL;
	if (store_create(l->ports.store, object, &w, e) != 0)
		return e->act;
	if (store_write(w, sealed.p, sealed.n, e) != 0) {
		store_abandon(w);
		return e->act;
	}
	l->is_unsure = true;
	return store_finish(w, e);
}

static int replace(struct ledger *l, struct str object, struct str sealed, struct err *e)
{
	l->is_unsure = true;
	return store_replace(l->ports.store, object, sealed, l->tag, e);
}

int ledger_swap(struct ledger *l, const struct record *next, bool *out_won, struct err *e)
{
	struct str sealed;
	struct str object = str_c(l->object);
	l->is_unsure = false;
	if (record_seal(next, l->ports.key, object, &l->mem, &sealed, e) != 0)
		return e->act;
	int act = l->has_record ? replace(l, object, sealed, e) : create(l, object, sealed, e);
	/* After any other failure it is unknown whether the change took place. The attempt ends,
	 * and the next one reads what is there. */
	if (act != 0 && act != ERR_FENCED && !ledger_is_code(e, CODE_EXISTS) &&
	        !ledger_is_code(e, CODE_NOT_FOUND))
		return act;
	*out_won = act == 0;
	return 0;
}

int ledger_need_drop(struct ledger *l, struct err *e)
{
	if (l->drop)
		return 0;
	return l->ports.open_drop(l->ports.arg, &l->drop, l->place, e);
}

int ledger_dispose(struct ledger *l, const char *place, const char *temp, struct err *e)
{
	int act = ledger_need_drop(l, e);
	if (act == 0 && strcmp(place, l->place) == 0)
		act = drop_temp_remove(l->drop, str_c(temp), e);
	else if (act == 0)
		act = ERR_RETRY; /* it is at another place, which may come back */
	if (act == 0 || act == ERR_FATAL)
		return act;
	return l->ports.leave(l->ports.arg, place, temp, e);
}

bool ledger_is_same_place(const struct ledger *l)
{
	return strcmp(l->record.place, l->place) == 0;
}

bool ledger_may_resend(const struct ledger *l)
{
	return l->task.answer == LEDGER_RESEND &&
	       !str_eq(str_c(l->record.resolved), l->task.task_id);
}

/* Each turn means that another process changed something. Only a fault makes this endless. */
static int step_read(struct ledger *l, struct err *e)
{
	if (++l->turns > LEDGER_TURNS_MAX)
		return err_set(e, ERR_RETRY, CODE_LEDGER_CONTENDED,
		        "the ledger's record, or the temporaries at the drop, changed %d times "
		        "during this attempt",
		        LEDGER_TURNS_MAX);
	if (ledger_load(l, e) != 0)
		return e->act;
	return ledger_route(l, e);
}

static int step_done(struct ledger *l, struct err *e)
{
	(void)l;
	return err_set(e, ERR_FATAL, "bad_step", "a finished ledger has no next step");
}

static int (*const steps[LEDGER_STEPS])(struct ledger *l, struct err *e) = {
        [LEDGER_READ] = step_read,
        [LEDGER_TEMP] = ledger_step_temp,
        [LEDGER_CLAIM] = ledger_step_claim,
        [LEDGER_DISCARD] = ledger_step_discard,
        [LEDGER_OPEN] = ledger_step_open,
        [LEDGER_WRITE] = ledger_step_write,
        [LEDGER_SYNC] = ledger_step_sync,
        [LEDGER_WRITTEN] = ledger_step_written,
        [LEDGER_COMMIT] = ledger_step_commit,
        [LEDGER_GONE] = ledger_step_gone,
        [LEDGER_DOUBT] = ledger_step_doubt,
        [LEDGER_TAKEN] = ledger_step_taken,
        [LEDGER_VERIFY] = ledger_step_verify,
        [LEDGER_MARK] = ledger_step_mark,
        [LEDGER_FINISH] = ledger_step_finish,
        [LEDGER_WITHDRAW] = ledger_step_withdraw,
        [LEDGER_ASIDE] = ledger_step_aside,
        [LEDGER_CLOSE] = ledger_step_close,
        [LEDGER_REMOVE] = ledger_step_remove,
        [LEDGER_DONE] = step_done,
};

int ledger_step(struct ledger *l, struct err *e)
{
	arena_reset(&l->mem);
	return steps[l->step](l, e);
}

int ledger_run(struct ledger *l, struct err *e)
{
	while (l->step != LEDGER_DONE)
		if (ledger_step(l, e) != 0)
			return e->act;
	return 0;
}
