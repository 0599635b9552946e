/* SPDX-License-Identifier: Apache-2.0 */
#include "apply.h"

#include "longshore/drop.h"

#include <stdio.h>
#include <string.h>

static bool has_zone(void *arg, struct str name)
{
	struct apply_calendar *c = arg;
	return zones_find(&c->zones, name) != NULL;
}

static bool first_run(struct apply_calendar *c, const struct spec_cadence *spec,
        struct cadence *cadence, struct cadence_run *run)
{
	struct err e;
	const struct tz *zone = zones_find(&c->zones, spec->zone);
	return zone && cadence_init(cadence, spec, zone, &e) == 0 &&
	       cadence_after(cadence, c->now_s, run);
}

static bool has_run(void *arg, const struct spec_cadence *spec)
{
	struct cadence cadence;
	struct cadence_run run;
	return first_run(arg, spec, &cadence, &run);
}

void apply_calendar_init(struct apply_calendar *c, const char *folder, int64_t now_ms)
{
	zones_init(&c->zones, folder);
	c->now_s = now_ms / 1000;
}

void apply_calendar_release(struct apply_calendar *c)
{
	zones_release(&c->zones);
}

struct document_world apply_world(struct apply_calendar *c)
{
	return (struct document_world){has_zone, has_run, c};
}

size_t apply_next_runs(struct apply_calendar *c, const struct read_document *d, struct arena *mem,
        struct cadence_run out[APPLY_RUNS])
{
	struct spec_cadence spec;
	struct cadence cadence;
	struct err e;
	if (!str_eq(d->document.kind, STR("Route")) ||
	        spec_cadence(d->document.body, mem, &spec, &e) != 0 ||
	        !first_run(c, &spec, &cadence, &out[0]))
		return 0;
	size_t count = 1;
	while (count < APPLY_RUNS && cadence_next(&cadence, &out[count - 1], &out[count]))
		count++;
	return count;
}

static void probe(struct read_documents *read, const struct read_document *d, const char *url)
{
	struct drop *drop = NULL;
	struct err e;
	char text[500];
	int bad = drop_open(url, &drop, &e);
	if (bad == 0)
		bad = drop_probe(drop, &e);
	drop_close(drop);
	if (bad == 0)
		return;
	(void)snprintf(text, sizeof(text), "%.400s; --no-probe applies it all the same", e.text);
	documents_mistake(read, d, "url", text);
}

void apply_probe_drops(struct read_documents *read)
{
	for (size_t i = 0; i < read->count; i++) {
		const struct read_document *d = &read->items[i];
		if (!str_eq(d->document.kind, STR("Bucket")))
			continue;
		struct str url = documents_text(d, "url", read->mem);
		if (str_has_prefix(url, STR("file:///")))
			probe(read, d, arena_cstr(read->mem, url));
	}
}
