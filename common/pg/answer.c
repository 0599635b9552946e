/* SPDX-License-Identifier: Apache-2.0
 *
 * Sends a statement and waits for its result, for the connection's patience at most. A server that
 * is stopped or hangs keeps its connections open, and its kernel acknowledges our packets. No TCP
 * timeout ends such a wait, so our own deadline does.
 */
#include "connection.h"

#include "longshore/clock.h"

#include <errno.h>
#include <poll.h>

/* A server or pooler can send TLS records that are larger than what libpq 15 reads at once. The
 * rest waits inside OpenSSL, where poll() does not see it, so we look there regularly. */
enum { TLS_LOOK_MS = 20 };

/* Returns false at the deadline or if the connection is lost. */
static bool wait_socket(struct pg *pg, short events, int64_t until_ms)
{
	for (;;) {
		int64_t left = until_ms - clock_mono_ms();
		struct pollfd fd = {.fd = PQsocket(pg->conn), .events = events};
		if (until_ms != PG_ALWAYS && left <= 0) {
			pg->is_late = true;
			return false;
		}
		int wait_ms = until_ms == PG_ALWAYS || left > INT32_MAX ? -1 : (int)left;
		bool looks = (events & POLLIN) && PQsslInUse(pg->conn);
		if (looks && (wait_ms < 0 || wait_ms > TLS_LOOK_MS))
			wait_ms = TLS_LOOK_MS;
		int n = poll(&fd, 1, wait_ms);
		if (n > 0 || (n == 0 && looks))
			return true;
		if (n < 0 && errno != EINTR)
			return false;
	}
}

/* Sends everything that is queued. Reads incoming data meanwhile; otherwise both sides could
 * block. */
static bool flush(struct pg *pg, int64_t until_ms)
{
	for (int left = PQflush(pg->conn); left != 0; left = PQflush(pg->conn)) {
		if (left < 0 || !wait_socket(pg, POLLIN | POLLOUT, until_ms) ||
		        !PQconsumeInput(pg->conn))
			return false;
	}
	return true;
}

/* Returns the last result if the text has several statements, like PQexec. */
PGresult *pg_answer(struct pg *pg, int is_sent)
{
	int64_t until_ms = pg->patience_ms > 0 ? clock_mono_ms() + pg->patience_ms : PG_ALWAYS;
	PGresult *last = NULL;
	pg->is_late = false;
	if (!is_sent || !flush(pg, until_ms))
		return NULL;
	for (;;) {
		while (PQisBusy(pg->conn)) {
			if (!wait_socket(pg, POLLIN, until_ms) || !PQconsumeInput(pg->conn)) {
				PQclear(last);
				return NULL;
			}
		}
		PGresult *next = PQgetResult(pg->conn);
		if (!next)
			return last;
		PQclear(last);
		last = next;
	}
}
