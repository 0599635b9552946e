/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/witness.h"

#include "longshore/crc.h"

#include <assert.h>
#include <stdio.h>

struct witness witness_none(void)
{
	return (struct witness){.offset = -1};
}

/* Adds the length first, so that a byte cannot move from key to value; -1: absent. */
static uint32_t crc_on(uint32_t crc, struct str s)
{
	int64_t n = s.p ? (int64_t)s.n : -1;
	crc = crc32c(crc, &n, sizeof(n));
	return s.n ? crc32c(crc, s.p, s.n) : crc;
}

static struct witness look_at(
        int64_t offset, int64_t timestamp_ms, struct str key, struct str value)
{
	return (struct witness){offset, timestamp_ms, crc_on(crc_on(0, key), value)};
}

struct witness witness_of(const struct bus_message *m)
{
	return look_at(m->offset, m->timestamp_ms, m->key, m->value);
}

bool witness_is(const struct witness *w, const struct bus_message *m)
{
	struct witness seen = witness_of(m);
	return seen.offset == w->offset && seen.timestamp_ms == w->timestamp_ms &&
	       seen.crc == w->crc;
}

size_t witness_encode(const struct witness *w, char out[WITNESS_BYTES])
{
	out[0] = '\0';
	if (w->offset < 0)
		return 0;
	int n = snprintf(out, WITNESS_BYTES, "@%lld.%lld.%08x", (long long)w->offset,
	        (long long)w->timestamp_ms, (unsigned)w->crc);
	assert(n > 0 && n < WITNESS_BYTES);
	return (size_t)n;
}

void batch_message_witness(const struct batch_message *m, char out[BATCH_WITNESS_BYTES])
{
	struct witness w = look_at(m->offset, m->timestamp_ms, m->key, m->raw);
	(void)witness_encode(&w, out);
}

static bool take_hex(struct str s, uint32_t *out)
{
	uint32_t value = 0;
	if (s.n != 8)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool is_digit = c >= '0' && c <= '9';
		if (!is_digit && (c < 'a' || c > 'f'))
			return false;
		value = value << 4 | (uint32_t)(is_digit ? c - '0' : c - 'a' + 10);
	}
	*out = value;
	return true;
}

/* The text from `at` to the next dot, or to the end. */
static struct str take_field(struct str s, size_t *at)
{
	size_t start = *at;
	while (*at < s.n && s.p[*at] != '.')
		(*at)++;
	struct str field = {s.p + start, *at - start};
	if (*at < s.n)
		(*at)++;
	return field;
}

struct witness witness_take(struct str *metadata)
{
	struct witness w;
	size_t before = metadata->n;
	while (before > 0 && metadata->p[before - 1] != '@')
		before--;
	if (before-- == 0)
		return witness_none();
	struct str text = {metadata->p + before + 1, metadata->n - before - 1};
	size_t at = 0;
	struct str offset = take_field(text, &at);
	struct str timestamp = take_field(text, &at);
	struct str crc = take_field(text, &at);
	if (!str_to_i64(offset, &w.offset) || !str_to_i64(timestamp, &w.timestamp_ms) ||
	        !take_hex(crc, &w.crc) || w.offset < 0 || crc.p + crc.n != text.p + text.n)
		return witness_none();
	metadata->n = before;
	return w;
}
