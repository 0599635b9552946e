/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/err.h"

#include "longshore/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Texts end up in events and JSON, so they must stay valid even if they contain a file name of
 * arbitrary bytes or were cut inside a character. */
static void make_plain(char *text)
{
	struct str rest = str_c(text);
	while (rest.n > 0) {
		size_t n = str_utf8_length(rest);
		bool is_control = (unsigned char)rest.p[0] < 0x20 || rest.p[0] == 0x7f;
		if (n == 0 || is_control) {
			text[(size_t)(rest.p - text)] = n == 0 ? '?' : ' ';
			n = 1;
		}
		rest.p += n;
		rest.n -= n;
	}
}

/* Formats into a separate buffer first, because an argument can point into the text that is being
 * replaced. */
static int fill(struct err *e, const struct err *head, const char *fmt, va_list args)
{
	char text[sizeof e->text];
	if (vsnprintf(text, sizeof text, fmt, args) < 0)
		text[0] = '\0';
	*e = *head;
	memcpy(e->text, text, sizeof text);
	make_plain(e->text);
	return (int)e->act;
}

/* Appends ": " and the cause. The end of a cause that does not fit is cut off. */
static void append_cause(char *text, size_t size, const char *cause)
{
	size_t used = strlen(text);
	int n = snprintf(text + used, size - used, ": %s", cause);
	if (n < 0)
		text[used] = '\0';
	make_plain(text);
}

int err_set(struct err *e, enum err_act act, const char *code, const char *fmt, ...)
{
	struct err head = {.act = act, .code = code, .source = "ours"};
	va_list args;
	va_start(args, fmt);
	int filled = fill(e, &head, fmt, args);
	va_end(args);
	return filled;
}

int err_set_native(struct err *e, enum err_act act, const char *code, const char *source,
        int64_t native, const char *fmt, ...)
{
	struct err head = {.act = act, .code = code, .source = source, .native = native};
	va_list args;
	va_start(args, fmt);
	int filled = fill(e, &head, fmt, args);
	va_end(args);
	return filled;
}

static enum err_act act_of_errno(int errnum)
{
	switch (errnum) {
	case EAGAIN:
	case EINTR:
	case EBUSY:
	case ENOSPC:
	case EDQUOT:
	case EIO:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOLCK:
	case ESTALE:
	case EPIPE:
	case ETIMEDOUT:
	case ECONNREFUSED:
	case ECONNRESET:
	case ECONNABORTED:
	case ENOTCONN:
	case EHOSTUNREACH:
	case EHOSTDOWN:
	case ENETUNREACH:
	case ENETDOWN:
	case ENETRESET:
		return ERR_RETRY;
	case ENOMEM:
		return ERR_FATAL;
	default:
		return ERR_REJECT;
	}
}

int err_set_errno(struct err *e, const char *code, int errnum, const char *fmt, ...)
{
	struct err head = {
	        .act = act_of_errno(errnum), .code = code, .source = "posix", .native = errnum};
	va_list args;
	va_start(args, fmt);
	int act = fill(e, &head, fmt, args);
	va_end(args);
	char reason[128];
	append_cause(e->text, sizeof e->text, strerror_r(errnum, reason, sizeof reason));
	return act;
}

int err_note(struct err *e, const char *fmt, ...)
{
	char text[sizeof e->text];
	va_list args;
	va_start(args, fmt);
	if (vsnprintf(text, sizeof text, fmt, args) < 0)
		text[0] = '\0';
	va_end(args);
	append_cause(text, sizeof text, e->text);
	memcpy(e->text, text, sizeof text);
	return (int)e->act;
}

const char *err_act_name(enum err_act act)
{
	switch (act) {
	case ERR_RETRY:
		return "retry";
	case ERR_REJECT:
		return "reject";
	case ERR_FENCED:
		return "fenced";
	case ERR_FATAL:
		return "fatal";
	case ERR_DEFER:
		return "defer";
	}
	return "unknown";
}
