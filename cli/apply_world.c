/* SPDX-License-Identifier: Apache-2.0 */
#include "apply.h"

#include "longshore/drop.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define ZONE_MAGIC "TZif"

/* A zone is a file of rules below the place where zones are kept (tzfile(5)). */
static bool has_zone(const void *arg, struct str name)
{
	const char *folder = arg;
	char path[PATH_MAX], magic[sizeof(ZONE_MAGIC)] = "";
	if (name.n == 0 || name.n > 200 || name.p[0] == '/' || name.p[0] == '.')
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (name.p[i] == '.' && name.p[i - 1] == '/')
			return false;
	(void)snprintf(path, sizeof(path), "%s/" STR_FMT, folder, STR_ARG(name));
	FILE *f = fopen(path, "rb");
	if (!f)
		return false;
	size_t n = fread(magic, 1, sizeof(ZONE_MAGIC) - 1, f);
	(void)fclose(f);
	return n == sizeof(ZONE_MAGIC) - 1 && strcmp(magic, ZONE_MAGIC) == 0;
}

struct document_world apply_world(const char *folder)
{
	return (struct document_world){has_zone, folder};
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

static void warn(const struct read_document *d, const struct spec *spec)
{
	(void)fprintf(stderr,
	        "%s:%d: warning: deliveries of route " STR_FMT " will be held: unsupported(",
	        d->file, d->line, STR_ARG(d->document.name));
	for (size_t i = 0; i < spec->unsupported_count; i++)
		(void)fprintf(stderr, "%s" STR_FMT, i ? ", " : "", STR_ARG(spec->unsupported[i]));
	(void)fprintf(stderr, ")\n");
}

void apply_warn(const struct read_documents *read, const struct spec_document *applied,
        size_t applied_count)
{
	size_t count = read->count + applied_count;
	struct spec_document *all = arena_alloc(read->mem, (count + 1) * sizeof(*all));
	for (size_t i = 0; i < read->count; i++)
		all[i] = read->items[i].document;
	if (applied_count > 0)
		memcpy(all + read->count, applied, applied_count * sizeof(*all));
	for (size_t i = 0; i < read->count; i++) {
		const struct read_document *d = &read->items[i];
		struct str json;
		struct spec spec;
		struct err e;
		char hash[SHA256_HEX];
		if (str_eq(d->document.kind, STR("Route")) &&
		        spec_resolve(d->document.tenant, d->document.name, all, count, read->mem,
		                &json, hash, &e) == 0 &&
		        spec_parse(json, read->mem, &spec, &e) == 0 && spec.unsupported_count > 0)
			warn(d, &spec);
	}
}
