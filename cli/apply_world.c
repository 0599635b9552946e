/* SPDX-License-Identifier: Apache-2.0 */
#include "apply.h"

#include "longshore/drop.h"
#include "longshore/remote_url.h"
#include "longshore/row_writer.h"
#include "longshore/source.h"

#include <stdio.h>
#include <string.h>

static bool has_zone(void *arg, struct str name)
{
	struct apply_calendar *c = arg;
	return zones_find(&c->zones, name);
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

static int check_form(
        void *arg, const struct spec_destination *to, struct arena *mem, struct err *e)
{
	struct row_column *columns = arena_alloc(mem, (to->columns_count + 1) * sizeof(*columns));
	(void)arg;
	for (size_t i = 0; i < to->columns_count; i++)
		columns[i] = (struct row_column){.name = to->columns[i].name,
		        .is_constant = to->columns[i].is_constant,
		        .constant = to->columns[i].constant,
		        .max_length = to->columns[i].max_length,
		        .is_required = to->columns[i].is_required};
	const struct row_layout layout = {.columns = columns,
	        .columns_count = to->columns_count,
	        .format = to->format,
	        .delimiter = to->delimiter,
	        .quotes = to->quote_mode,
	        .has_header = to->header_row};
	return row_layout_check(&layout, e);
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

static bool is_server(struct str url)
{
	return str_has_prefix(url, STR("sftp://"));
}

static void refuse(struct read_documents *read, const struct read_document *d, const char *path,
        const struct err *e)
{
	char text[500];
	(void)snprintf(
	        text, sizeof(text), "%.400s; --no-probe applies it without this check", e->text);
	documents_mistake(read, d, path, text);
}

static void probe_drop(
        struct read_documents *read, const struct read_document *d, const struct place *place)
{
	struct drop *drop = NULL;
	struct err e;
	int act = drop_open(place, &drop, &e);
	if (act == 0)
		act = drop_probe(drop, &e);
	drop_close(drop);
	if (act != 0)
		refuse(read, d, "url", &e);
}

/* If it does not exist or we may not read it, the service waits for it. A server is not asked,
 * because only the service may use its credential. */
static void probe_source(
        struct read_documents *read, const struct read_document *d, const struct place *place)
{
	struct source *source = NULL;
	struct err e;
	int act = is_server(place->url) ? confine_check_remote(place->allowed, place->url, &e)
	                                : source_open(place, &source, &e);
	if (act != 0 && strcmp(e.code, CODE_BAD_PLACE) == 0)
		refuse(read, d, "source.url", &e);
	source_close(source);
}

static void probe(struct read_documents *read, const struct read_document *d,
        const struct place *drops, const struct place *sources)
{
	bool is_bucket = str_eq(d->document.kind, STR("Bucket"));
	struct place place = is_bucket ? *drops : *sources;
	struct remote_url parsed;
	struct err e;
	place.url = documents_text(d, is_bucket ? "url" : "source.url", read->mem);
	place.credential =
	        documents_text(d, is_bucket ? "credential" : "source.credential", read->mem);
	place.host_key = documents_text(d, is_bucket ? "host_key" : "source.host_key", read->mem);
	bool is_told = is_server(place.url) &&
	               (remote_url_parse(place.url, &parsed, &e) != 0 || place.credential.n == 0 ||
	                       !remote_host_key_is_good(place.host_key));
	if (is_told || (!is_server(place.url) && !str_has_prefix(place.url, STR("file:///"))))
		return; /* the mistake was already reported */
	if (is_bucket)
		probe_drop(read, d, &place);
	else
		probe_source(read, d, &place);
}

const char *cli_uploader_keys(struct cli *cli)
{
	const char *root = cli->conf.keys;
	return !root || root[0] == '\0'
	               ? NULL
	               : arena_cstr(&cli->mem, arena_printf(&cli->mem, "%s/uploader", root));
}

int cli_drops(const struct cli *cli, struct confine **out, struct err *e)
{
	const struct confine_conf conf = {
	        CONFINE_DROP_ROOTS, cli->conf.drop_roots, cli->conf.staging, cli->conf.keys};
	return confine_new(&conf, out, e);
}

int apply_probe_places(struct cli *cli, struct read_documents *read, struct err *e)
{
	const struct confine_conf conf = {
	        CONFINE_SOURCE_ROOTS, cli->conf.source_roots, cli->conf.staging, cli->conf.keys};
	struct confine *drops = NULL, *sources = NULL;
	int act = cli_drops(cli, &drops, e);
	if (act == 0)
		act = confine_new(&conf, &sources, e);
	const struct place at_drops = {.keys = cli_uploader_keys(cli), .allowed = drops};
	const struct place at_sources = {.allowed = sources};
	for (size_t i = 0; act == 0 && i < read->count; i++)
		probe(read, &read->items[i], &at_drops, &at_sources);
	confine_free(drops);
	confine_free(sources);
	return act;
}
