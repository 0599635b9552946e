/* SPDX-License-Identifier: Apache-2.0
 *
 * Resolves applied documents into a spec. A route's value overrides the audience's, which
 * overrides the destination's. Of the minimum sizes, the largest wins.
 */
#include "resolve.h"

#include "field_read.h"
#include "rules.h"
#include "shape.h"
#include "spec_shape.h"
#include "unsupported.h"

#include "longshore/sha256.h"

#include <stdio.h>

/* A source that was already read; missing and wrong fields were recorded then. */
static void rule_source(const struct document *doc, const struct spec_source *source)
{
	const struct rule_place place = {source->url, source->credential, source->host_key};
	rule_place(doc, "source.", &place);
}

static struct document item_of(const struct document *doc, const char *list, size_t i)
{
	struct document item = *doc;
	const json_t *body = json_array_get(document_at(doc, list), i);
	item.body = json_is_object(body) ? body : NULL;
	item.at = arena_printf(doc->all->mem, "%s%s[%zu].", doc->at, list, i).p;
	return item;
}

/* Filter values are visible in documents, tables and topics, so a filter must not contain a
 * person's id. */
static void rule_filter(
        const struct document *item, const struct spec_audience *a, const struct spec_filter *f)
{
	if (f->column.n > 0 && str_eq(f->column, a->id_column))
		document_wrong(item, "column",
		        "is the column of the ids: ids of people would stand in documents, tables "
		        "and topics; filter by another column, name people in a SuppressionList, "
		        "or leave them out of the source");
}

void resolve_audience(const struct document *doc, struct spec_audience *a)
{
	if (!doc->body)
		return;
	a->name = doc->name;
	fields_read(doc, &(struct areas){.at = {[AREA_AUDIENCE] = a, [AREA_SOURCE] = &a->source}});
	rule_source(doc, &a->source);
	for (size_t i = 0; i < a->filters_count; i++) {
		struct document item = item_of(doc, "filters", i);
		rule_filter(&item, a, &a->filters[i]);
	}
}

void resolve_bridge(const struct document *doc, struct spec_bridge *b)
{
	if (!doc->body)
		return;
	b->name = doc->name;
	fields_read(doc, &(struct areas){.at = {[AREA_BRIDGE] = b, [AREA_SOURCE] = &b->source}});
	rule_source(doc, &b->source);
	if (b->columns_count == 0)
		document_wrong(
		        doc, "record", "must list the partner's columns, the primary id first");
}

static void read_column(const struct document *item, struct spec_column *c)
{
	c->is_constant = document_at(item, "constant");
	c->source = c->is_constant ? STR("") : document_text(item, "source", NULL);
	if (str_has_prefix(c->source, STR("="))) { /* the partner model's notation for a constant */
		c->constant = str_bytes(c->source.p + 1, c->source.n - 1);
		c->source = STR("");
		c->is_constant = true;
	}
	if (c->is_required && c->is_constant && c->constant.n == 0)
		document_wrong(item, "constant", "is empty, but the column is required");
}

static void read_columns(const struct document *doc, struct spec_destination *out)
{
	if (out->columns_count == 0)
		document_wrong(doc, "columns", "must list the columns of a file");
	for (size_t i = 0; i < out->columns_count; i++) {
		struct document item = item_of(doc, "columns", i);
		read_column(&item, &out->columns[i]);
	}
}

/* One number for all audiences, or one per audience type. */
static int64_t min_size_of(const struct document *doc, struct str audience_type)
{
	const json_t *value = document_at(doc, "privacy.min_audience_size");
	if (!json_is_object(value))
		return document_num(doc, "privacy.min_audience_size", 0);
	struct str path = arena_printf(
	        doc->all->mem, "privacy.min_audience_size." STR_FMT, STR_ARG(audience_type));
	return document_num(doc, path.p, 0);
}

/* A word that is none was reported already. */
static const struct container *container_of(const struct document *doc)
{
	struct str word = document_text(doc, "format.container", containers[0].word);
	for (const struct container *c = containers; c->word; c++)
		if (str_eq(word, str_c(c->word)))
			return c;
	return &containers[0];
}

static void add_unsupported(struct documents *d, struct spec *spec, const char *property)
{
	struct str *all = arena_alloc(d->mem, (spec->unsupported_count + 1) * sizeof(*all));
	if (spec->unsupported_count > 0)
		memcpy(all, spec->unsupported, spec->unsupported_count * sizeof(*all));
	all[spec->unsupported_count++] = str_c(property);
	spec->unsupported = all;
}

static void read_states(const struct document *doc, struct spec *spec)
{
	struct spec_destination *out = &spec->destination;
	rule_states(doc, "privacy.suppress_states_dtc", out->suppress_states,
	        out->suppress_states_count);
	/* By default, people who might live in such a state are suppressed. */
	out->suppress_unknown_state = document_bool(
	        doc, "privacy.suppress_unknown_state", out->suppress_states_count > 0);
	if (!str_eq(spec->audience.type, STR("DTC"))) { /* the rule covers consumers only */
		out->suppress_states_count = 0;
		out->suppress_unknown_state = false;
	}
}

void resolve_destination(const struct document *doc, struct spec *spec)
{
	if (!doc->body)
		return;
	struct spec_destination *out = &spec->destination;
	out->name = doc->name;
	fields_read(doc, &(struct areas){.at = {[AREA_DESTINATION] = out,
	                                         [AREA_GUARDS] = &spec->guards,
	                                         [AREA_LIMITS] = &spec->limits}});
	const struct container *container = container_of(doc);
	out->delimiter = field_character(doc, "format.delimiter", container->delimiter);
	out->format = container->format;
	out->header_row = out->header_row && container->has_header;
	out->min_audience_size = min_size_of(doc, spec->audience.type);
	unsupported_find(doc, &spec->unsupported, &spec->unsupported_count);
	/* Without a status, the destination is in use. */
	out->is_draft = str_eq(document_text(doc, "status", ""), STR("draft"));
	read_columns(doc, out);
	read_states(doc, spec);
	rule_columns(doc, out);
	rule_file_format(doc, out);
	bool has_others = false;
	rule_templates(doc, out, &has_others);
	if (has_others)
		add_unsupported(doc->all, spec, "naming.data_template");
	/* The limit would split a file that must not be split. */
	if (out->max_rows_per_file > 0 &&
	        str_eq(document_text(doc, "limits.split", ""), STR("never")))
		add_unsupported(doc->all, spec, "limits.split");
	if (out->completion == COMPLETION_SUCCESS_FILE && out->marker_template.n == 0)
		document_wrong(doc, "completion.name_template", "is missing");
}

void resolve_suppression(const struct document *doc, struct spec_suppression *out)
{
	shape_preset(&shape_suppression, out);
	out->name = doc->name;
	fields_read(doc,
	        &(struct areas){.at = {[AREA_SUPPRESSION] = out, [AREA_SOURCE] = &out->source}});
	rule_source(doc, &out->source);
}

static void read_suppressions(const struct document *route, struct spec *spec)
{
	struct documents *d = route->all;
	struct str *names = NULL;
	size_t count = 0;
	field_texts(route, "suppress", &names, &count);
	spec->suppressions = arena_alloc(d->mem, (count + 1) * sizeof(*spec->suppressions));
	for (size_t i = 0; i < count; i++) {
		char path[64];
		(void)snprintf(path, sizeof(path), "suppress[%zu]", i);
		struct document doc = document_called(route, path, "SuppressionList", names[i]);
		if (!doc.body)
			continue;
		struct str kind = document_text(&doc, "id.kind", NULL);
		if (spec->audience.id_kind.n > 0 && !str_eq(kind, spec->audience.id_kind))
			document_wrong(route, path,
			        "has another kind of id than the audience: id.kind of both must be "
			        "the same");
		resolve_suppression(&doc, &spec->suppressions[spec->suppressions_count++]);
	}
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void read_blackouts(const struct document *route, struct spec *spec)
{
	for (size_t i = 0; i < spec->blackouts_count; i++) {
		struct document item = item_of(route, "blackout", i);
		struct spec_blackout *b = &spec->blackouts[i];
		*b = (struct spec_blackout){.from_minute = document_num(&item, "from_minute", 0),
		        .to_minute = document_num(&item, "to_minute", 0)};
		if (item.body && !document_at(&item, "from_minute"))
			document_wrong(&item, "from_minute", "is missing");
		if (item.body && !document_at(&item, "to_minute"))
			document_wrong(&item, "to_minute", "is missing");
		if (b->from_minute > SPEC_WEEK_MINUTES)
			document_wrong(&item, "from_minute", "is past the end of the week, 10080");
		if (b->to_minute > SPEC_WEEK_MINUTES)
			document_wrong(&item, "to_minute", "is past the end of the week, 10080");
	}
}

static void read_own(const struct document *route, struct spec *spec)
{
	struct spec_guards *g = &spec->guards;
	fields_read(route, &(struct areas){.at = {[AREA_SPEC] = spec,
	                                           [AREA_GUARDS] = g,
	                                           [AREA_LIMITS] = &spec->limits}});
	g->min_size = larger(
	        g->min_size, larger(spec->audience.min_size, spec->destination.min_audience_size));
	if (!str_eq(spec->mode, STR("full")))
		add_unsupported(route->all, spec, "mode");
	read_blackouts(route, spec);
}

void resolve_tenant(const struct document *doc, struct spec *spec)
{
	fields_read(doc, &(struct areas){.at = {[AREA_LIMITS] = &spec->limits}});
}

void resolve_bucket(const struct document *doc, struct spec_bucket *out)
{
	if (!doc->body)
		return;
	out->name = doc->name;
	fields_read(doc, &(struct areas){.at = {[AREA_BUCKET] = out}});
	const struct rule_place place = {out->url, out->credential, out->host_key};
	rule_place(doc, "", &place);
	/* Each place must have one name, because file names are claimed under it. */
	if (out->url.n > 0 && !str_has_suffix(out->url, STR("/")))
		out->url = arena_printf(doc->all->mem, STR_FMT "/", STR_ARG(out->url));
}

void resolve_preset(const struct documents *d, enum spec_kind kind, struct spec *out)
{
	shape_preset(&spec_shape, out);
	out->kind = kind;
	out->tenant = d->tenant;
}

/* Rules and ids depend on the audience type. A partner must not receive a type that it did not ask
 * for. */
static void check_type(
        const struct document *route, const struct document *destination, struct str type)
{
	const json_t *types = document_list(destination, "audience_types");
	bool is_taken = json_array_size(types) == 0 || type.n == 0;
	for (size_t i = 0; i < json_array_size(types); i++) {
		const char *taken = json_string_value(json_array_get(types, i));
		is_taken = is_taken || (taken && str_eq(type, str_c(taken)));
	}
	if (is_taken)
		return;
	struct str what = arena_printf(route->all->mem,
	        "is of type " STR_FMT ", which is not among the audience_types of " STR_FMT,
	        STR_ARG(type), STR_ARG(destination->name));
	document_wrong(route, "audience", what.p);
}

/* Records are distinct, but rows that omit some of their columns can repeat. If the rows contain
 * the primary id, the counts will show whether they do. */
static void resolve_rows(const struct document *destination, struct spec *spec)
{
	bool is_primary = false;
	if (!rule_rows_repeat(&spec->destination, &spec->bridge, &is_primary) ||
	        !str_eq(document_text(destination, "format.dedupe", "exact_row"), STR("exact_row")))
		return;
	spec->destination.one_row_a_primary = is_primary;
	if (!is_primary)
		add_unsupported(destination->all, spec, "format.dedupe");
}

void resolve_route(const struct document *route, struct spec *spec)
{
	struct documents *d = route->all;
	struct document tenant = document_called(route, "tenant", "Tenant", d->tenant),
	                audience = document_named(route, "audience", "Audience"),
	                bridge = document_named(route, "bridge", "Bridge"),
	                destination = document_named(route, "destination", "Destination"),
	                bucket = document_named(route, "bucket", "Bucket");
	spec->route = route->name;
	resolve_tenant(&tenant, spec);
	resolve_audience(&audience, &spec->audience);
	resolve_bridge(&bridge, &spec->bridge);
	resolve_destination(&destination, spec);
	if (destination.body)
		check_type(route, &destination, spec->audience.type);
	resolve_bucket(&bucket, &spec->bucket);
	read_suppressions(route, spec);
	read_own(route, spec);
	if (audience.body && bridge.body && spec->audience.id_kind.n > 0 &&
	        !str_eq(spec->audience.id_kind, spec->bridge.from_kind))
		document_wrong(route, "bridge",
		        "maps another kind of id than the audience has: from.kind must be the "
		        "audience's "
		        "id.kind");
	if (bridge.body && destination.body && spec->unsupported_count == 0)
		rule_sources(route, &spec->destination, &spec->bridge);
	if (bridge.body && destination.body)
		resolve_rows(&destination, spec);
}

/* Writes the canonical bytes, then parses them as every worker will. Never returns a spec that
 * spec_parse refuses. */
static int give_out(struct documents *d, const struct spec *spec, struct str *out_json,
        char out_hash[SHA256_HEX], struct err *e)
{
	if (d->act != 0)
		return d->act;
	json_t *tree = shape_write(&spec_shape, spec);
	struct str json = tree ? json_canonical(tree, d->mem) : (struct str){NULL, 0};
	json_decref(tree);
	if (!json.p)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "the configuration does not fit into a spec");
	struct spec again;
	int act = spec_parse(json, d->mem, &again, e);
	if (act != 0)
		return err_note(e, "the resolved configuration");
	sha256_hex(json.p, json.n, out_hash);
	*out_json = json;
	return 0;
}

static struct documents documents_of(struct str tenant, const struct spec_document *list,
        size_t count, struct arena *mem, struct err *e)
{
	return (struct documents){
	        .list = list, .count = count, .tenant = tenant, .mem = mem, .e = e};
}

int spec_resolve(struct str tenant, struct str route, const struct spec_document *documents,
        size_t count, struct arena *mem, struct str *out_json, char out_hash[SHA256_HEX],
        struct err *e)
{
	struct documents d = documents_of(tenant, documents, count, mem, e);
	struct spec spec;
	resolve_preset(&d, SPEC_DELIVERY, &spec);
	struct document doc = document_find(&d, "Route", route);
	if (doc.body)
		resolve_route(&doc, &spec);
	int act = give_out(&d, &spec, out_json, out_hash, e);
	documents_release(&d);
	return act;
}

int spec_resolve_build(struct str tenant, struct str bridge, const struct spec_document *documents,
        size_t count, struct arena *mem, struct str *out_json, char out_hash[SHA256_HEX],
        struct err *e)
{
	struct documents d = documents_of(tenant, documents, count, mem, e);
	struct spec spec;
	resolve_preset(&d, SPEC_BUILD, &spec);
	struct document doc = document_find(&d, "Bridge", bridge),
	                of_tenant = document_called(&doc, "tenant", "Tenant", tenant);
	resolve_tenant(&of_tenant, &spec);
	resolve_bridge(&doc, &spec.bridge);
	int act = give_out(&d, &spec, out_json, out_hash, e);
	documents_release(&d);
	return act;
}
