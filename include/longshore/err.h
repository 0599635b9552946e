/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors: what went wrong and, above all, what the caller must do about it.
 *
 * A function that can fail returns 0 or a negative `enum err_act` and fills the caller's `struct
 * err`.
 * Nothing is allocated, so it works when memory is out. Texts never contain a secret, a patient or
 * partner id, or an ordinal, because they end up in events, logs and status rows. Name the place (file, row,
 * task) and the remedy instead.
 * On failure, outputs of the failing function are untouched unless its header says otherwise.
 */
#ifndef LONGSHORE_ERR_H
#define LONGSHORE_ERR_H

#include "longshore/codes.h"

#include <stdint.h>

enum err_act {
	ERR_RETRY = -1,  /* it may work later: timeouts, connection lost, disk full */
	ERR_REJECT = -2, /* this input will never work */
	ERR_FENCED = -3, /* we lost the right to act (version, lease, generation): drop the work,
	                    decide again */
	ERR_FATAL =
	        -4, /* this process cannot continue: broken invariant, bad settings, out of memory */
	ERR_DEFER = -5, /* not now; does not count as an attempt: rate limited, draining */
};

struct err {
	enum err_act act;
	const char *code; /* stable word for machines, static: "source_changed", "store_io" */
	const char
	        *source; /* which library reported it, static: "libpq", "posix", "avro", "ours" */
	int64_t native;  /* errno, Kafka code, ...; 0 if there is none */
	int64_t not_before_ms; /* RETRY, DEFER: earliest time of the next try, Unix ms; 0 = unknown
	                        */
	char text[512];        /* outermost step first, cause last; always terminated */
};

#define ERR_MUST_USE __attribute__((warn_unused_result))

/* Fills *e and returns act, so that `return err_set(...)` reads well. code must be a static string.
 */
int err_set(struct err *e, enum err_act act, const char *code, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));

/* The same for an error from a library or the system; source must be a static string. */
int err_set_native(struct err *e, enum err_act act, const char *code, const char *source,
        int64_t native, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* errno -> act: one place. EAGAIN, EINTR, ENOSPC, EIO, ETIMEDOUT, EMFILE ...: RETRY; ENOMEM: FATAL;
 * others: REJECT. The text is "<formatted>: <strerror>". */
int err_set_errno(struct err *e, const char *code, int errnum, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));

/* Prepends the step we were in to the text ("upload part 7: " + text). Returns e->act. */
int err_note(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

const char *err_act_name(enum err_act act);

#endif
