/* SPDX-License-Identifier: Apache-2.0
 *
 * A route and the documents it names: values that are valid alone but can never work together.
 */
#include "sense.h"

#include "field_read.h"
#include "spec_shape.h"

#include <stdio.h>

enum { WEEK_MINUTES = SPEC_WEEK_MINUTES };

/* --- blackouts --- */

static void wrong_window(const struct document *route, size_t i, const char *what)
{
	char path[64];
	(void)snprintf(path, sizeof(path), "blackout[%zu]", i);
	document_wrong(route, path, what);
}

static bool sense_window(const struct document *route, const struct spec_blackout *b, size_t i)
{
	char what[240];
	long long from = b->from_minute, to = b->to_minute;
	const json_t *item = json_array_get(document_list(route, "blackout"), i);
	if (!json_is_integer(json_object_get(item, "from_minute")) ||
	        !json_is_integer(json_object_get(item, "to_minute")) || from > WEEK_MINUTES ||
	        to > WEEK_MINUTES)
		return false; /* already reported */
	if (from == to || from == WEEK_MINUTES || to == 0) {
		(void)snprintf(what, sizeof(what),
		        "is empty: to_minute must be more than from_minute, and at most %d",
		        WEEK_MINUTES);
		wrong_window(route, i, what);
		return false;
	}
	if (from > to) {
		(void)snprintf(what, sizeof(what),
		        "ends before it begins: write one that goes over the end of the week as "
		        "two, "
		        "{from_minute: %lld, to_minute: %d} and {from_minute: 0, to_minute: %lld}; "
		        "one "
		        "of each day is seven",
		        from, WEEK_MINUTES, to);
		wrong_window(route, i, what);
		return false;
	}
	return true;
}

/* The first minute of the week that no window covers; WEEK_MINUTES if there is none. */
static int64_t open_minute(const struct spec *spec)
{
	int64_t minute = 0;
	for (bool moved = true; moved && minute < WEEK_MINUTES;) {
		moved = false;
		for (size_t i = 0; i < spec->blackouts_count; i++) {
			const struct spec_blackout *b = &spec->blackouts[i];
			if (b->from_minute > minute || b->to_minute <= minute)
				continue;
			minute = b->to_minute;
			moved = true;
		}
	}
	return minute;
}

static void sense_blackouts(const struct document *route, const struct spec *spec)
{
	bool are_fine = true;
	for (size_t i = 0; i < spec->blackouts_count; i++)
		are_fine = sense_window(route, &spec->blackouts[i], i) && are_fine;
	if (are_fine && spec->blackouts_count > 0 && open_minute(spec) >= WEEK_MINUTES)
		document_wrong(route, "blackout",
		        "covers the whole week, so nothing would ever be sent: leave some of it "
		        "open, or say paused: true");
}

/* --- sizes --- */

/* There are at least as many records as people or primary ids, which a minimum counts. Rows are
 * records. */
static void sense_sizes(const struct document *route, const struct spec *spec)
{
	const struct spec_guards *g = &spec->guards;
	int64_t least = g->min_size;
	char what[200];
	if (document_at(route, "guards.max_size") && g->max_size == 0) {
		document_wrong(
		        route, "guards.max_size", "of 0 would be no limit: remove it for that");
		return;
	}
	const char *of = "the largest minimum (guards.min_size, the audience's min_size, the "
	                 "destination's privacy.min_audience_size)";
	if (spec->destination.min_rows > least) {
		least = spec->destination.min_rows;
		of = "the destination's limits.min_rows";
	}
	if (g->max_size == 0 || g->max_size >= least)
		return;
	(void)snprintf(what, sizeof(what), "is less than %s, %lld: no delivery would pass both", of,
	        (long long)least);
	document_wrong(route, "guards.max_size", what);
}

/* --- documents that the route names --- */

static void sense_suppress(const struct document *route, const struct spec *spec)
{
	for (size_t i = 1; i < spec->suppressions_count; i++) {
		for (size_t k = 0; k < i; k++) {
			char path[64];
			if (!str_eq(spec->suppressions[i].name, spec->suppressions[k].name))
				continue;
			(void)snprintf(path, sizeof(path), "suppress[%zu]", i);
			document_wrong(route, path, "stands twice: remove one");
			break;
		}
	}
}

static void sense_mode(const struct document *route)
{
	if (json_is_string(document_at(route, "mode")))
		(void)field_word(route, "mode");
}

static void sense_cadence(const struct document *route, const struct spec *spec)
{
	bool runs = document_at(route, "cadence.kind") || document_at(route, "cadence.cron");
	if (!runs && document_at(route, "cadence.zone") && spec->blackouts_count == 0)
		document_warn(route, "cadence.zone",
		        "decides nothing: there is neither a cadence nor a blackout");
	if (!runs && document_at(route, "cadence.catchup_seconds"))
		document_wrong(route, "cadence.catchup_seconds",
		        "decides nothing without a cadence: remove it, or say how often it runs, "
		        "such as kind: daily");
}

void sense_route(const struct document *route, const struct spec *spec)
{
	sense_mode(route);
	sense_blackouts(route, spec);
	sense_cadence(route, spec);
}

static void warn_of_draft(const struct document *route, const struct spec *spec)
{
	if (!spec->destination.is_draft || spec->dry_run)
		return;
	struct str what = arena_printf(route->all->mem,
	        "deliveries of route " STR_FMT " will be held: " STR_FMT
	        " is a draft, until it says status: confirmed",
	        STR_ARG(route->name), STR_ARG(spec->destination.name));
	document_warn(route, "destination", what.p);
}

void sense_together(const struct document *route, const struct spec *spec)
{
	warn_of_draft(route, spec);
	sense_sizes(route, spec);
	sense_suppress(route, spec);
}
