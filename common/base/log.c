/* SPDX-License-Identifier: Apache-2.0
 *
 * A line is built on the stack and written with one write(2). A field that does not fit is left
 * out completely, and the line says so. The output is therefore always valid JSON.
 */
#include "longshore/log.h"

#include "longshore/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_BYTES = 32 * 1024, VALUE_BYTES = 1024, ESCAPED_BYTES = 6 };

static struct {
	const char *service;
	enum log_level least;
	int fd;
} to = {.service = "", .least = LOG_INFO, .fd = 1};

/* A pipe keeps writes apart only up to PIPE_BUF bytes. Without the lock, longer lines of two
 * threads would mix. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const char *const level_names[] = {
        [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};

struct line {
	size_t n;
	bool is_full;
	char p[LINE_BYTES];
};

static const char tail[] = ",\"truncated\":true}\n";

void log_start(const char *service, enum log_level least, int fd)
{
	to.service = service;
	to.least = least;
	to.fd = fd;
}

bool log_level_parse(struct str name, enum log_level *out)
{
	for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) {
		if (str_eq(name, str_c(level_names[i]))) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static void put(struct line *l, const char *p, size_t n)
{
	if (n > sizeof l->p - sizeof tail - l->n)
		l->is_full = true;
	if (l->is_full)
		return;
	memcpy(l->p + l->n, p, n);
	l->n += n;
}

/* Writes the first character of s, escaped. Returns how many bytes of s it consumed. */
static size_t put_character(struct line *l, struct str s)
{
	size_t n = str_utf8_length(s);
	if (n == 0) {
		put(l, "\\ufffd", 6);
		return 1;
	}
	unsigned char c = (unsigned char)s.p[0];
	if (c == '"' || c == '\\') {
		put(l, "\\", 1);
		put(l, s.p, 1);
	} else if (c < 0x20 || c == 0x7f) {
		char escaped[ESCAPED_BYTES + 1];
		(void)snprintf(escaped, sizeof escaped, "\\u%04x", c);
		put(l, escaped, ESCAPED_BYTES);
	} else {
		put(l, s.p, n);
	}
	return n;
}

static void put_text(struct line *l, struct str s)
{
	if (!s.p) {
		put(l, "null", 4);
		return;
	}
	put(l, "\"", 1);
	for (size_t i = 0; i < s.n;) {
		struct str rest = {s.p + i, s.n - i};
		if (i + str_utf8_length(rest) > VALUE_BYTES || i >= VALUE_BYTES)
			break;
		i += put_character(l, rest);
	}
	put(l, "\"", 1);
}

static void put_key(struct line *l, const char *key)
{
	put(l, l->n == 0 ? "{" : ",", 1);
	put_text(l, str_c(key));
	put(l, ":", 1);
}

/* Writes the whole field or nothing. */
static void put_field(struct line *l, const struct log_field *field)
{
	size_t before = l->n;
	put_key(l, field->key);
	if (field->is_number) {
		char digits[24];
		int n = snprintf(digits, sizeof digits, "%" PRId64, field->number);
		put(l, digits, (size_t)n);
	} else {
		put_text(l, field->text);
	}
	if (l->is_full)
		l->n = before;
}

static void write_line(const char *p, size_t n)
{
	(void)pthread_mutex_lock(&lock);
	while (n > 0) {
		ssize_t written = write(to.fd, p, n);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			break; /* nobody reads the log, and there is nowhere else to report that */
		p += written;
		n -= (size_t)written;
	}
	(void)pthread_mutex_unlock(&lock);
}

void log_write(enum log_level level, const char *event, const char *msg,
        const struct log_field *fields, size_t count)
{
	if (level < to.least)
		return;
	char ts[CLOCK_TEXT_BYTES];
	clock_text(clock_unix_ms(), ts);
	struct line l;
	l.n = 0;
	l.is_full = false;
	const struct log_field first[] = {LOG_TEXT("ts", str_c(ts)),
	        LOG_TEXT("level", str_c(level_names[level])), LOG_TEXT("svc", str_c(to.service)),
	        LOG_TEXT("event", str_c(event)), LOG_TEXT("msg", str_c(msg))};
	for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
		put_field(&l, &first[i]);
	for (size_t i = 0; i < count && !l.is_full; i++)
		put_field(&l, &fields[i]);
	const char *end = l.is_full ? tail : "}\n";
	memcpy(l.p + l.n, end, strlen(end));
	write_line(l.p, l.n + strlen(end));
}

void log_err(enum log_level level, const char *event, const struct err *e,
        const struct log_field *fields, size_t count)
{
	enum { OWN = 4, MOST = 32 };
	struct log_field all[OWN + MOST] = {LOG_TEXT("act", str_c(err_act_name(e->act))),
	        LOG_TEXT("code", str_c(e->code)), LOG_TEXT("source", str_c(e->source)),
	        LOG_NUM("native", e->native)};
	size_t more = count < MOST ? count : MOST;
	for (size_t i = 0; i < more; i++)
		all[OWN + i] = fields[i];
	log_write(level, event, e->text, all, OWN + more);
}
