/* SPDX-License-Identifier: Apache-2.0
 * From nothing to `written`: one temporary, the same bytes from every attempt, a compare-and-swap
 * at the end.
 */
#include "ledger_steps.h"
#include "longshore/crc.h"
#include "longshore/hex.h"
#include "longshore/probe.h"
#include "longshore/random.h"

#include <stdio.h>
#include <stdlib.h>

/* The name is random, so that no attempt uses one twice, not even the same attempt: a temporary
 * that was removed must never come back under a name that another attempt still holds. No decision
 * depends on the name. */
int ledger_step_temp(struct ledger *l, struct err *e)
{
	unsigned char drawn[16];
	char hex[2 * sizeof drawn + 1];
	if (ledger_need_drop(l, e) != 0)
		return e->act;
	random_bytes(drawn, sizeof drawn);
	hex_encode(drawn, sizeof drawn, hex);
	const struct drop_new what = {str_c(hex), l->task.name};
	if (drop_temp_create(l->drop, &what, &l->own_temp, e) != 0)
		return ledger_is_code(e, CODE_EXISTS) ? 0 : (int)e->act; /* tries another name */
	PROBE(ledger_after_temp);
	l->step = LEDGER_CLAIM;
	return 0;
}

static int fill_open(const struct ledger *l, struct record *r, struct err *e)
{
	const struct ledger_task *t = &l->task;
	r->phase = RECORD_OPEN;
	r->bytes = t->bytes;
	r->rows = t->rows;
	memcpy(r->temp, l->own_temp.text, sizeof r->temp);
	memcpy(r->place, l->place, sizeof r->place);
	if (record_set(r->name, sizeof r->name, t->name, "file_name", e) != 0 ||
	        record_set(r->role, sizeof r->role, t->role, "role", e) != 0 ||
	        record_set(r->sha256, sizeof r->sha256, t->sha256, "sha256", e) != 0 ||
	        record_set(r->plain_sha256, sizeof r->plain_sha256, t->plain_sha256, "plain_sha256",
	                e) != 0)
		return e->act;
	if (!ledger_may_resend(l) || l->record.phase != RECORD_WRITTEN)
		return record_set(
		        r->resolved, sizeof r->resolved, str_c(l->record.resolved), "resolved", e);
	return record_set(r->resolved, sizeof r->resolved, t->task_id, "task_id",
	        e); /* the answer is used up */
}

int ledger_step_claim(struct ledger *l, struct err *e)
{
	struct record next = {0};
	bool has_won = false;
	l->is_unsure = false;
	if (fill_open(l, &next, e) != 0 || ledger_swap(l, &next, &has_won, e) != 0) {
		if (!l->is_unsure) /* else the record may name it, so it stays */
			drop_temp_discard(l->drop, str_c(l->own_temp.text));
		return e->act;
	}
	l->step = has_won ? LEDGER_READ : LEDGER_DISCARD;
	if (!has_won)
		return 0;
	PROBE(ledger_after_record);
	/* Nobody can commit the previous temporary: `written` needs the record that was
	 * replaced. */
	return l->has_record ? ledger_dispose(l, l->record.place, l->record.temp, e) : 0;
}

int ledger_step_discard(struct ledger *l, struct err *e)
{
	int act = ledger_dispose(l, l->place, l->own_temp.text, e);
	l->own_temp.text[0] = '\0';
	l->step = LEDGER_READ;
	return act;
}

static void restart_hashes(struct ledger *l)
{
	unsigned char digest[SHA256_BYTES];
	hash_take(l->sha256, digest);
	hash_take(l->md5, digest);
	l->crc32c = 0;
	l->offset = 0;
}

static void close_temp(struct ledger *l)
{
	drop_temp_close(l->temp);
	l->temp = NULL;
}

int ledger_step_open(struct ledger *l, struct err *e)
{
	if (ledger_need_drop(l, e) != 0)
		return e->act;
	if (!ledger_is_same_place(l)) {
		l->step = LEDGER_TEMP; /* it cannot be found here, and nothing of it was committed:
		                          another one, by comparison */
		return 0;
	}
	l->part_bytes = drop_traits(l->drop)->part_bytes;
	if (!l->part && !(l->part = malloc(l->part_bytes)))
		return err_set(e, ERR_FATAL, "out_of_memory", "ledger: out of memory");
	close_temp(l);
	if (drop_temp_open(l->drop, str_c(l->record.temp), &l->temp, e) != 0) {
		if (!ledger_is_code(e, CODE_GONE))
			return e->act;
		l->step = LEDGER_GONE;
		return 0;
	}
	restart_hashes(l);
	l->step = LEDGER_WRITE;
	return 0;
}

static int staged_mismatch(struct err *e, const char *what)
{
	return err_set(e, ERR_REJECT, CODE_STAGED_MISMATCH,
	        "the staged file's %s differs from the one in the task: it must be formatted again",
	        what);
}

/* All parts are acknowledged. Checks that they are the file in the task. */
static int end_of_file(struct ledger *l, struct err *e)
{
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	if (l->offset != l->task.bytes)
		return staged_mismatch(e, "length");
	hash_take(l->sha256, digest);
	hex_encode(digest, sizeof digest, hex);
	if (!str_eq(str_c(hex), l->task.sha256))
		return staged_mismatch(e, "hash");
	l->step = LEDGER_SYNC;
	return 0;
}

/* Whoever staged the file computed it, and SHA-256 shows that the bytes are the same. */
static bool knows_md5(const struct ledger *l)
{
	return l->task.md5.n == MD5_HEX - 1;
}

int ledger_step_write(struct ledger *l, struct err *e)
{
	size_t n = 0;
	if (l->task.stop && atomic_load(l->task.stop))
		return err_set(
		        e, ERR_DEFER, "drain", "the process is ending before the file was written");
	if (l->ports.read(l->ports.arg, l->offset, l->part, l->part_bytes, &n, e) != 0)
		return err_note(e, "staged file");
	if (n == 0)
		return end_of_file(l, e);
	if ((int64_t)n > l->task.bytes - l->offset)
		return staged_mismatch(e, "length");
	hash_add(l->sha256, l->part, n);
	if (!knows_md5(l)) /* it costs more than all other sums together */
		hash_add(l->md5, l->part, n);
	l->crc32c = crc32c(l->crc32c, l->part, n);
	if (drop_temp_write(l->temp, l->offset, l->part, n, e) != 0)
		return e->act;
	PROBE(ledger_after_part);
	l->offset += (int64_t)n;
	return 0;
}

int ledger_step_sync(struct ledger *l, struct err *e)
{
	PROBE(ledger_before_sync);
	int act = drop_temp_sync(l->temp, l->task.bytes, e);
	close_temp(l);
	if (act == 0)
		l->step = LEDGER_WRITTEN;
	else if (ledger_is_code(e, CODE_GONE))
		l->step = LEDGER_GONE;
	else if (ledger_is_code(e, CODE_BAD_LENGTH) && ++l->turns <= LEDGER_TURNS_MAX)
		l->step = LEDGER_TEMP; /* somebody else writes to it: give it up, by comparison */
	else
		return act;
	return 0;
}

int ledger_step_written(struct ledger *l, struct err *e)
{
	struct record next = l->record;
	bool has_won = false;
	next.phase = RECORD_WRITTEN;
	hash_take_hex(l->md5, next.md5);
	if (knows_md5(l) && record_set(next.md5, sizeof next.md5, l->task.md5, "md5", e) != 0)
		return e->act;
	(void)snprintf(next.crc32c, sizeof next.crc32c, "%08x", (unsigned)l->crc32c);
	if (ledger_swap(l, &next, &has_won, e) != 0)
		return e->act;
	if (has_won)
		PROBE(ledger_after_written);
	l->step = LEDGER_READ;
	return 0;
}
