/* SPDX-License-Identifier: Apache-2.0
 * From `written` to `committed`, for both upload and settle. */
#include "ledger_steps.h"
#include "longshore/probe.h"

#include <stdio.h>

static void set_guarantee(struct ledger *l, const char *word)
{
	(void)snprintf(l->guarantee, sizeof l->guarantee, "%s", word);
}

static void set_verified(struct ledger *l, const char *word)
{
	(void)snprintf(l->verified, sizeof l->verified, "%s", word);
}

int ledger_other_place(struct err *e)
{
	return err_set(e, ERR_RETRY, CODE_DROP_UNAVAILABLE,
	        "the bucket's directory is not the one where this file's temporary was created: "
	        "mount that directory again, or restore its .longshore-tmp");
}

/* The delivery is ending and the name is not available. The written file is withdrawn, so that the
 * delivery's end waits for nobody. */
static void give_up(struct ledger *l)
{
	l->step = LEDGER_WITHDRAW;
}

/* No file can have this name at the destination, so ours cannot have been committed under it. */
static bool is_impossible(const struct err *e)
{
	return ledger_is_code(e, CODE_BAD_NAME);
}

int ledger_step_commit(struct ledger *l, struct err *e)
{
	enum drop_commit answer = DROP_TEMP_GONE;
	if (ledger_need_drop(l, e) != 0)
		return e->act;
	if (!ledger_is_same_place(l)) {
		if (l->task.answer == LEDGER_NO_ANSWER)
			return ledger_other_place(e);
		l->step = LEDGER_DOUBT; /* a person says what became of the file */
		return 0;
	}
	if (l->task.op == LEDGER_SETTLE)
		PROBE(settle_before_commit);
	else
		PROBE(ledger_before_commit);
	if (drop_commit(l->drop, str_c(l->record.temp), l->task.name, &answer, e) != 0) {
		if (l->task.op != LEDGER_SETTLE || !is_impossible(e))
			return e->act;
		give_up(l);
		return 0;
	}
	switch (answer) {
	case DROP_COMMITTED:
		PROBE(ledger_after_commit);
		set_guarantee(l, drop_guarantee(l->drop));
		l->step = LEDGER_VERIFY;
		return 0;
	case DROP_TEMP_GONE:
		l->step = LEDGER_GONE;
		return 0;
	case DROP_NAME_TAKEN:
		l->step = LEDGER_TAKEN;
		return 0;
	case DROP_IN_DOUBT:
		l->step = LEDGER_DOUBT;
		return 0;
	}
	return err_set(e, ERR_FATAL, "bad_step", "the drop gave an invalid answer");
}

/* The temporary is gone. What that means depends on what the record says now, not on what it said
 * before. */
int ledger_step_gone(struct ledger *l, struct err *e)
{
	char tag[STORE_TAG_BYTES];
	memcpy(tag, l->tag, sizeof tag);
	if (++l->turns > LEDGER_TURNS_MAX)
		return err_set(e, ERR_RETRY, CODE_LEDGER_CONTENDED,
		        "temporaries at the drop disappear as fast as they are created: find out "
		        "what cleans up there");
	if (ledger_load(l, e) != 0)
		return e->act;
	if (!l->has_record || strcmp(tag, l->tag) != 0)
		return ledger_route(l, e);
	if (l->record.phase == RECORD_OPEN) {
		l->step = LEDGER_TEMP; /* nothing was committed */
	} else if (l->task.others_may_delete) {
		l->step = LEDGER_DOUBT;
	} else {
		set_guarantee(l, drop_guarantee(l->drop)); /* only a commit removes it */
		l->step = LEDGER_VERIFY;
	}
	return 0;
}

/* What the destination has under the file's name. */
enum there { THERE_NOTHING, THERE_OURS, THERE_OTHER };

static int look(struct ledger *l, enum there *out, struct drop_facts *facts, struct err *e)
{
	if (drop_stat(l->drop, l->task.name, facts, e) != 0) {
		if (!is_impossible(e))
			return e->act;
		*facts = (struct drop_facts){.is_there = false};
	}
	bool is_ours =
	        facts->bytes == l->record.bytes && strcmp(facts->sha256, l->record.sha256) == 0;
	*out = !facts->is_there ? THERE_NOTHING : is_ours ? THERE_OURS : THERE_OTHER;
	return 0;
}

/* The file is there, so it was committed. Removes what is left of the temporary. A repeat after a
 * crash finds the temporary gone and comes to the same answer. */
static int there_in_doubt(struct ledger *l, struct err *e)
{
	if (ledger_is_same_place(l) && drop_temp_remove(l->drop, str_c(l->record.temp), e) != 0)
		return e->act;
	set_guarantee(l, drop_guarantee(l->drop));
	l->step = LEDGER_VERIFY;
	return 0;
}

/* The record is `written` and the temporary is gone, but others may have removed it; or a commit
 * by links began and did not end. The outcome is unknown unless the file is there. */
int ledger_step_doubt(struct ledger *l, struct err *e)
{
	enum there there = THERE_NOTHING;
	struct drop_facts facts;
	if (look(l, &there, &facts, e) != 0)
		return e->act;
	if (there == THERE_OURS)
		return there_in_doubt(l, e);
	if (l->task.answer == LEDGER_ADOPT) {
		set_guarantee(l, "asserted_by_person");
		set_verified(l, "no");
		l->step = LEDGER_MARK;
		return 0;
	}
	if (ledger_may_resend(l)) { /* once, and only because the temporary is gone or in doubt: it
		                       can never be committed later */
		l->step = l->task.op == LEDGER_UPLOAD ? LEDGER_TEMP : LEDGER_CLOSE;
		return 0;
	}
	return err_set(e, ERR_REJECT, CODE_UNCERTAIN,
	        "the file was written, but it is unknown whether it became visible: its temporary "
	        "was removed, perhaps by somebody else, or an uploader ended while it gave the "
	        "file its name; ask the partner, then resume with --adopt (it arrived) or --resend "
	        "(it did not)");
}

/* The name is taken, but not by our temporary, which still exists. */
int ledger_step_taken(struct ledger *l, struct err *e)
{
	enum there there = THERE_NOTHING;
	if (look(l, &there, &l->adopted, e) != 0)
		return e->act;
	if (there == THERE_NOTHING && ++l->turns <= LEDGER_TURNS_MAX) {
		l->step = LEDGER_COMMIT; /* the other file was removed meanwhile */
		return 0;
	}
	if (there == THERE_OURS) {
		l->adopted.sha256[0] = '\0';
		l->adopted.bytes = 0;
		set_guarantee(l, "adopted");
		set_verified(l, "size_sha256");
		l->step = LEDGER_MARK;
		return 0;
	}
	if (l->task.answer == LEDGER_ADOPT && l->adopted.bytes >= 0) {
		set_guarantee(l, "adopted_by_person");
		set_verified(l, "no");
		l->step = LEDGER_MARK;
		return 0;
	}
	if (l->task.op == LEDGER_SETTLE) {
		give_up(l);
		return 0;
	}
	return err_set(e, ERR_REJECT, CODE_NAME_CONFLICT,
	        "the destination already has a file with this name that is not ours; it is left "
	        "alone: have it removed and resume with --resend, or resume with --adopt to let it "
	        "count as ours");
}

int ledger_step_verify(struct ledger *l, struct err *e)
{
	enum there there = THERE_NOTHING;
	struct drop_facts facts;
	if (look(l, &there, &facts, e) != 0)
		return e->act;
	PROBE(ledger_after_verify);
	l->step = LEDGER_MARK;
	if (there == THERE_OURS)
		set_verified(l, "size_sha256");
	else if (there == THERE_NOTHING)
		set_verified(l, "gone_after_commit");
	else if (l->task.op == LEDGER_SETTLE || l->task.answer == LEDGER_ADOPT)
		set_verified(l, "differs");
	else
		return err_set(e, ERR_REJECT, CODE_VERIFY_FAILED,
		        "the file was committed completely, but the destination now returns other "
		        "bytes: find out who changed it there");
	return 0;
}

int ledger_step_mark(struct ledger *l, struct err *e)
{
	struct record next = l->record;
	bool has_won = false;
	next.phase = RECORD_COMMITTED;
	next.committed_at_ms = l->task.now_ms;
	memcpy(next.guarantee, l->guarantee, sizeof next.guarantee);
	memcpy(next.verified, l->verified, sizeof next.verified);
	if (strcmp(l->guarantee, "adopted_by_person") == 0) {
		memcpy(next.there_sha256, l->adopted.sha256, sizeof next.there_sha256);
		next.there_bytes = l->adopted.bytes;
	}
	if (ledger_swap(l, &next, &has_won, e) != 0)
		return e->act;
	l->step = has_won ? LEDGER_FINISH : LEDGER_READ; /* else another attempt's receipt counts */
	if (!has_won)
		return 0;
	PROBE(ledger_after_committed);
	l->record = next;
	/* A person confirmed a file whose temporary may still exist: in doubt, or at a lost
	 * place. */
	bool is_asserted = strcmp(next.guarantee, "asserted_by_person") == 0;
	return is_asserted ? ledger_dispose(l, next.place, next.temp, e) : 0;
}

/* If another file counts as ours, our temporary must not become visible later. It is removed
 * before anybody sees the receipt. */
static int remove_adopted(struct ledger *l, struct err *e)
{
	if (ledger_need_drop(l, e) != 0)
		return e->act;
	if (ledger_is_same_place(l))
		return drop_temp_remove(l->drop, str_c(l->record.temp), e);
	return l->ports.leave(l->ports.arg, l->record.place, l->record.temp, e);
}

int ledger_step_finish(struct ledger *l, struct err *e)
{
	if (!l->is_booked && strncmp(l->record.guarantee, "adopted", 7) == 0 &&
	        remove_adopted(l, e) != 0)
		return e->act;
	l->is_visible = true;
	l->step = LEDGER_DONE;
	return 0;
}
