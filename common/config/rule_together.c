/* SPDX-License-Identifier: Apache-2.0
 *
 * Limits of single fields, and combinations that no delivery could carry out. The scheduler checks
 * them too, before a delivery reads any data, and holds the delivery: its documents may have been
 * applied long ago.
 */
#include "rules.h"

static void check_parts(const struct document *doc, const struct spec *spec)
{
	const struct spec_destination *to = &spec->destination;
	if (to->max_rows_per_file <= 0 || to->completion != COMPLETION_NONE ||
	        to->parts_without_marker)
		return;
	bool is_route = spec->route.n > 0;
	struct str what = arena_printf(doc->all->mem,
	        STR_FMT "%smakes several files by limits.max_rows_per_file, and nothing tells when "
	                "the last one is there: add completion.kind: success_file, or "
	                "consent.parts_without_marker: true",
	        STR_ARG(is_route ? to->name : STR("")), is_route ? " " : "");
	document_wrong(doc, is_route ? "destination" : "completion.kind", what.p);
}

static void check_states(const struct document *route, const struct spec *spec)
{
	const struct spec_destination *to = &spec->destination;
	if (spec->audience.state_column.n > 0 ||
	        (to->suppress_states_count == 0 && !to->suppress_unknown_state))
		return;
	struct str what = arena_printf(route->all->mem,
	        "has no state_column, and " STR_FMT
	        " suppresses states: name the column in Audience " STR_FMT,
	        STR_ARG(to->name), STR_ARG(spec->audience.name));
	document_wrong(route, "audience", what.p);
}

void rule_together(const struct document *doc, const struct spec *spec)
{
	check_parts(doc, spec);
	if (spec->route.n > 0)
		check_states(doc, spec);
}

static void too_many(const struct document *doc, const char *path, size_t count, int most)
{
	if (count > (size_t)most)
		document_wrong(doc, path,
		        arena_printf(doc->all->mem, "has %zu entries; at most %d are allowed",
		                count, most)
		                .p);
}

static void check_kind(const struct document *doc, const char *path, struct str kind)
{
	if (kind.n > SPEC_KIND_MAX)
		document_wrong(doc, path,
		        arena_printf(doc->all->mem, "has %zu bytes; at most %d are allowed", kind.n,
		                SPEC_KIND_MAX)
		                .p);
}

void rule_audience_fits(const struct document *doc, const struct spec_audience *a)
{
	too_many(doc, "filters", a->filters_count, SPEC_FILTERS_MAX);
	check_kind(doc, "id.kind", a->id_kind);
}

void rule_bridge_fits(const struct document *doc, const struct spec_bridge *b)
{
	too_many(doc, "record", b->columns_count, SPEC_RECORD_MAX);
	check_kind(doc, "from.kind", b->from_kind);
}
