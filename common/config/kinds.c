/* SPDX-License-Identifier: Apache-2.0 */
#include "kinds.h"

#include "longshore/documents.h"

enum { NEAR_MOST = 2, WORD_MAX = 64 };

#define SOURCE_FIELDS \
	"source.url", "source.delimiter", "source.ready.marker", "source.ready.quiet_seconds", \
	        "source.read_partial"

static const char *const tenant[] = {"kind", "name", "description", "limits.tasks_in_flight",
        "limits.deliveries_per_hour", "limits.deliveries_per_day", NULL};
static const char *const audience[] = {"kind", "tenant", "name", "description", "type", "segment",
        SOURCE_FIELDS, "id.column", "id.kind", "state_column", "filters.column", "filters.in",
        "min_size", NULL};
static const char *const bridge[] = {"kind", "tenant", "name", "description", SOURCE_FIELDS,
        "from.column", "from.kind", "record.name", "record.column", "record.max_length",
        "cardinality", "max_age_hours", "max_invalid", "max_shrink", "recipient", NULL};
static const char *const bucket[] = {
        "kind", "name", "description", "url", "others_may_delete", NULL};
static const char *const suppression[] = {"kind", "tenant", "name", "description", SOURCE_FIELDS,
        "id.column", "id.kind", "max_age_hours", "max_invalid", "max_shrink", "min_known",
        "may_be_empty", NULL};
static const char *const route[] = {"kind", "tenant", "name", "description", "audience",
        "destination", "bridge", "bucket", "cadence.kind", "cadence.cron", "cadence.at",
        "cadence.weekday", "cadence.day", "cadence.month", "cadence.anchor", "cadence.zone",
        "cadence.catchup_seconds", "mode", "guards.min_size", "guards.max_size",
        "guards.max_shrink", "guards.max_growth", "guards.max_change", "guards.min_match_rate",
        "suppress", "approval", "dry_run", "paused", "blackout.from_minute", "blackout.to_minute",
        "limits.attempts", "limits.hold_hours", "limits.slice_bytes", NULL};
static const char *const any[] = {"kind", "name", NULL};

static const struct kind kinds[] = {
        {"Tenant", false, false, tenant},
        {"Audience", true, false, audience},
        {"Bridge", true, false, bridge},
        {"Destination", false, true, any},
        {"Bucket", false, false, bucket},
        {"SuppressionList", true, false, suppression},
        {"Route", true, false, route},
        {"ConceptGroup", false, true, any},
        {"Credential", false, true, any},
};

const struct kind *kind_find(struct str name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_eq(str_c(kinds[i].name), name))
			return &kinds[i];
	return NULL;
}

bool documents_has_kind(struct str kind)
{
	return kind_find(kind) != NULL;
}

enum field_is kind_field(const struct kind *kind, struct str path)
{
	if (kind->any_field)
		return FIELD_VALUE;
	for (const char *const *f = kind->fields; *f; f++) {
		struct str field = str_c(*f);
		if (str_eq(field, path))
			return FIELD_VALUE;
		if (path.n > 0 && str_has_prefix(field, path) && field.p[path.n] == '.')
			return FIELD_GROUP;
	}
	return FIELD_UNKNOWN;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance, for short words. */
static size_t distance(struct str a, struct str b)
{
	size_t row[WORD_MAX + 1];
	if (a.n > WORD_MAX || b.n > WORD_MAX)
		return WORD_MAX;
	for (size_t k = 0; k <= b.n; k++)
		row[k] = k;
	for (size_t i = 1; i <= a.n; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t k = 1; k <= b.n; k++) {
			size_t change = corner + (a.p[i - 1] != b.p[k - 1]);
			corner = row[k];
			row[k] = least(change, least(row[k], row[k - 1]) + 1);
		}
	}
	return row[b.n];
}

/* So many steps of the path as `like` has. */
static struct str same_depth(struct str path, struct str like)
{
	size_t steps = 1, n = 0;
	for (size_t i = 0; i < like.n; i++)
		steps += like.p[i] == '.';
	for (; n < path.n; n++)
		if (path.p[n] == '.' && --steps == 0)
			break;
	return (struct str){path.p, n};
}

struct str kind_nearest(const struct kind *kind, struct str path)
{
	struct str nearest = STR("");
	size_t best = NEAR_MOST + 1;
	for (const char *const *f = kind->fields; *f; f++) {
		struct str field = same_depth(str_c(*f), path);
		size_t d = distance(path, field);
		if (d < best) {
			best = d;
			nearest = field;
		}
	}
	return nearest;
}
