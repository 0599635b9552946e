/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include "longshore/civil.h"

#include <string.h>

enum { WORD_MAX = 64, LABEL = 16, SECOND_MS = 1000 };

static bool read_ago(struct str text, int64_t now_ms, int64_t *out_ms)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
	int64_t n = 0;
	if (text.n < 2 || !str_to_i64(str_bytes(text.p, text.n - 1), &n) || n < 0)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (text.p[text.n - 1] != units[i].unit || n > now_ms / units[i].ms)
			continue;
		*out_ms = now_ms - n * units[i].ms;
		return true;
	}
	return false;
}

/* ":09", ":09.113" after the minute. */
static bool read_seconds(struct str text, int64_t *out_ms)
{
	int64_t s = 0, ms = 0;
	bool has_ms = text.n == 7 && text.p[3] == '.';
	if ((text.n != 3 && !has_ms) || text.p[0] != ':' ||
	        !str_to_i64(str_bytes(text.p + 1, 2), &s) || s < 0 || s > 59)
		return false;
	if (has_ms && (!str_to_i64(str_bytes(text.p + 4, 3), &ms) || ms < 0))
		return false;
	*out_ms = s * SECOND_MS + ms;
	return true;
}

bool words_read_time(struct str text, int64_t now_ms, int64_t *out_ms)
{
	int64_t days = 0, civil_s = 0, more_ms = 0;
	if (read_ago(text, now_ms, out_ms))
		return true;
	if (civil_parse_date(text, &days)) {
		*out_ms = days * CIVIL_DAY_S * SECOND_MS;
		return true;
	}
	if (text.n > LABEL && text.p[text.n - 1] == 'Z')
		text.n--;
	if (text.n < LABEL || !civil_parse_label(str_bytes(text.p, LABEL), &civil_s) ||
	        (text.n > LABEL &&
	                !read_seconds(str_bytes(text.p + LABEL, text.n - LABEL), &more_ms)))
		return false;
	*out_ms = civil_s * SECOND_MS + more_ms;
	return true;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The number of letters to add, remove, change or swap with the next one. */
static size_t distance(struct str a, struct str b)
{
	size_t rows[3][WORD_MAX + 1] = {{0}};
	for (size_t k = 0; k <= b.n; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3],
		       *swapped = rows[(i + 1) % 3];
		now[0] = i;
		for (size_t k = 1; k <= b.n; k++) {
			bool is_same = a.p[i - 1] == b.p[k - 1];
			now[k] = least(before[k - 1] + !is_same, least(before[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && a.p[i - 1] == b.p[k - 2] && a.p[i - 2] == b.p[k - 1])
				now[k] = least(now[k], swapped[k - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

struct str words_nearest(struct str word, const struct str *candidates, size_t count)
{
	struct str best = {NULL, 0};
	if (word.n == 0 || word.n > WORD_MAX)
		return best;
	size_t most = word.n < 4 ? 1 : word.n < 8 ? 2 : 3, best_distance = most + 1;
	for (size_t i = 0; i < count; i++) {
		if (candidates[i].n > WORD_MAX)
			continue;
		size_t d = distance(word, candidates[i]);
		if (d < best_distance && d < word.n) {
			best_distance = d;
			best = candidates[i];
		}
	}
	return best;
}

const char *words_hint(
        struct str word, const struct str *candidates, size_t count, struct arena *mem)
{
	struct str near = words_nearest(word, candidates, count);
	if (!near.p)
		return ";";
	return arena_cstr(mem, arena_printf(mem, "; did you mean " STR_FMT "?", STR_ARG(near)));
}

static char small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same(struct str a, struct str b)
{
	bool same = a.n == b.n;
	for (size_t i = 0; same && i < a.n; i++)
		same = small(a.p[i]) == small(b.p[i]);
	return same;
}

struct str words_kind(struct str given, const struct str *kinds, size_t count)
{
	bool is_plural = given.n > 1 && small(given.p[given.n - 1]) == 's';
	struct str one = str_bytes(given.p, given.n - is_plural);
	for (size_t i = 0; i < count; i++) {
		if (is_same(given, kinds[i]) || (is_plural && is_same(one, kinds[i])))
			return kinds[i];
	}
	return given;
}

void words_split_name(struct str given, struct str *tenant, struct str *name)
{
	ptrdiff_t slash = given.p ? str_find(given, '/', 0) : -1;
	*tenant = (struct str){NULL, 0};
	*name = given;
	if (slash <= 0 || (size_t)slash + 1 == given.n)
		return;
	*tenant = str_bytes(given.p, (size_t)slash);
	*name = str_bytes(given.p + slash + 1, given.n - (size_t)slash - 1);
}
