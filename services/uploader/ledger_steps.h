/* SPDX-License-Identifier: Apache-2.0
 * Shared by the ledger's source files. Nobody else includes it. */
#ifndef LONGSHORE_UPLOADER_LEDGER_STEPS_H
#define LONGSHORE_UPLOADER_LEDGER_STEPS_H

#include "ledger.h"

/* Reads the record again into l->record and l->tag, then the book. ERR_RETRY ("too_old"): this
 * attempt must stop. */
int ledger_load(struct ledger *l, struct err *e) ERR_MUST_USE;
/* Chooses the next step from the record as read. */
int ledger_route(struct ledger *l, struct err *e) ERR_MUST_USE;
/* Replaces the record as read with `next`, or creates it if there was none. *out_won is false if
 * another attempt was first. */
int ledger_swap(
        struct ledger *l, const struct record *next, bool *out_won, struct err *e) ERR_MUST_USE;
/* Removes a temporary that nobody will ever commit, because the record has closed or names another
 * one. If it cannot be removed now, leaves a note of it. */
int ledger_dispose(
        struct ledger *l, const char *place, const char *temp, struct err *e) ERR_MUST_USE;
/* Opens the drop and reads its identity, once. */
int ledger_need_drop(struct ledger *l, struct err *e) ERR_MUST_USE;
/* Whether the record's temporary is at the place that is open. */
bool ledger_is_same_place(const struct ledger *l);
/* ERR_RETRY: the record's temporary is at a different place from the one that is open. */
int ledger_other_place(struct err *e) ERR_MUST_USE;
/* Whether the task's answer is "resend" and was not used yet. */
bool ledger_may_resend(const struct ledger *l);
bool ledger_is_code(const struct err *e, const char *code);

int ledger_step_temp(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_claim(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_discard(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_open(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_write(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_sync(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_written(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_commit(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_gone(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_doubt(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_taken(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_verify(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_mark(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_finish(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_withdraw(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_aside(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_close(struct ledger *l, struct err *e) ERR_MUST_USE;
int ledger_step_remove(struct ledger *l, struct err *e) ERR_MUST_USE;

#endif
