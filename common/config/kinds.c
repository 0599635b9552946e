/* SPDX-License-Identifier: Apache-2.0 */
#include "kinds.h"

#include "longshore/documents.h"

#include <stdio.h>

enum { WORD_MAX = 64 };

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
static const char *const concept_group[] = {"kind", "name", "description", "display_name",
        "aliases", "medical_category", "parent", NULL};
/* Where a secret is. It never stands in a document. */
static const char *const credential[] = {"kind", "name", "description", "ref", "version", NULL};

static const char *const audience_idle[] = {"segment", NULL};
static const char *const none[] = {NULL};

static const struct kind kinds[] = {
        {"Tenant", false, false, tenant, none},
        {"Audience", true, false, audience, audience_idle},
        {"Bridge", true, false, bridge, none},
        {"Destination", false, false, destination_fields, destination_idle},
        {"Bucket", false, false, bucket, none},
        {"SuppressionList", true, false, suppression, none},
        {"Route", true, false, route, none},
        {"ConceptGroup", false, true, concept_group, none},
        {"Credential", false, true, credential, none},
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

static bool is_below(struct str path, struct str group)
{
	return path.n > group.n && str_has_prefix(path, group) && path.p[group.n] == '.';
}

/* "feedback.channels.mapping.*" -> "feedback.channels.mapping"; other paths stay. */
static struct str without_star(struct str field)
{
	return str_has_suffix(field, STR(".*")) ? str_bytes(field.p, field.n - 2) : field;
}

bool documents_has_tenant(struct str kind)
{
	const struct kind *k = kind_find(kind);
	return k && k->of_tenant;
}

enum field_is kind_field(const struct kind *kind, struct str path)
{
	for (const char *const *f = kind->fields; *f; f++) {
		struct str field = str_c(*f), open = without_star(field);
		bool is_open = open.n < field.n;
		if (str_eq(field, path) || (is_open && is_below(path, open)))
			return FIELD_VALUE;
		if (path.n > 0 && (is_below(field, path) || (is_open && str_eq(open, path))))
			return FIELD_GROUP;
	}
	return FIELD_UNKNOWN;
}

int kind_idle(const struct kind *kind, struct str path)
{
	for (int i = 0; i < KIND_IDLE_MAX && kind->idle[i]; i++)
		if (str_eq(str_c(kind->idle[i]), path))
			return i;
	return -1;
}

/* --- what was meant --- */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* In lower case, without dashes, underscores and quotes: minSize and min-size are min_size. */
static struct str plain(struct str word, char out[WORD_MAX])
{
	size_t n = 0;
	for (size_t i = 0; i < word.n && n < WORD_MAX; i++) {
		char c = word.p[i];
		if (c != '-' && c != '_' && c != '"')
			out[n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	return str_bytes(out, n);
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

static struct str leaf_of(struct str path)
{
	size_t n = path.n;
	while (n > 0 && path.p[n - 1] != '.')
		n--;
	return str_bytes(path.p + n, path.n - n);
}

/* A typing error or two, more in a long word. */
static size_t most_of(size_t n)
{
	return n <= 3 ? 1 : n < 9 ? 2 : n / 3;
}

/* The same word somewhere else in the document. */
static struct str elsewhere(const struct kind *kind, struct str path)
{
	char a[WORD_MAX], b[WORD_MAX];
	struct str leaf = plain(leaf_of(path), a);
	for (const char *const *f = kind->fields; *f && leaf.n > 0; f++) {
		struct str field = str_c(*f);
		if (str_eq(plain(leaf_of(field), b), leaf) || str_eq(plain(field, b), leaf))
			return field;
	}
	return STR("");
}

struct str kind_nearest(const struct kind *kind, struct str path)
{
	char a[WORD_MAX], b[WORD_MAX];
	struct str nearest = STR(""), meant = plain(path, a);
	if (meant.n == 0)
		return nearest;
	struct str same = elsewhere(kind, path);
	size_t best = most_of(plain(leaf_of(path), b).n) + 1;
	if (same.n > 0 && best > 2)
		best = 2; /* the same word in another place is nearer than two typing errors */
	for (const char *const *f = kind->fields; *f; f++) {
		struct str field = same_depth(without_star(str_c(*f)), path);
		size_t d = distance(meant, plain(field, b));
		if (d < best) {
			best = d;
			nearest = field;
		}
	}
	return nearest.n > 0 ? nearest : same;
}

void kind_siblings(const struct kind *kind, struct str path, char *out, size_t bytes)
{
	struct str parent = str_bytes(path.p, path.n - leaf_of(path).n), last = STR("");
	size_t n = 0;
	out[0] = '\0';
	for (const char *const *f = kind->fields; *f; f++) {
		struct str field = same_depth(without_star(str_c(*f)), path);
		if (!str_has_prefix(field, parent) || field.n <= parent.n || str_eq(field, last))
			continue;
		last = field;
		struct str leaf = leaf_of(field);
		if (n + leaf.n + sizeof(", ...") >= bytes) {
			(void)snprintf(out + n, bytes - n, ", ...");
			return;
		}
		n += (size_t)snprintf(
		        out + n, bytes - n, "%s" STR_FMT, n > 0 ? ", " : "", STR_ARG(leaf));
	}
}
