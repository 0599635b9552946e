/* SPDX-License-Identifier: Apache-2.0 */
#include "apply.h"

#include "longshore/drop.h"
#include "longshore/render.h"

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

static enum render_quotes quotes_of(enum quote_mode mode)
{
	switch (mode) {
	case QUOTE_ALL:
		return RENDER_QUOTES_ALL;
	case QUOTE_NONE:
		return RENDER_QUOTES_NONE;
	case QUOTE_MINIMAL:
		break;
	}
	return RENDER_QUOTES_MINIMAL;
}

static int check_form(
        void *arg, const struct spec_destination *to, struct arena *mem, struct err *e)
{
	struct render_column *columns =
	        arena_alloc(mem, (to->columns_count + 1) * sizeof(*columns));
	(void)arg;
	for (size_t i = 0; i < to->columns_count; i++)
		columns[i] = (struct render_column){.name = to->columns[i].name,
		        .is_constant = to->columns[i].is_constant,
		        .constant = to->columns[i].constant,
		        .max_length = to->columns[i].max_length,
		        .is_required = to->columns[i].is_required};
	const struct render_format format = {.columns = columns,
	        .columns_count = to->columns_count,
	        .delimiter = to->delimiter,
	        .quotes = quotes_of(to->quote_mode),
	        .has_header = to->header_row};
	return render_check(&format, e);
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
	return (struct document_world){has_zone, has_run, check_form, c};
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
