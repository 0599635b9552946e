/* SPDX-License-Identifier: Apache-2.0
 *
 * Each mistake is one line of the report: the variable, what is wrong and what to set. The value
 * is never repeated, because someone could have put a password into the wrong variable.
 */
#include "longshore/conf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Appends "<wrong>; set a whole number from <min> to <max> <unit>". */
static int mistake_int(
        const struct conf_field *f, const char *wrong, struct buf *report, struct err *e)
{
	return buf_printf(report, e,
	        "%s: %s; set a whole number from %" PRId64 " to %" PRId64 "%s%s\n", f->env, wrong,
	        f->min, f->max, f->unit ? " " : "", f->unit ? f->unit : "");
}

static int read_int(
        const struct conf_field *f, struct str text, void *slot, struct buf *report, struct err *e)
{
	int64_t number;
	if (!str_to_i64(text, &number))
		return mistake_int(
		        f, text.n == 0 ? "is empty" : "is not a whole number", report, e);
	if (number < f->min)
		return mistake_int(f, "is too small", report, e);
	if (number > f->max)
		return mistake_int(f, "is too large", report, e);
	memcpy(slot, &number, sizeof number);
	return 0;
}

static int read_bool(
        const struct conf_field *f, struct str text, void *slot, struct buf *report, struct err *e)
{
	bool is_true = str_eq(text, STR("true"));
	if (!is_true && !str_eq(text, STR("false")))
		return buf_printf(report, e, "%s: must be true or false\n", f->env);
	memcpy(slot, &is_true, sizeof is_true);
	return 0;
}

static int read_text(const struct conf_field *f, struct str text, void *slot, struct arena *mem,
        struct buf *report, struct err *e)
{
	bool may_be_empty = f->kind == CONF_TEXT_OR_NONE || (f->preset && f->preset[0] == '\0');
	if (text.n == 0 && !may_be_empty)
		return buf_printf(report, e, "%s: is empty; %s\n", f->env,
		        f->preset ? "set it or unset it" : "set it");
	char *copy = arena_try_alloc(mem, text.n + 1, 1);
	if (!copy)
		return buf_printf(report, e, "%s: is too long\n", f->env);
	memcpy(copy, text.p, text.n);
	const char *value = copy;
	memcpy(slot, &value, sizeof(value));
	return 0;
}

static int read_field(const struct conf_field *f, void *settings, struct arena *mem,
        struct buf *report, struct err *e)
{
	const char *value = getenv(f->env);
	if (!value)
		value = f->preset;
	if (!value)
		return buf_printf(
		        report, e, "%s: is not set; it is required: %s\n", f->env, f->help);
	void *slot = (char *)settings + f->offset;
	switch (f->kind) {
	case CONF_TEXT:
	case CONF_TEXT_OR_NONE:
		return read_text(f, str_c(value), slot, mem, report, e);
	case CONF_INT:
		return read_int(f, str_c(value), slot, report, e);
	case CONF_BOOL:
		return read_bool(f, str_c(value), slot, report, e);
	}
	return err_set(e, ERR_FATAL, "bad_settings", "%s has no kind", f->env);
}

int conf_read(const struct conf_field *fields, size_t count, void *settings, struct arena *mem,
        struct buf *report, struct err *e)
{
	size_t clean = report->n;
	for (size_t i = 0; i < count; i++) {
		int act = read_field(&fields[i], settings, mem, report, e);
		if (act < 0)
			return err_set(e, ERR_FATAL, "bad_settings",
			        "the settings have more mistakes than can be listed");
	}
	if (report->n > clean)
		return err_set(
		        e, ERR_FATAL, "bad_settings", "the settings have mistakes; see --help");
	return 0;
}

/* Kubernetes sets such variables for each of its Services: LONGSHORE_SCHEDULER_SERVICE_HOST, _PORT, _PORT_80_TCP. */
static bool is_of_kubernetes(struct str name)
{
	return str_has_prefix(name, STR("SERVICE_")) || str_eq(name, STR("PORT")) ||
	       str_has_prefix(name, STR("PORT_"));
}

static bool is_known(struct str name, const struct conf_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(name, str_c(fields[i].env)))
			return true;
	return false;
}

int conf_refuse_unknown(const char *prefix, const struct conf_field *fields, size_t count,
        struct buf *report, struct err *e)
{
	size_t clean = report->n, prefix_n = strlen(prefix);
	for (char **at = environ; *at; at++) {
		struct str name = str_bytes(*at, strcspn(*at, "="));
		if (!str_has_prefix(name, str_c(prefix)) ||
		        is_of_kubernetes(str_bytes(name.p + prefix_n, name.n - prefix_n)) ||
		        is_known(name, fields, count))
			continue;
		if (buf_printf(report, e,
		            STR_FMT ": there is no such setting; correct its name, or unset it\n",
		            STR_ARG(name)) != 0)
			return e->act;
	}
	if (report->n > clean)
		return err_set(
		        e, ERR_FATAL, "bad_settings", "the settings have mistakes; see --help");
	return 0;
}

static int help_range(const struct conf_field *f, struct buf *out, struct err *e)
{
	const char *unit = f->unit ? f->unit : "";
	switch (f->kind) {
	case CONF_TEXT:
	case CONF_TEXT_OR_NONE:
		return buf_printf(out, e, "%s", f->is_secret ? "names a file" : "text");
	case CONF_INT:
		return buf_printf(out, e, "%" PRId64 " to %" PRId64 "%s%s", f->min, f->max,
		        unit[0] ? " " : "", unit);
	case CONF_BOOL:
		return buf_printf(out, e, "true or false");
	}
	return 0;
}

int conf_help(const struct conf_field *fields, size_t count, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		const struct conf_field *f = &fields[i];
		int act = buf_printf(out, e, "  %-36s %s [", f->env, f->help);
		if (act == 0)
			act = help_range(f, out, e);
		if (act == 0 && !f->preset)
			act = buf_printf(out, e, "; required]\n");
		else if (act == 0 && f->is_secret)
			act = buf_printf(out, e, "; has a default]\n");
		else if (act == 0)
			act = buf_printf(
			        out, e, "; default %s]\n", f->preset[0] ? f->preset : "empty");
		if (act < 0)
			return act;
	}
	return 0;
}
