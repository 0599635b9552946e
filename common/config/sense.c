/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks of the fields of a single document.
 */
#include "sense.h"

#include "field_read.h"

#include <stdio.h>

enum { PART_DIGITS_MAX = 9, PATH_BYTES = 96 };

static void wrong_at(
        const struct document *doc, const char *list, size_t i, const char *field, const char *what)
{
	char path[PATH_BYTES];
	(void)snprintf(path, sizeof(path), "%s[%zu]%s%s", list, i, field[0] ? "." : "", field);
	document_wrong(doc, path, what);
}

/* --- sources --- */

static bool is_below(struct str name)
{
	for (size_t at = 0; at <= name.n;) {
		ptrdiff_t slash = str_find(name, '/', at);
		size_t end = slash < 0 ? name.n : (size_t)slash;
		struct str part = str_bytes(name.p + at, end - at);
		if (part.n == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
			return false;
		at = end + 1;
	}
	return true;
}

void sense_source(const struct document *doc)
{
	if (str_eq(document_text(doc, "source.format", ""), STR("parquet")) &&
	        document_at(doc, "source.delimiter"))
		document_wrong(doc, "source.delimiter",
		        "is for csv only: leave it out, or choose another source.format");
	const json_t *marker = document_at(doc, "source.ready.marker");
	const char *name = json_string_value(marker);
	if (!name)
		return;
	if (!is_below(str_c(name)))
		document_wrong(doc, "source.ready.marker",
		        "must be the name of a file below source.url, such as _SUCCESS");
	if (document_at(doc, "source.ready.quiet_seconds"))
		document_wrong(doc, "source.ready.quiet_seconds",
		        "decides nothing beside source.ready.marker: remove one of the two");
}

/* --- audiences --- */

static bool has_value(const struct spec_filter *f, struct str value)
{
	for (size_t i = 0; i < f->values_count; i++)
		if (str_eq(f->values[i], value))
			return true;
	return false;
}

static bool share_a_value(const struct spec_filter *a, const struct spec_filter *b)
{
	for (size_t i = 0; i < a->values_count; i++)
		if (has_value(b, a->values[i]))
			return true;
	return false;
}

static void sense_filter(const struct document *doc, const struct spec_filter *filters, size_t i)
{
	char what[160];
	const struct spec_filter *f = &filters[i];
	const json_t *item = json_array_get(document_list(doc, "filters"), i);
	const json_t *in = json_object_get(item, "in");
	if (!json_is_object(item) || (in && !json_is_array(in)))
		return; /* already reported */
	if (f->values_count == 0) {
		wrong_at(doc, "filters", i, "in",
		        "has no values, so no row would pass: list them, or remove the filter");
		return;
	}
	for (size_t k = 0; k < i; k++) {
		if (!str_eq(filters[k].column, f->column) || filters[k].values_count == 0 ||
		        share_a_value(&filters[k], f))
			continue;
		(void)snprintf(what, sizeof(what),
		        "shares no value with filters[%zu] of the same column, so no row would "
		        "pass: "
		        "put all values into one filter",
		        k);
		wrong_at(doc, "filters", i, "in", what);
		return;
	}
}

void sense_audience(const struct document *doc, const struct spec_audience *a)
{
	sense_source(doc);
	for (size_t i = 0; i < a->filters_count; i++)
		sense_filter(doc, a->filters, i);
	if (a->state_column.n > 0 && str_eq(a->state_column, a->id_column))
		document_wrong(doc, "state_column",
		        "is the column of the ids: name the one that has the states, or remove it");
}

/* --- bridges --- */

void sense_bridge(const struct document *doc, const struct spec_bridge *b)
{
	char what[80];
	sense_source(doc);
	for (size_t i = 1; i < b->columns_count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (!str_eq(b->columns[i].name, b->columns[k].name))
				continue;
			(void)snprintf(what, sizeof(what),
			        "is the name of record[%zu], too: give it another one", k);
			wrong_at(doc, "record", i, "name", what);
			break;
		}
	}
}

/* --- tenants and destinations --- */

void sense_quotas(const struct document *doc)
{
	static const char *const paths[] = {
	        "limits.deliveries_per_hour", "limits.deliveries_per_day"};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (json_is_integer(document_at(doc, paths[i])) &&
		        document_num(doc, paths[i], 1) == 0)
			document_wrong(doc, paths[i],
			        "of 0 would be no limit: remove it for that; paused: true in a "
			        "Route lets nothing go");
}

/* A rate has at most three decimals. */
static void sense_rate(const struct document *doc)
{
	const char *path = "limits.files_per_second";
	const json_t *value = document_at(doc, path);
	const char *text = json_string_value(value);
	int64_t ppm = json_is_integer(value) ? json_integer_value(value) * 1000 : -1;
	if (!value || (text && !ratio_parse(str_c(text), &ppm)) || ppm < 0)
		return; /* already reported as not a number */
	if (text && strchr(text, '%'))
		document_wrong(
		        doc, path, "is a number of files, such as \"5\" or \"0.5\": no share");
	else if (ppm < 1000)
		document_wrong(
		        doc, path, "must be at least \"0.001\"; remove it where there is no limit");
}

bool sense_is_part_format(struct str text)
{
	for (size_t i = 0; i + 1 < text.n; i++)
		if (text.p[i] != '0')
			return false;
	return text.n > 0 && text.n <= PART_DIGITS_MAX && text.p[text.n - 1] == '1';
}

static void sense_columns(const struct document *doc)
{
	const json_t *list = document_list(doc, "columns");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		if (json_object_get(item, "constant") && json_object_get(item, "source"))
			wrong_at(doc, "columns", i, "source",
			        "decides nothing beside constant: remove one of the two");
	}
}

static void sense_types(const struct document *doc)
{
	const json_t *list = document_at(doc, "audience_types");
	if (!list)
		return;
	if (!json_is_array(list) || json_array_size(list) == 0) {
		document_wrong(doc, "audience_types",
		        "must be a list of DTC, HCP and NPI_TO_DTC; remove it for all of them");
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *type = json_string_value(json_array_get(list, i));
		bool is_known = false;
		for (const char *const *known = words_audience_types; *known; known++)
			is_known = is_known || (type && strcmp(type, *known) == 0);
		if (!is_known)
			wrong_at(doc, "audience_types", i, "", "must be DTC, HCP or NPI_TO_DTC");
	}
}

static bool has_part(struct str template)
{
	static const char token[] = "{part}";
	for (size_t i = 0; i + sizeof(token) - 1 <= template.n; i++)
		if (memcmp(template.p + i, token, sizeof(token) - 1) == 0)
			return true;
	return false;
}

static void sense_parts(const struct document *doc, const struct spec_destination *to)
{
	const char *path = "naming.part_format";
	bool is_said = document_at(doc, path);
	if (is_said && !sense_is_part_format(to->part_format))
		document_wrong(doc, path,
		        "must be the number of the first part as it is written, 1 to 9 digits, "
		        "such "
		        "as \"001\"; other text belongs into naming.data_template, around {part}");
	else if (is_said && to->data_template.n > 0 && !has_part(to->data_template))
		document_warn(doc, path, "decides nothing: naming.data_template has no {part}");
}

static void sense_completion(const struct document *doc, const struct spec_destination *to)
{
	const json_t *kind = document_at(doc, "completion.kind");
	bool is_none =
	        !kind || (json_is_string(kind) && strcmp(json_string_value(kind), "none") == 0);
	if (to->marker_template.n > 0 && is_none)
		document_wrong(doc, "completion.name_template",
		        "decides nothing while completion.kind is none: say kind: success_file, or "
		        "remove it");
}

void sense_destination(const struct document *doc, const struct spec_destination *to)
{
	(void)field_word(doc, "status");
	sense_columns(doc);
	sense_types(doc);
	sense_rate(doc);
	sense_quotas(doc);
	sense_parts(doc, to);
	sense_completion(doc, to);
}
