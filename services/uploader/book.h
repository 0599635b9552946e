/* SPDX-License-Identifier: Apache-2.0
 *
 * The book of a delivery that is over: all its ledger records, committed or closed, in one object,
 * ledger/<delivery>.book. It is written whole before the first record is removed, and never changed.
 * Whoever reads a record reads the book after it; where there is one, it decides, also about files
 * that it does not name: they are closed. So a repeated task still reports from the record, and an
 * attempt that was stopped before the delivery was over finds neither nothing nor its own old record
 * when it goes on, but the end.
 *
 * The book goes when all goes that the delivery has staged. After that nothing is left to tell such
 * an attempt; it is as old as that then, and knows it by its own clock (ledger.h, is_old).
 */
#ifndef LONGSHORE_UPLOADER_BOOK_H
#define LONGSHORE_UPLOADER_BOOK_H

#include "longshore/secret.h"
#include "longshore/store.h"
#include "record.h"

struct book_place {
	struct store *staging;
	const struct secret *key; /* of the delivery's ledger */
	struct str delivery_id;
};

/* Puts the delivery's records into its book and removes them, with whatever else lies below
 * ledger/<delivery>/. Nothing is done where there is no record. ERR_REJECT ("uncertain"): a record is
 * neither committed nor closed; all stays as it is. *out_removed grows by the objects. */
int book_close(const struct book_place *p, int64_t *out_removed, struct err *e) ERR_MUST_USE;

/* *out_there false: there is no book. Else the file's record, or a closed one of `name`. */
int book_find(const struct book_place *p, struct str file_id, struct str name, struct record *out,
        bool *out_there, struct err *e) ERR_MUST_USE;

/* Removes the book, and closes it first where that was not done: what is unsettled stays. */
int book_remove(const struct book_place *p, int64_t *out_removed, struct err *e) ERR_MUST_USE;

#endif
