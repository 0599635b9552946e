/* SPDX-License-Identifier: Apache-2.0 */
#include "kinds.h"

#include "longshore/documents.h"

#define SOURCE "source.url", "source.delimiter", "source.ready.marker", "source.ready.quiet_seconds"

static const struct kind kinds[] = {
        {"Tenant", false, false, {"description", "limits.tasks_in_flight"}},
        {"Audience", true, false,
                {"description", "type", "segment", "concept_group", SOURCE, "id.column", "id.kind",
                        "state_column", "filters.column", "filters.in", "min_size"}},
        {"Bridge", true, false,
                {"description", SOURCE, "from.column", "from.kind", "record.name", "record.column",
                        "record.max_length", "cardinality", "max_age_hours", "recipient"}},
        {"Destination", false, true, {NULL}},
        {"Bucket", false, false, {"description", "url", "others_may_delete"}},
        {"SuppressionList", true, false,
                {"description", SOURCE, "id.column", "id.kind", "max_age_hours"}},
        {"Route", true, false,
                {"description", "audience", "destination", "bridge", "bucket", "cadence.kind",
                        "cadence.cron", "cadence.zone", "cadence.catchup_seconds", "cadence.at",
                        "cadence.weekday", "cadence.anchor", "cadence.day", "cadence.month", "mode",
                        "guards.min_size", "guards.max_size", "guards.max_shrink",
                        "guards.max_growth", "guards.min_match_rate", "suppress", "approval",
                        "dry_run", "paused", "priority", "blackout.from_minute",
                        "blackout.to_minute", "limits.attempts", "limits.hold_hours",
                        "limits.slice_bytes"}},
        {"ConceptGroup", false, true, {NULL}},
        {"Credential", false, true, {NULL}},
};

const struct kind *kind_of(struct str name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_eq(str_c(kinds[i].name), name))
			return &kinds[i];
	}
	return NULL;
}

bool documents_has_kind(struct str kind)
{
	return kind_of(kind) != NULL;
}

bool kind_has(const struct kind *kind, const char *path)
{
	size_t n = strlen(path);
	if (kind->any_field || strcmp(path, "kind") == 0 || strcmp(path, "name") == 0)
		return true;
	if (kind->of_tenant && strcmp(path, "tenant") == 0)
		return true;
	for (int i = 0; i < KIND_FIELDS_MAX && kind->fields[i]; i++) {
		const char *field = kind->fields[i];
		if (strncmp(field, path, n) == 0 && (field[n] == '\0' || field[n] == '.'))
			return true;
	}
	return false;
}
