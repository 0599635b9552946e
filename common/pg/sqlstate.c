/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlstate.h"

#include <stddef.h>
#include <string.h>

/* The longest match wins, so the order is irrelevant. */
static const struct pg_verdict table[] = {
        {"08", ERR_RETRY, "pg_unavailable", true},
        {"22", ERR_REJECT, "pg_bad_data", false},
        {"23", ERR_REJECT, "pg_constraint", false},
        {"23505", ERR_REJECT, "pg_duplicate", false},
        {"25006", ERR_RETRY, "pg_read_only",
                true}, /* we reached a standby: connect again to find the primary */
        {"55000", ERR_RETRY, "pg_read_only", true}, /* the same: it needs the primary */
        {"25P03", ERR_RETRY, "pg_unavailable",
                true}, /* idled inside a transaction: the session is gone */
        {"26000", ERR_RETRY, "pg_forgotten", true}, /* a pooler gave us another session */
        {"28", ERR_FATAL, "pg_refused", false},
        {"3D000", ERR_FATAL, "pg_no_database", false},
        {"40", ERR_RETRY, "pg_conflict", false},
        {"42", ERR_FATAL, "pg_broken_sql", false},
        {"42501", ERR_FATAL, "pg_refused", false},
        {"53", ERR_RETRY, "pg_resources", false},
        {"54", ERR_REJECT, "pg_too_large", false},
        {"55P03", ERR_RETRY, "pg_locked", false},
        {"57014", ERR_RETRY, "pg_cancelled", false},
        {"57P", ERR_RETRY, "pg_unavailable", true},
        {"58", ERR_RETRY, "pg_system", false},
};

static const struct pg_verdict unknown = {"", ERR_FATAL, "pg_error", false};

const struct pg_verdict *pg_verdict(const char *state)
{
	const struct pg_verdict *best = &unknown;
	if (!state || strlen(state) != 5) {
		return best;
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t n = strlen(table[i].state);
		if (n > strlen(best->state) && strncmp(state, table[i].state, n) == 0) {
			best = &table[i];
		}
	}
	return best;
}
