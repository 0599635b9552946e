/* SPDX-License-Identifier: Apache-2.0 */
#include "resolve.h"

#include "field_read.h"
#include "spec_shape.h"

#include "longshore/civil.h"

static bool two_digits(const char *p, int most, int *out)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	int n = (p[0] - '0') * 10 + (p[1] - '0');
	if (n > most)
		return false;
	*out = n;
	return true;
}

static void read_time(const struct document *doc, struct spec_cadence *out)
{
	struct str at = document_text(doc, "cadence.at", "00:00");
	if (at.n != 5 || at.p[2] != ':' || !two_digits(at.p, 23, &out->hour) ||
	        !two_digits(at.p + 3, 59, &out->minute))
		document_wrong(doc, "cadence.at", "must be a time such as \"06:30\"");
}

static int within(const struct document *doc, const char *path, int64_t most)
{
	return (int)document_num_in(doc, path, 1, (struct range){1, most});
}

static void read_anchor(const struct document *doc, struct spec_cadence *out)
{
	int64_t days = 0;
	out->anchor = document_text(doc, "cadence.anchor", NULL);
	if (out->anchor.n > 0 && !civil_parse_date(out->anchor, &days))
		document_wrong(doc, "cadence.anchor", "must be a date such as 2026-01-05");
}

void resolve_cadence(const struct document *doc, struct spec_cadence *out)
{
	struct spec_cadence c = {.zone = STR("UTC"),
	        .cron = STR(""),
	        .anchor = STR(""),
	        .catchup_seconds = CADENCE_CATCHUP_SECONDS,
	        .weekday = 1,
	        .day = 1,
	        .month = 1};
	if (document_at(doc, "cadence")) {
		if (!json_is_object(document_at(doc, "cadence")))
			document_wrong(doc, "cadence", "must be a mapping of fields");
		const char *preset = document_at(doc, "cadence.cron") ? "cron" : "none";
		c.kind = (enum cadence_kind)document_word(doc, "cadence.kind", words_cadences,
		        preset[0] == 'c' ? CADENCE_CRON : CADENCE_NONE);
		c.zone = document_text(doc, "cadence.zone", "UTC");
		c.catchup_seconds =
		        document_num(doc, "cadence.catchup_seconds", CADENCE_CATCHUP_SECONDS);
		if (c.kind == CADENCE_CRON)
			c.cron = document_text(doc, "cadence.cron", NULL);
		else if (c.kind != CADENCE_NONE)
			read_time(doc, &c);
		if (c.kind == CADENCE_WEEKLY || c.kind == CADENCE_BIWEEKLY)
			c.weekday = field_word(doc, "cadence.weekday") + 1;
		if (c.kind == CADENCE_BIWEEKLY)
			read_anchor(doc, &c);
		if (c.kind == CADENCE_MONTHLY || c.kind == CADENCE_QUARTERLY)
			c.day = within(doc, "cadence.day", CADENCE_DAY_MAX);
		if (c.kind == CADENCE_QUARTERLY)
			c.month = within(doc, "cadence.month", CADENCE_QUARTER_MONTHS);
	}
	*out = c;
}

int spec_cadence(struct str route_body, struct arena *mem, struct spec_cadence *out, struct err *e)
{
	const struct spec_document body = {
	        .kind = STR("Route"), .name = STR(""), .tenant = STR(""), .body = route_body};
	struct documents d = {.list = &body, .count = 1, .tenant = STR(""), .mem = mem, .e = e};
	struct document doc = document_open(&d, &body);
	struct spec_cadence c;
	doc.name = document_text(&doc, "name", "");
	resolve_cadence(&doc, &c);
	documents_release(&d);
	if (d.act != 0)
		return d.act;
	*out = c;
	return 0;
}
