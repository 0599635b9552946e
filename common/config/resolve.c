/* SPDX-License-Identifier: Apache-2.0
 * From applied documents to a spec. A value on the route overrides the audience's, which overrides
 * the destination's; of minimum sizes the largest wins. */
#include "resolve.h"

#include "rules.h"
#include "spec_shape.h"
#include "unsupported.h"

#include "longshore/sha256.h"

#include <stdio.h>

enum { WEEK_MINUTES = 7 * 1440 };

static const char *const cardinalities[] = {"1:1", "n:1", NULL};
static const char *const newlines[] = {"lf", "crlf", NULL};
static const char *const completions[] = {"none", "success_file", NULL};
static const char *const audience_types[] = {"DTC", "HCP", "NPI_TO_DTC", NULL};
static const char *const approvals[] = {"none", "always", NULL};

char resolve_delimiter(const struct document *doc, const char *path, char preset)
{
	struct str text = document_text(doc, path, "");
	if (text.n == 0)
		return preset;
	if (text.n != 1 || (unsigned char)text.p[0] >= 0x80 || text.p[0] == '"' ||
	        text.p[0] == '\n' || text.p[0] == '\r')
		document_wrong(doc, path, "must be one ASCII character, no quote and no line end");
	return text.p[0];
}

static struct spec_source source_of(const struct document *doc)
{
	struct spec_source source = {.url = document_text(doc, "source.url", NULL),
	        .delimiter = resolve_delimiter(doc, "source.delimiter", ','),
	        .ready_marker = document_text(doc, "source.ready.marker", ""),
	        .quiet_seconds = document_num_in(doc, "source.ready.quiet_seconds", 0,
	                (struct range){0, SPEC_QUIET_SECONDS_MAX}),
	        .read_partial = document_bool(doc, "source.read_partial", false)};
	rule_url(doc, "source.url", source.url);
	return source;
}

static void wrong_text(const struct document *doc, const char *path, size_t i, const json_t *item)
{
	char at[96], what[120], number[32];
	bool is_number = json_is_integer(item);
	(void)snprintf(at, sizeof(at), "%s[%zu]", path, i);
	(void)snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(item));
	(void)snprintf(what, sizeof(what), "must be a text%s%s%s",
	        is_number || json_is_boolean(item) ? ": write \"" : "",
	        is_number             ? number
	        : json_is_true(item)  ? "true"
	        : json_is_false(item) ? "false"
	                              : "",
	        is_number || json_is_boolean(item) ? "\", with the quotes" : "");
	document_wrong(doc, at, what);
}

void resolve_texts(
        const struct document *doc, const char *path, struct str **out, size_t *out_count)
{
	const json_t *array = document_list(doc, path);
	size_t n = json_array_size(array);
	*out = arena_alloc(doc->all->mem, (n + 1) * sizeof(**out));
	*out_count = n;
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(array, i);
		(*out)[i] = STR("");
		if (!json_is_string(item))
			wrong_text(doc, path, i, item);
		else
			(*out)[i] = arena_str(doc->all->mem,
			        str_bytes(json_string_value(item), json_string_length(item)));
	}
}

struct document resolve_item(
        const struct document *doc, const char *path, const json_t *array, size_t i)
{
	struct document item = *doc;
	item.body = json_array_get(array, i);
	if (!json_is_object(item.body)) {
		document_wrong(doc, path, "must be a list of mappings");
		item.body = NULL; /* and nothing in it is missed */
	}
	item.at = arena_printf(doc->all->mem, "%s%s[%zu].", doc->at, path, i).p;
	return item;
}

/* What a filter asks for stands in documents, tables and topics, where no id of a person may be. */
static void rule_filter(
        const struct document *item, const struct spec_audience *a, const struct spec_filter *f)
{
	if (f->column.n > 0 && str_eq(f->column, a->id_column))
		document_wrong(item, "column",
		        "is the column of the ids: ids of people would stand in documents, tables "
		        "and topics; filter by another column, name people in a SuppressionList, "
		        "or leave them out of the source");
}

static void read_filters(const struct document *doc, struct spec_audience *a)
{
	const json_t *list = document_list(doc, "filters");
	a->filters_count = json_array_size(list);
	a->filters = arena_alloc(doc->all->mem, (a->filters_count + 1) * sizeof(*a->filters));
	for (size_t i = 0; i < a->filters_count; i++) {
		struct document item = resolve_item(doc, "filters", list, i);
		a->filters[i].column = document_text(&item, "column", NULL);
		resolve_texts(&item, "in", &a->filters[i].values, &a->filters[i].values_count);
		rule_filter(&item, a, &a->filters[i]);
	}
}

static struct str audience_type(const struct document *doc)
{
	int i = document_word(doc, "type", audience_types, -1);
	if (i < 0 && !document_at(doc, "type"))
		document_wrong(doc, "type", "is missing");
	return i < 0 ? STR("") : str_c(audience_types[i]);
}

void resolve_audience(const struct document *doc, struct spec_audience *a)
{
	if (!doc->body)
		return;
	*a = (struct spec_audience){.name = doc->name,
	        .type = audience_type(doc),
	        .segment = document_text(doc, "segment", ""),
	        .source = source_of(doc),
	        .id_column = document_text(doc, "id.column", NULL),
	        .id_kind = document_text(doc, "id.kind", NULL),
	        .state_column = document_text(doc, "state_column", ""),
	        .min_size = document_num(doc, "min_size", 0)};
	read_filters(doc, a);
}

static int64_t share_or(const struct document *doc, const char *path, int64_t preset_ppm)
{
	int64_t ppm = document_share(doc, path, SHARE_WHOLE);
	return ppm == SHARE_ABSENT ? preset_ppm : ppm;
}

void resolve_bridge(const struct document *doc, struct spec_bridge *b)
{
	if (!doc->body)
		return;
	*b = (struct spec_bridge){.name = doc->name,
	        .source = source_of(doc),
	        .from_column = document_text(doc, "from.column", NULL),
	        .from_kind = document_text(doc, "from.kind", NULL),
	        .cardinality = (enum cardinality)document_word(
	                doc, "cardinality", cardinalities, CARDINALITY_1_1),
	        .max_age_hours =
	                document_num_in(doc, "max_age_hours", 0, (struct range){0, SPEC_HOURS_MAX}),
	        .max_invalid_ppm = share_or(doc, "max_invalid", SPEC_BRIDGE_INVALID_PPM),
	        .max_shrink_ppm = share_or(doc, "max_shrink", SPEC_BRIDGE_SHRINK_PPM),
	        .recipient = document_text(doc, "recipient", "")};
	const json_t *list = document_list(doc, "record");
	b->columns_count = json_array_size(list);
	b->columns = arena_alloc(doc->all->mem, (b->columns_count + 1) * sizeof(*b->columns));
	if (b->columns_count == 0)
		document_wrong(
		        doc, "record", "must list the partner's columns, the primary id first");
	for (size_t i = 0; i < b->columns_count; i++) {
		struct document item = resolve_item(doc, "record", list, i);
		b->columns[i] =
		        (struct spec_bridge_column){.name = document_text(&item, "name", NULL),
		                .column = document_text(&item, "column", NULL),
		                .max_length = document_num_in(&item, "max_length", 0,
		                        (struct range){0, SPEC_RECORD_COLUMN_MAX})};
	}
}

static void read_columns(const struct document *doc, struct spec_destination *out)
{
	const json_t *list = document_list(doc, "columns");
	out->columns_count = json_array_size(list);
	out->columns = arena_alloc(doc->all->mem, (out->columns_count + 1) * sizeof(*out->columns));
	if (out->columns_count == 0)
		document_wrong(doc, "columns", "must list the columns of a file");
	for (size_t i = 0; i < out->columns_count; i++) {
		struct document item = resolve_item(doc, "columns", list, i);
		bool is_constant = document_at(&item, "constant") != NULL;
		out->columns[i] = (struct spec_column){.name = document_text(&item, "name", NULL),
		        .is_constant = is_constant,
		        .source = is_constant ? STR("") : document_text(&item, "source", NULL),
		        .constant = document_text(&item, "constant", ""),
		        .max_length = document_num_in(
		                &item, "max_length", 0, (struct range){0, INT32_MAX}),
		        .is_required = document_bool(&item, "required", false)};
		if (str_has_prefix(out->columns[i].source,
		            STR("="))) { /* the model's way to write a constant */
			out->columns[i].constant = str_bytes(
			        out->columns[i].source.p + 1, out->columns[i].source.n - 1);
			out->columns[i].source = STR("");
			out->columns[i].is_constant = true;
		}
		if (out->columns[i].is_required && out->columns[i].is_constant &&
		        out->columns[i].constant.n == 0)
			document_wrong(&item, "constant", "is empty, and the column is required");
	}
}

/* A number for all, or one for each type of audience. */
static int64_t min_size_of(const struct document *doc, struct str audience_type)
{
	const json_t *value = document_at(doc, "privacy.min_audience_size");
	if (!json_is_object(value))
		return document_num(doc, "privacy.min_audience_size", 0);
	struct str path = arena_printf(
	        doc->all->mem, "privacy.min_audience_size." STR_FMT, STR_ARG(audience_type));
	return document_num(doc, path.p, 0);
}

static char container_delimiter(const struct document *doc)
{
	struct str container = document_text(doc, "format.container", "csv");
	return str_eq(container, STR("tsv")) ? '\t' : str_eq(container, STR("psv")) ? '|' : ',';
}

static void add_unsupported(struct documents *d, struct spec *spec, const char *property)
{
	struct str *all = arena_alloc(d->mem, (spec->unsupported_count + 1) * sizeof(*all));
	if (spec->unsupported_count > 0)
		memcpy(all, spec->unsupported, spec->unsupported_count * sizeof(*all));
	all[spec->unsupported_count++] = str_c(property);
	spec->unsupported = all;
}

static int64_t quota_of(const struct document *doc, const char *path)
{
	return document_num_in(doc, path, 0, (struct range){0, SPEC_QUOTA_MAX});
}

void resolve_destination(const struct document *doc, struct spec *spec)
{
	if (!doc->body)
		return;
	struct spec_destination *out = &spec->destination;
	*out = (struct spec_destination){.name = doc->name,
	        .header_row = document_bool(doc, "header_row", true),
	        .delimiter = resolve_delimiter(doc, "format.delimiter", container_delimiter(doc)),
	        .quote_mode = (enum quote_mode)document_word(
	                doc, "format.quote_mode", quote_modes, QUOTE_MINIMAL),
	        .crlf = document_word(doc, "format.newline", newlines, 0) == 1,
	        .max_rows_per_file = document_num(doc, "limits.max_rows_per_file", 0),
	        .min_rows = document_num(doc, "limits.min_rows", 0),
	        .data_template = document_text(doc, "naming.data_template", NULL),
	        .part_format = document_text(doc, "naming.part_format", "00001"),
	        .time_zone = document_text(doc, "naming.time_zone", "UTC"),
	        .manifest_template = document_text(doc, "manifest.template", ""),
	        .marker_template = document_text(doc, "completion.name_template", ""),
	        .parts_without_marker = document_bool(doc, "consent.parts_without_marker", false),
	        .min_audience_size = min_size_of(doc, spec->audience.type)};
	unsupported_find(doc, &spec->unsupported, &spec->unsupported_count);
	/* Left out, it is in use. */
	out->is_draft = str_eq(document_text(doc, "status", ""), STR("draft"));
	/* Words that are not honoured are in that list; the spec holds the nearest that is. */
	if (json_is_string(document_at(doc, "packaging.compression")) &&
	        strcmp(json_string_value(document_at(doc, "packaging.compression")), "gzip") == 0)
		out->compression = (enum compression)document_word(
		        doc, "packaging.compression", compressions, 0);
	if (json_is_string(document_at(doc, "completion.kind")) &&
	        strcmp(json_string_value(document_at(doc, "completion.kind")), "success_file") == 0)
		out->completion =
		        (enum completion_kind)document_word(doc, "completion.kind", completions, 0);
	read_columns(doc, out);
	resolve_texts(doc, "privacy.suppress_states_dtc", &out->suppress_states,
	        &out->suppress_states_count);
	rule_states(doc, "privacy.suppress_states_dtc", out->suppress_states,
	        out->suppress_states_count);
	/* Who leaves it open means: whoever may be of such a state is not sent. */
	out->suppress_unknown_state = document_bool(
	        doc, "privacy.suppress_unknown_state", out->suppress_states_count > 0);
	if (!str_eq(spec->audience.type, STR("DTC"))) { /* the rule is for consumers */
		out->suppress_states_count = 0;
		out->suppress_unknown_state = false;
	}
	spec->guards.max_shrink_ppm = document_share(doc, "refresh.max_shrink", SHARE_WHOLE);
	spec->guards.max_growth_ppm = document_share(doc, "refresh.max_growth", SHARE_MAX);
	spec->limits.destination_tasks = document_num_in(doc, "limits.tasks_in_flight",
	        SPEC_DESTINATION_TASKS, (struct range){0, SPEC_TASKS_MAX});
	spec->limits.destination_per_hour = quota_of(doc, "limits.deliveries_per_hour");
	spec->limits.destination_per_day = quota_of(doc, "limits.deliveries_per_day");
	spec->limits.files_per_second_milli = document_ratio(doc, "limits.files_per_second") / 1000;
	rule_columns(doc, out);
	bool has_others = false;
	rule_templates(doc, out, &has_others);
	if (has_others)
		add_unsupported(doc->all, spec, "naming.data_template");
	/* The limit would split what must not be split. */
	if (out->max_rows_per_file > 0 &&
	        str_eq(document_text(doc, "limits.split", ""), STR("never")))
		add_unsupported(doc->all, spec, "limits.split");
	if (out->completion == COMPLETION_SUCCESS_FILE && out->marker_template.n == 0)
		document_wrong(doc, "completion.name_template", "is missing");
}

void resolve_suppression(const struct document *doc, struct spec_suppression *out)
{
	*out = (struct spec_suppression){.name = doc->name,
	        .max_invalid_ppm = share_or(doc, "max_invalid", 0),
	        .max_shrink_ppm = document_share(doc, "max_shrink", SHARE_WHOLE),
	        .min_known_ppm = share_or(doc, "min_known", SPEC_MIN_KNOWN_PPM),
	        .may_be_empty = document_bool(doc, "may_be_empty", false),
	        .source = source_of(doc),
	        .id_column = document_text(doc, "id.column", NULL),
	        .max_age_hours = document_num_in(
	                doc, "max_age_hours", 0, (struct range){0, SPEC_HOURS_MAX})};
}

static void read_suppressions(const struct document *route, struct spec *spec)
{
	struct documents *d = route->all;
	struct str *names = NULL;
	size_t count = 0;
	resolve_texts(route, "suppress", &names, &count);
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

/* The route's own guard, where it has one; 0 % is one. */
static int64_t or_else(int64_t ppm, int64_t preset)
{
	return ppm != SHARE_ABSENT ? ppm : preset;
}

static void read_blackouts(const struct document *route, struct spec *spec)
{
	const json_t *list = document_list(route, "blackout");
	spec->blackouts_count = json_array_size(list);
	spec->blackouts = arena_alloc(
	        route->all->mem, (spec->blackouts_count + 1) * sizeof(*spec->blackouts));
	for (size_t i = 0; i < spec->blackouts_count; i++) {
		struct document item = resolve_item(route, "blackout", list, i);
		struct spec_blackout *b = &spec->blackouts[i];
		*b = (struct spec_blackout){.from_minute = document_num(&item, "from_minute", 0),
		        .to_minute = document_num(&item, "to_minute", 0)};
		if (item.body && !document_at(&item, "from_minute"))
			document_wrong(&item, "from_minute", "is missing");
		if (item.body && !document_at(&item, "to_minute"))
			document_wrong(&item, "to_minute", "is missing");
		if (b->from_minute > WEEK_MINUTES)
			document_wrong(&item, "from_minute", "is past the end of the week, 10080");
		if (b->to_minute > WEEK_MINUTES)
			document_wrong(&item, "to_minute", "is past the end of the week, 10080");
	}
}

static void read_own(const struct document *route, struct spec *spec)
{
	struct spec_guards *g = &spec->guards;
	g->min_size = larger(document_num(route, "guards.min_size", 0),
	        larger(spec->audience.min_size, spec->destination.min_audience_size));
	g->max_size = document_num(route, "guards.max_size", 0);
	g->max_shrink_ppm =
	        or_else(document_share(route, "guards.max_shrink", SHARE_WHOLE), g->max_shrink_ppm);
	g->max_growth_ppm =
	        or_else(document_share(route, "guards.max_growth", SHARE_MAX), g->max_growth_ppm);
	g->max_change_ppm = document_share(route, "guards.max_change", SHARE_MAX);
	g->min_match_rate_ppm = document_share(route, "guards.min_match_rate", SHARE_WHOLE);
	spec->mode = document_text(route, "mode", "full");
	spec->approval =
	        (enum approval_rule)document_word(route, "approval", approvals, APPROVAL_NONE);
	spec->dry_run = document_bool(route, "dry_run", false);
	spec->paused = document_bool(route, "paused", false);
	spec->zone = document_text(route, "cadence.zone", "UTC");
	spec->limits.attempts = document_num_in(
	        route, "limits.attempts", SPEC_ATTEMPTS, (struct range){1, SPEC_ATTEMPTS_MAX});
	spec->limits.hold_hours = document_num_in(
	        route, "limits.hold_hours", SPEC_HOLD_HOURS, (struct range){1, SPEC_HOURS_MAX});
	spec->limits.slice_bytes = document_num_in(route, "limits.slice_bytes", SPEC_SLICE_BYTES,
	        (struct range){SPEC_SLICE_BYTES_MIN, SPEC_SLICE_BYTES_MAX});
	if (!str_eq(spec->mode, STR("full")))
		add_unsupported(route->all, spec, "mode");
	read_blackouts(route, spec);
}

void resolve_tenant(const struct document *doc, struct spec *spec)
{
	spec->limits.tenant_tasks = document_num_in(doc, "limits.tasks_in_flight",
	        SPEC_TENANT_TASKS, (struct range){0, SPEC_TASKS_MAX});
	spec->limits.tenant_per_hour = quota_of(doc, "limits.deliveries_per_hour");
	spec->limits.tenant_per_day = quota_of(doc, "limits.deliveries_per_day");
}

void resolve_bucket(const struct document *doc, struct spec_bucket *out)
{
	if (!doc->body)
		return;
	*out = (struct spec_bucket){.name = doc->name,
	        .url = document_text(doc, "url", NULL),
	        .others_may_delete = document_bool(doc, "others_may_delete", false)};
	rule_url(doc, "url", out->url);
	/* One place, one name: files' names are claimed under it. */
	if (out->url.n > 0 && !str_has_suffix(out->url, STR("/")))
		out->url = arena_printf(doc->all->mem, STR_FMT "/", STR_ARG(out->url));
}

void resolve_preset(const struct documents *d, enum spec_kind kind, struct spec *out)
{
	shape_preset(&spec_shape, out);
	out->kind = kind;
	out->tenant = d->tenant;
}

/* Rules and ids differ by type: what a partner did not ask for must not reach it. */
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

/* Records are distinct; rows that leave a column of theirs out need not be. With the primary id in
 * them the counts will tell whether they are. */
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

/* Writes the canonical bytes, and reads them as every worker will: what spec_parse refuses is not
 * given out. */
static int give_out(struct documents *d, const struct spec *spec, struct str *out_json,
        char out_hash[SHA256_HEX], struct err *e)
{
	if (d->act != 0)
		return d->act;
	json_t *tree = shape_write(&spec_shape, spec);
	struct str json = tree ? json_canonical(tree, d->mem) : (struct str){NULL, 0};
	json_decref(tree);
	if (!json.p)
		return err_set(
		        e, ERR_REJECT, "too_large", "the configuration does not fit into a spec");
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
