/* SPDX-License-Identifier: Apache-2.0
 *
 * Waits for a notification with poll(2) on the connection's socket. A reconnect counts as one,
 * because notifications sent while nobody listened are lost.
 */
#include "connection.h"

#include "longshore/clock.h"

#include <errno.h>
#include <poll.h>

static bool take_notifications(struct pg *pg)
{
	bool any = pg->has_missed;
	pg->has_missed = false;
	for (PGnotify *n = PQnotifies(pg->conn); n; n = PQnotifies(pg->conn)) {
		any = true;
		PQfreemem(n);
	}
	return any;
}

/* Returns 0 after the wait; *out_ready says whether the socket is readable. */
static int wait_socket(struct pg *pg, int64_t until_ms, bool *out_ready, struct err *e)
{
	int64_t left = until_ms - clock_mono_ms();
	struct pollfd fd = {.fd = PQsocket(pg->conn), .events = POLLIN};
	int n = poll(&fd, 1, left > 0 ? (int)left : 0);
	if (n < 0 && errno != EINTR) {
		return err_set_errno(e, "pg_unavailable", errno, "wait for a notification");
	}
	*out_ready = n > 0;
	return 0;
}

int pg_wait_notify(struct pg *pg, int timeout_ms, bool *out_notified, struct err *e)
{
	int64_t until_ms = clock_mono_ms() + timeout_ms;
	int act = pg_ready(pg, e);
	if (act != 0) {
		return act;
	}
	for (;;) {
		if (take_notifications(pg)) {
			*out_notified = true;
			return 0;
		}
		bool is_readable = false;
		act = wait_socket(pg, until_ms, &is_readable, e);
		if (act != 0) {
			return act;
		}
		if (is_readable && !PQconsumeInput(pg->conn)) {
			return pg_check(pg, NULL, "wait for a notification", e);
		}
		if (!is_readable && clock_mono_ms() >= until_ms) {
			*out_notified = false;
			return 0;
		}
	}
}
