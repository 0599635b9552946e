/* SPDX-License-Identifier: Apache-2.0
 *
 * The book of a delivery that is over: all its ledger records, committed or closed, in one object,
 * ledger/<delivery>.book. It is written completely before the first record is removed, and never
 * changed. A process that reads a record reads the book after it. If there is a book, it decides,
 * also about files that it does not name: they are closed. So a repeated task still reports from
 * the record. An attempt that was stopped before the delivery was over, and continues later, finds
 * the end instead of nothing or its own old record.
 *
 * The book is removed together with everything else that the delivery has staged. After that,
 * nothing in staging can stop such an attempt. By then the attempt is as old as that, and knows it
 * from its own clock (ledger.h, is_old).
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

/* Writes the delivery's records into its book, then removes them and everything else below
 * ledger/<delivery>/. Does nothing if there is no record. ERR_REJECT ("uncertain"): a record is
 * neither committed nor closed; nothing changes. *out_removed grows by the number of removed
 * objects. */
int book_close(const struct book_place *p, int64_t *out_removed, struct err *e) ERR_MUST_USE;

/* *out_there is false if there is no book. Otherwise *out is the file's record or, if the book
 * does not have one, a closed record of `name`. */
int book_find(const struct book_place *p, struct str file_id, struct str name, struct record *out,
        bool *out_there, struct err *e) ERR_MUST_USE;

/* Removes the book, and closes it first if that was not done. An unsettled record stays, like in
 * book_close. */
int book_remove(const struct book_place *p, int64_t *out_removed, struct err *e) ERR_MUST_USE;

#endif
