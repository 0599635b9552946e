/* SPDX-License-Identifier: Apache-2.0 */
#include "unsupported.h"

#include <stdio.h>

/* What is fine: any value of a path (NULL), or one of these. A path covers all below it. What is
 * not in the table is not honoured. Values are compared as texts; booleans as "true" and "false",
 * an empty array as "[]". */
static const struct {
	const char *path;
	const char *values[4];
} fine[] = {
        /* says who and why, decides nothing */
        {"kind", {NULL}},
        {"name", {NULL}},
        {"schema_version", {NULL}},
        {"destination_id", {NULL}},
        {"display_name", {NULL}},
        {"aliases", {NULL}},
        {"spec_version", {NULL}},
        {"status",
                {"draft",
                        "confirmed"}}, /* a draft has a hold of its own; others: nothing is sent */
        {"effective_from", {NULL}},
        {"audience_types", {NULL}},
        {"id_kind_per_audience_type", {NULL}},
        {"provenance", {NULL}},
        {"feedback", {NULL}},
        {"privacy.deidentification_basis", {NULL}},
        {"privacy.basis_ref", {NULL}},
        {"refresh.cadence", {NULL}},
        {"description", {NULL}},
        /* the bucket of the route says where, the bridge of the route what */
        {"route", {NULL}},
        {"bridge.source_id", {NULL}},
        {"bridge.target_id", {NULL}},
        {"bridge.bridge_id", {NULL}},
        {"bridge.cardinality", {"one_to_one"}},
        {"bridge.on_unmatched", {"drop"}},
        {"identifiers.id_type", {NULL}},
        {"identifiers.form", {"raw", "opaque"}},
        {"identifiers.normalization", {"none"}},
        {"identifiers.column", {NULL}},
        {"identifiers.required", {NULL}},
        {"identifier_mixing", {NULL}},
        {"min_identifiers_per_row", {"1"}},
        {"dv_tokens", {"[]"}},
        {"metadata", {"[]"}},
        /* honoured */
        {"columns.name", {NULL}},
        {"columns.source", {NULL}},
        {"columns.constant", {NULL}},
        {"columns.max_length", {NULL}},
        {"columns.required", {NULL}},
        {"columns.type", {"string"}},
        {"header_row", {NULL}},
        {"column_order_significant", {NULL}},
        {"extra_columns_allowed", {NULL}},
        {"format.container", {"csv", "tsv", "psv"}},
        {"format.delimiter", {NULL}},
        {"format.quote_mode", {NULL}},
        {"format.quote_char", {"\""}},
        {"format.encoding", {"utf-8"}},
        {"format.bom", {"false"}},
        {"format.newline", {NULL}},
        {"format.final_newline", {"true"}},
        {"format.embedded_newline", {"quote", "reject"}},
        {"format.unicode_form", {"none"}},
        {"format.control_chars", {"reject"}},
        {"format.formula_guard", {"none"}},
        {"format.segment_layout", {"one_segment_per_file"}},
        {"format.sort", {"none", "[]"}},
        {"format.dedupe", {"exact_row", "none"}},
        {"limits.min_rows", {NULL}},
        {"limits.max_rows_per_file", {NULL}},
        {"limits.files_per_second", {NULL}},
        {"limits.tasks_in_flight", {NULL}},
        {"limits.deliveries_per_hour", {NULL}},
        {"limits.deliveries_per_day", {NULL}},
        {"limits.split", {"never", "by_rows"}},
        {"naming.data_template", {NULL}},
        {"naming.part_format", {NULL}},
        {"naming.time_zone", {NULL}},
        {"naming.single_file_has_part", {"true"}},
        {"packaging.compression", {"none", "gzip"}},
        {"packaging.single_gzip_member", {"true"}},
        {"packaging.encryption", {"none"}},
        {"packaging.order", {NULL}},
        {"packaging.checksum", {"none", "sha256"}},
        {"packaging.checksum_delivery", {"none"}},
        {"manifest.template", {NULL}},
        {"completion.kind", {"none", "success_file"}},
        {"completion.name_template", {NULL}},
        {"completion.written", {"last"}},
        {"refresh.mode", {"full_replace"}},
        {"refresh.delete_by", {"absence"}},
        {"refresh.on_empty", {"hold"}},
        {"refresh.baseline", {"none"}},
        {"refresh.max_shrink", {NULL}},
        {"refresh.max_growth", {NULL}},
        {"privacy.min_audience_size", {NULL}},
        {"privacy.suppress_states_dtc", {NULL}},
        {"privacy.suppress_unknown_state", {NULL}},
        {"privacy.zip_precision", {"none"}},
        {"privacy.count_on", {"both", "output_ids"}},
        {"validation.verify_after_upload", {NULL}},
        {"consent.parts_without_marker", {NULL}},
};

const char *unsupported_fine(size_t i)
{
	return i < sizeof(fine) / sizeof(fine[0]) ? fine[i].path : NULL;
}

static struct str text_of(const json_t *value, char buf[32])
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return str_bytes(json_string_value(value), json_string_length(value));
	case JSON_TRUE:
		return STR("true");
	case JSON_FALSE:
		return STR("false");
	case JSON_INTEGER:
		(void)snprintf(buf, 32, "%lld", (long long)json_integer_value(value));
		return str_c(buf);
	case JSON_ARRAY:
		return json_array_size(value) == 0 ? STR("[]") : STR("[...]");
	case JSON_OBJECT:
	case JSON_REAL:
	case JSON_NULL:
		break;
	}
	return STR("?");
}

/* 1 fine, 0 not in the table or another value, -1: only parts of it may be. */
static int verdict(const char *path, const json_t *value)
{
	size_t n = strlen(path);
	int found = 0;
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		const char *known = fine[i].path;
		char buf[32];
		if (strncmp(known, path, n) == 0 && known[n] == '.')
			found = -1;
		if (strcmp(known, path) != 0)
			continue;
		if (!fine[i].values[0])
			return 1;
		struct str text = text_of(value, buf);
		for (size_t k = 0; k < 4 && fine[i].values[k]; k++) {
			if (str_eq(text, str_c(fine[i].values[k])))
				return 1;
		}
		return 0;
	}
	return found;
}

struct finding {
	struct arena *mem;
	struct str *paths;
	size_t count;
};

enum { FINDINGS_MAX = 256 };

static void look(struct finding *f, const char *path, const json_t *value);

static void look_below(struct finding *f, const char *path, const json_t *value)
{
	const char *key;
	json_t *child;
	if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++)
			look(f, path, json_array_get(value, i));
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, child)
	{
		char below[256];
		if (snprintf(below, sizeof(below), "%s%s%s", path, path[0] ? "." : "", key) <
		        (int)sizeof(below))
			look(f, below, child);
	}
}

static void look(struct finding *f, const char *path, const json_t *value)
{
	int v = path[0] ? verdict(path, value) : -1;
	bool has_parts =
	        json_is_object(value) || (json_is_array(value) && json_array_size(value) > 0);
	if (v == 1)
		return;
	if (v == -1 && has_parts) {
		look_below(f, path, value);
		return;
	}
	for (size_t i = 0; i < f->count; i++) {
		if (str_eq(f->paths[i], str_c(path)))
			return;
	}
	if (f->count < FINDINGS_MAX)
		f->paths[f->count++] = arena_str(f->mem, str_c(path));
}

void unsupported_find(const struct document *destination, struct str **out, size_t *out_count)
{
	struct finding f = {.mem = destination->all->mem};
	f.paths = arena_alloc(f.mem, FINDINGS_MAX * sizeof(*f.paths));
	if (destination->body)
		look(&f, "", destination->body);
	*out = f.paths;
	*out_count = f.count;
}
