/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include "kinds.h"
#include "resolve.h"
#include "rules.h"
#include "sense.h"

#include "longshore/cron.h"

#include <stdio.h>
#include <string.h>

static void check_zone(
        const struct check_input *input, const struct document *doc, const char *path)
{
	const json_t *zone = document_at(doc, path);
	if (!json_is_string(zone) || !input->world->has_zone)
		return;
	if (!input->world->has_zone(input->world->arg, str_c(json_string_value(zone))))
		document_wrong(
		        doc, path, "is no time zone that can be used here, such as Europe/Paris");
}

/* The fields of each cadence kind, besides the common ones. */
static const struct {
	enum cadence_kind kind;
	const char *name;
	const char *fields[4];
} cadences[] = {
        {CADENCE_NONE, "none", {NULL}},
        {CADENCE_CRON, "cron", {"cron", NULL}},
        {CADENCE_DAILY, "daily", {"at", NULL}},
        {CADENCE_WEEKLY, "weekly", {"at", "weekday", NULL}},
        {CADENCE_BIWEEKLY, "biweekly", {"at", "weekday", "anchor", NULL}},
        {CADENCE_MONTHLY, "monthly", {"at", "day", NULL}},
        {CADENCE_QUARTERLY, "quarterly", {"at", "day", "month", NULL}},
};
static const char *const of_some_kind[] = {"cron", "at", "weekday", "day", "month", "anchor"};

static bool cadence_has(enum cadence_kind kind, const char *field)
{
	for (size_t i = 0; i < 4 && cadences[kind].fields[i]; i++)
		if (strcmp(cadences[kind].fields[i], field) == 0)
			return true;
	return false;
}

/* A field without an effect is probably a mistake. */
static void check_cadence_fields(const struct document *route, enum cadence_kind kind)
{
	bool says_kind = document_at(route, "cadence.kind");
	for (size_t i = 0; i < sizeof(of_some_kind) / sizeof(of_some_kind[0]); i++) {
		char path[64], what[160];
		const char *field = of_some_kind[i];
		(void)snprintf(path, sizeof(path), "cadence.%s", field);
		if (cadence_has(kind, field) || !document_at(route, path))
			continue;
		if (!says_kind && kind == CADENCE_NONE) {
			document_wrong(route, "cadence",
			        "has no kind: say how often it runs, such as kind: daily");
			return;
		}
		(void)snprintf(what, sizeof(what),
		        "decides nothing in a cadence of kind %s: remove it", cadences[kind].name);
		document_wrong(route, path, what);
	}
}

static void check_runs(const struct check_input *input, const struct document *route,
        const struct spec_cadence *cadence)
{
	const struct document_world *world = input->world;
	bool has_zone = !world->has_zone || world->has_zone(world->arg, cadence->zone);
	if (cadence->kind != CADENCE_NONE && has_zone && world->has_run &&
	        !world->has_run(world->arg, cadence))
		document_wrong(route, cadence->kind == CADENCE_CRON ? "cadence.cron" : "cadence",
		        "never runs: no such day comes");
}

static void check_cadence(const struct check_input *input, const struct document *route)
{
	struct spec_cadence cadence;
	struct cron cron;
	struct err e;
	int before = route->all->act;
	resolve_cadence(route, &cadence);
	if (route->all->act == before)
		check_cadence_fields(route, cadence.kind);
	check_zone(input, route, "cadence.zone");
	if (cadence.kind == CADENCE_CRON && cadence.cron.n > 0 &&
	        cron_parse(cadence.cron, &cron, &e) != 0)
		document_wrong(route, "cadence.cron", e.text);
	else if (route->all->act == before)
		check_runs(input, route, &cadence);
}

static struct str unsupported_of(const struct spec *spec, struct arena *mem)
{
	struct str all = STR("");
	for (size_t i = 0; i < spec->unsupported_count; i++)
		all = arena_printf(mem, STR_FMT "%s" STR_FMT, STR_ARG(all), i ? ", " : "",
		        STR_ARG(spec->unsupported[i]));
	return all;
}

static void warn_of_hold(const struct document *route, const struct spec *spec)
{
	if (spec->unsupported_count == 0)
		return;
	struct str all = unsupported_of(spec, route->all->mem);
	struct str what = arena_printf(route->all->mem,
	        "deliveries of route " STR_FMT " will be held: unsupported(" STR_FMT ")",
	        STR_ARG(route->name), STR_ARG(all));
	document_warn(route, "", what.p);
}

static void check_route(
        const struct check_input *input, const struct document *route, struct spec *spec)
{
	int before = route->all->act;
	resolve_route(route, spec);
	if (route->all->act == before && spec->unsupported_count == 0) {
		rule_names(route, spec);
		rule_together(route, spec);
	}
	if (route->all->act == before)
		sense_together(route, spec);
	sense_route(route, spec);
	warn_of_hold(route, spec);
	check_cadence(input, route);
}

typedef void checker(
        const struct check_input *input, const struct document *doc, struct spec *spec);

static void check_audience(
        const struct check_input *input, const struct document *doc, struct spec *spec)
{
	(void)input;
	resolve_audience(doc, &spec->audience);
	rule_audience_fits(doc, &spec->audience);
	sense_audience(doc, &spec->audience);
}

static void check_bridge(
        const struct check_input *input, const struct document *doc, struct spec *spec)
{
	(void)input;
	struct document tenant = document_called(doc, "tenant", "Tenant", doc->tenant);
	resolve_tenant(&tenant, spec);
	resolve_bridge(doc, &spec->bridge);
	rule_bridge_fits(doc, &spec->bridge);
	sense_bridge(doc, &spec->bridge);
}

/* Checks the format as the formatter will. */
static void check_form(const struct check_input *input, const struct document *doc,
        const struct spec_destination *to)
{
	struct err e;
	if (!input->world->check_form ||
	        input->world->check_form(input->world->arg, to, doc->all->mem, &e) == 0)
		return;
	struct str text = arena_str(doc->all->mem, str_c(e.text));
	ptrdiff_t colon = str_find(text, ':', 0);
	struct str field = str_bytes(text.p, colon < 0 ? 0 : (size_t)colon);
	bool is_delimiter = str_eq(field, STR("delimiter"));
	document_wrong(doc, is_delimiter ? "format.delimiter" : arena_cstr(doc->all->mem, field),
	        colon < 0 ? text.p : text.p + colon + 2);
}

static void check_destination(
        const struct check_input *input, const struct document *doc, struct spec *spec)
{
	int before = doc->all->act;
	spec->audience.type = STR("DTC"); /* all rules of a destination apply to DTC */
	resolve_destination(doc, spec);
	if (doc->all->act == before && spec->unsupported_count == 0) {
		rule_names(doc, spec);
		rule_together(doc, spec);
		check_form(input, doc, &spec->destination);
	}
	check_zone(input, doc, "naming.time_zone");
	sense_destination(doc, &spec->destination);
	const struct kind *kind = kind_find(STR("Destination"));
	for (size_t i = 0; i < spec->unsupported_count; i++)
		if (kind_field(kind, spec->unsupported[i]) !=
		        FIELD_UNKNOWN) /* unknown fields are mistakes already */
			document_warn(doc, arena_cstr(doc->all->mem, spec->unsupported[i]),
			        "is not honoured yet as it stands here: deliveries to it will be "
			        "held");
}

static void check_bucket(
        const struct check_input *input, const struct document *doc, struct spec *spec)
{
	(void)input;
	resolve_bucket(doc, &spec->bucket);
}

static void check_suppression(
        const struct check_input *input, const struct document *doc, struct spec *spec)
{
	struct spec_suppression list;
	(void)input;
	(void)spec;
	resolve_suppression(doc, &list);
	sense_source(doc);
}

static void check_tenant(
        const struct check_input *input, const struct document *doc, struct spec *spec)
{
	(void)input;
	resolve_tenant(doc, spec);
	sense_quotas(doc);
}

static const struct {
	const char *kind;
	checker *check;
} checkers[] = {
        {"Tenant", check_tenant},
        {"Audience", check_audience},
        {"Bridge", check_bridge},
        {"Destination", check_destination},
        {"Bucket", check_bucket},
        {"SuppressionList", check_suppression},
        {"Route", check_route},
};

/* Checks the whole spec as every worker will: lengths and ranges. */
static void check_spec(const struct document *doc, bool is_route)
{
	struct err e;
	struct str json;
	char hash[SHA256_HEX];
	const struct documents *d = doc->all;
	int act = is_route ? spec_resolve(doc->tenant, doc->name, d->list, d->count, d->mem, &json,
	                             hash, &e)
	                   : spec_resolve_build(doc->tenant, doc->name, d->list, d->count, d->mem,
	                             &json, hash, &e);
	if (act)
		document_wrong(doc, "", e.text);
}

void check_document(const struct check_input *input, const struct spec_document *document)
{
	struct err e;
	struct documents d = {.list = input->all,
	        .count = input->count,
	        .tenant = document->tenant,
	        .mem = input->mem,
	        .e = &e,
	        .tell = input->tell,
	        .tell_arg = input->arg};
	bool is_route = str_eq(document->kind, STR("Route"));
	bool is_bridge = str_eq(document->kind, STR("Bridge"));
	for (size_t i = 0; i < sizeof(checkers) / sizeof(checkers[0]); i++) {
		if (!str_eq(document->kind, str_c(checkers[i].kind)))
			continue;
		struct spec spec;
		resolve_preset(&d, is_bridge ? SPEC_BUILD : SPEC_DELIVERY, &spec);
		struct document doc = document_open(&d, document);
		if (doc.body)
			checkers[i].check(input, &doc, &spec);
		if (doc.body && d.act == 0 && (is_route || is_bridge))
			check_spec(&doc, is_route);
	}
	documents_release(&d);
}
