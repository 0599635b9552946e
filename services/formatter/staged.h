/* SPDX-License-Identifier: Apache-2.0
 * A file on its way into staging, and the objects that a task reads from there. */
#ifndef FORMATTER_STAGED_H
#define FORMATTER_STAGED_H

#include "formatter.h"

#include "longshore/encoder.h"
#include "longshore/sealed.h"

/* files/<delivery>/<task>.out, sealed, create-once. */
struct staged_file {
	const struct format_op *op;
	enum compression compression;
	struct str name; /* in staging */
	struct secret key;
	struct sealed_writer *sealed;
	struct encoder *encoder; /* to write to */
};

int staged_begin(const struct format_op *op, enum compression compression, struct staged_file *f,
        struct err *e) ERR_MUST_USE;
/* Ends the file and puts output and facts into the task's result: always those of the file that is
 * in staging. ERR_REJECT ("not_identical"): the file that was there before has other content. */
int staged_finish(struct staged_file *f, int64_t rows, struct err *e) ERR_MUST_USE;
void staged_release(struct staged_file *f); /* in any state after staged_begin, failed or not */

/* A sealed object of this delivery, whole and with the hash that its reference names. */
int staged_get(const struct format_op *op, struct str prefix, const struct ev_staged_ref *ref,
        size_t max_bytes, struct arena *mem, struct str *out, struct err *e) ERR_MUST_USE;

#endif
