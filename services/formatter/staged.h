/* SPDX-License-Identifier: Apache-2.0
 * Writes a file into staging, and reads a task's objects from there. */
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
	struct encoder *encoder; /* write to this */
};

int staged_begin(const struct format_op *op, enum compression compression, struct staged_file *f,
        struct err *e) ERR_MUST_USE;
/* Finishes the file and adds its output and facts to the task's result. These always describe the
 * file that is in staging. ERR_REJECT ("not_identical"): a file was there before, with different
 * content. */
int staged_finish(struct staged_file *f, int64_t rows, struct err *e) ERR_MUST_USE;
void staged_release(struct staged_file *f); /* in any state after staged_begin, failed or not */

/* Reads a sealed object of this delivery, and checks its hash against the reference. */
int staged_get(const struct format_op *op, struct str prefix, const struct ev_staged_ref *ref,
        size_t max_bytes, struct arena *mem, struct str *out, struct err *e) ERR_MUST_USE;

#endif
