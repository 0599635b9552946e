/* SPDX-License-Identifier: Apache-2.0
 *
 * Maps an SQLSTATE to what the caller must do; no other code does. Pure.
 */
#ifndef LONGSHORE_PG_SQLSTATE_H
#define LONGSHORE_PG_SQLSTATE_H

#include "longshore/err.h"

#include <stdbool.h>

struct pg_verdict {
	const char *state; /* an SQLSTATE or a prefix of one */
	enum err_act act;
	const char *code;
	bool drops_connection; /* this connection cannot recover, but a new one may work */
};

/* Returns the longest entry that is a prefix of `state`. ERR_FATAL ("pg_error") if none is, or if
 * state is not five characters or NULL. */
const struct pg_verdict *pg_verdict(const char *state);

#endif
