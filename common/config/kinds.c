/* SPDX-License-Identifier: Apache-2.0 */
#include "kinds.h"

#include "fields/begin.h"
#include "longshore/documents.h"

#include <stdio.h>

enum { WORD_MAX = 64 };

#define URL_IS_REQUIRED true
/* The order of the includes matters. */
/* clang-format off */
static const struct field tenant[] = {
#include "fields/all.def"
#include "fields/tenant.def"
#include "fields/end.def"
};
static const struct field audience[] = {
#include "fields/all.def"
#include "fields/audience.def"
#include "fields/end.def"
};
static const struct field bridge[] = {
#include "fields/all.def"
#include "fields/bridge.def"
#include "fields/end.def"
};
static const struct field destination[] = {
#include "fields/all.def"
#include "fields/destination.def"
#include "fields/end.def"
};
static const struct field bucket[] = {
#include "fields/all.def"
#include "fields/bucket.def"
#include "fields/end.def"
};
static const struct field suppression[] = {
#include "fields/all.def"
#include "fields/suppression.def"
#include "fields/end.def"
};
static const struct field route[] = {
#include "fields/all.def"
#include "fields/route.def"
#include "fields/end.def"
};
static const struct field concept_group[] = {
#include "fields/all.def"
#include "fields/concept_group.def"
#include "fields/end.def"
};
static const struct field credential[] = {
#include "fields/all.def"
#include "fields/credential.def"
#include "fields/end.def"
};
/* clang-format on */

#define FIELDS(of) of, sizeof(of) / sizeof((of)[0])
static const struct kind kinds[] = {
        {"Tenant", false, false, FIELDS(tenant)},
        {"Audience", true, false, FIELDS(audience)},
        {"Bridge", true, false, FIELDS(bridge)},
        {"Destination", false, false, FIELDS(destination)},
        {"Bucket", false, false, FIELDS(bucket)},
        {"SuppressionList", true, false, FIELDS(suppression)},
        {"Route", true, false, FIELDS(route)},
        {"ConceptGroup", false, true, FIELDS(concept_group)},
        {"Credential", false, true, FIELDS(credential)},
};

const struct kind *kind_at(size_t i)
{
	return i < sizeof(kinds) / sizeof(kinds[0]) ? &kinds[i] : NULL;
}

const struct kind *kind_find(struct str name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_eq(str_c(kinds[i].name), name))
			return &kinds[i];
	return NULL;
}

bool documents_has_kind(struct str kind)
{
	return kind_find(kind);
}

static bool is_below(struct str path, struct str group)
{
	return path.n > group.n && str_has_prefix(path, group) && path.p[group.n] == '.';
}

/* "feedback.channels.mapping.*" -> "feedback.channels.mapping". Other paths are unchanged. */
static struct str without_star(struct str field)
{
	return str_has_suffix(field, STR(".*")) ? str_bytes(field.p, field.n - 2) : field;
}

bool documents_has_tenant(struct str kind)
{
	const struct kind *k = kind_find(kind);
	return k && k->of_tenant;
}

/* Returns the next path of a value, starting at *at; empty at the end. Skips rows that only specs
 * have, groups and lists. */
static struct str next_path(const struct kind *kind, size_t *at)
{
	while (*at < kind->fields_count) {
		const struct field *f = &kind->fields[(*at)++];
		if (f->path && f->type != TYPE_GROUP && f->type != TYPE_LIST)
			return str_c(f->path);
	}
	return STR("");
}

enum field_is kind_field(const struct kind *kind, struct str path)
{
	struct str field;
	for (size_t at = 0; (field = next_path(kind, &at)).n > 0;) {
		struct str open = without_star(field);
		bool is_open = open.n < field.n;
		if (str_eq(field, path) || (is_open && is_below(path, open)))
			return FIELD_VALUE;
		if (path.n > 0 && (is_below(field, path) || (is_open && str_eq(open, path))))
			return FIELD_GROUP;
	}
	return FIELD_UNKNOWN;
}

const struct field *kind_row(const struct kind *kind, struct str path)
{
	for (size_t i = 0; i < kind->fields_count; i++)
		if (kind->fields[i].path && str_eq(str_c(kind->fields[i].path), path))
			return &kind->fields[i];
	return NULL;
}

int kind_idle(const struct kind *kind, struct str path)
{
	int idle = 0;
	for (size_t i = 0; i < kind->fields_count && idle < KIND_IDLE_MAX; i++) {
		if (!kind->fields[i].is_idle)
			continue;
		if (str_eq(str_c(kind->fields[i].path), path))
			return idle;
		idle++;
	}
	return -1;
}

/* --- suggestions --- */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Lower case, without dashes, underscores and quotes: minSize and min-size both equal min_size. */
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

/* Levenshtein distance of short words. */
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

/* Cuts path to the depth of `like`. */
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

/* Allows one or two typing errors, more in a long word. */
static size_t most_of(size_t n)
{
	return n <= 3 ? 1 : n < 9 ? 2 : n / 3;
}

/* Finds the same word elsewhere in the document. */
static struct str elsewhere(const struct kind *kind, struct str path)
{
	char a[WORD_MAX], b[WORD_MAX];
	struct str leaf = plain(leaf_of(path), a);
	struct str field;
	for (size_t at = 0; leaf.n > 0 && (field = next_path(kind, &at)).n > 0;)
		if (str_eq(plain(leaf_of(field), b), leaf) || str_eq(plain(field, b), leaf))
			return field;
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
		best = 2; /* the same word elsewhere beats two typing errors */
	struct str whole;
	for (size_t at = 0; (whole = next_path(kind, &at)).n > 0;) {
		struct str field = same_depth(without_star(whole), path);
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
	struct str whole;
	for (size_t at = 0; (whole = next_path(kind, &at)).n > 0;) {
		struct str field = same_depth(without_star(whole), path);
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
