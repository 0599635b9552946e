/* SPDX-License-Identifier: Apache-2.0
 *
 * The admin port runs on one thread of libmicrohttpd and only reads atomics, so it never blocks
 * the service. Idle connections are closed after a timeout. When all places are taken, a new
 * connection replaces the oldest, so slow clients cannot keep out a probe.
 */
#include "longshore/telemetry.h"

#include "listen.h"
#include "render.h"

#include "longshore/clock.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ALIVE_MS = 30000,
	PAGE_BYTES = 1 << 20,
	CONNECTIONS = 32,
	SPARE = 8, /* for connections that are being closed */
	CONNECTION_SECONDS = 10
};

struct peer {
	int fd; /* 0: unused */
	int64_t number;
};

struct telemetry {
	const char *service;
	const struct metric *metrics;
	size_t count;
	atomic_int_fast64_t alive_ms;
	atomic_bool is_ready;
	int port;
	struct MHD_Daemon *daemon;      /* NULL: no port */
	struct peer peers[CONNECTIONS]; /* used by the daemon's thread only */
	int64_t peers_seen;
	atomic_int_fast64_t values[];
};

static enum MHD_Result reply(
        struct MHD_Connection *c, unsigned status, const char *type, const char *text, size_t bytes)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
	        bytes, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
	if (!r)
		return MHD_NO;
	(void)MHD_add_response_header(
	        r, MHD_HTTP_HEADER_CONTENT_TYPE, type); /* the page works without it */
	enum MHD_Result result = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result reply_word(struct MHD_Connection *c, unsigned status, const char *word)
{
	return reply(c, status, "text/plain; charset=utf-8", word, strlen(word));
}

static enum MHD_Result reply_metrics(struct telemetry *t, struct MHD_Connection *c)
{
	struct buf page;
	struct err e;
	buf_init(&page, PAGE_BYTES);
	enum MHD_Result result;
	if (render_metrics(t->service, t->metrics, t->values, t->count, &page, &e))
		result = reply_word(c, MHD_HTTP_INTERNAL_SERVER_ERROR, "the page is too large\n");
	else
		result = reply(c, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
		        buf_str(&page).p, page.n);
	buf_release(&page);
	return result;
}

static bool is_alive(struct telemetry *t)
{
	return clock_mono_ms() - atomic_load(&t->alive_ms) <= ALIVE_MS;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *url,
        const char *method, const char *version, const char *data, size_t *data_bytes, void **state)
{
	(void)version;
	(void)data;
	(void)state;
	struct telemetry *t = arg;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
		*data_bytes = 0;
		return reply_word(c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET\n");
	}
	if (strcmp(url, "/healthz") == 0)
		return is_alive(t)
		               ? reply_word(c, MHD_HTTP_OK, "ok\n")
		               : reply_word(c, MHD_HTTP_SERVICE_UNAVAILABLE, "the loop is stuck\n");
	if (strcmp(url, "/readyz") == 0)
		return atomic_load(&t->is_ready)
		               ? reply_word(c, MHD_HTTP_OK, "ok\n")
		               : reply_word(c, MHD_HTTP_SERVICE_UNAVAILABLE, "not ready\n");
	if (strcmp(url, "/metrics") == 0)
		return reply_metrics(t, c);
	return reply_word(c, MHD_HTTP_NOT_FOUND, "use /healthz, /readyz or /metrics\n");
}

static int fd_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	return info ? info->connect_fd : 0;
}

/* Returns a free place. If there is none, disconnects the oldest peer and returns its place. */
static struct peer *place_for_one(struct telemetry *t)
{
	struct peer *oldest = &t->peers[0];
	for (size_t i = 0; i < CONNECTIONS; i++) {
		if (t->peers[i].fd == 0)
			return &t->peers[i];
		if (t->peers[i].number < oldest->number)
			oldest = &t->peers[i];
	}
	(void)shutdown(oldest->fd, SHUT_RDWR); /* the daemon notices and closes it */
	return oldest;
}

static void on_connection(
        void *arg, struct MHD_Connection *c, void **state, enum MHD_ConnectionNotificationCode what)
{
	struct telemetry *t = arg;
	(void)state;
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*place_for_one(t) = (struct peer){fd_of(c), ++t->peers_seen};
		return;
	}
	for (size_t i = 0; i < CONNECTIONS; i++) {
		if (t->peers[i].fd == fd_of(c))
			t->peers[i] = (struct peer){0};
	}
}

static int open_port(struct telemetry *t, const char *listen, struct err *e)
{
	int fd;
	if (listen_at(listen, &fd, &t->port, e))
		return e->act;
	t->daemon = MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD, 0, NULL, NULL, on_request, t,
	        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
	        (unsigned)(CONNECTIONS + SPARE), MHD_OPTION_CONNECTION_TIMEOUT,
	        (unsigned)CONNECTION_SECONDS, MHD_OPTION_NOTIFY_CONNECTION, on_connection, t,
	        MHD_OPTION_END);
	if (t->daemon)
		return 0;
	(void)close(fd);
	return err_set_native(e, ERR_FATAL, "bad_settings", "microhttpd", 0,
	        "cannot serve the admin port '%s'", listen);
}

int telemetry_start(const char *service, const char *listen, const struct metric *metrics,
        size_t count, struct telemetry **out, struct err *e)
{
	struct telemetry *t = calloc(1, sizeof(*t) + count * sizeof(t->values[0]));
	if (!t)
		return err_set(
		        e, ERR_FATAL, "out_of_memory", "out of memory for %zu counters", count);
	t->service = service;
	t->metrics = metrics;
	t->count = count;
	atomic_store(&t->alive_ms, clock_mono_ms());
	if (listen && listen[0] && open_port(t, listen, e)) {
		free(t);
		return e->act;
	}
	*out = t;
	return 0;
}

void telemetry_stop(struct telemetry *t)
{
	if (!t)
		return;
	if (t->daemon)
		MHD_stop_daemon(t->daemon);
	free(t);
}

int telemetry_port(const struct telemetry *t)
{
	return t->port;
}

void telemetry_add(struct telemetry *t, size_t metric, int64_t by)
{
	atomic_fetch_add_explicit(&t->values[metric], by, memory_order_relaxed);
}

void telemetry_set(struct telemetry *t, size_t metric, int64_t value)
{
	atomic_store_explicit(&t->values[metric], value, memory_order_relaxed);
}

void telemetry_alive(struct telemetry *t, int64_t now_mono_ms)
{
	atomic_store(&t->alive_ms, now_mono_ms);
}

void telemetry_ready(struct telemetry *t, bool ready)
{
	atomic_store(&t->is_ready, ready);
}
