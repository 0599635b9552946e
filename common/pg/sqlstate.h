/* SPDX-License-Identifier: Apache-2.0
 * SQLSTATE -> what the caller must do. The only place that knows. Pure. */
#ifndef LONGSHORE_PG_SQLSTATE_H
#define LONGSHORE_PG_SQLSTATE_H

#include "longshore/err.h"

#include <stdbool.h>

struct pg_verdict {
	const char *state; /* SQLSTATE or the beginning of one */
	enum err_act act;
	const char *code;
	bool drops_connection; /* this connection will not do better, another one may */
};

/* The longest entry that `state` begins with. Five characters; NULL or unknown: ERR_FATAL
 * ("pg_error"). */
const struct pg_verdict *pg_verdict(const char *state);

#endif
