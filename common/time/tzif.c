/* SPDX-License-Identifier: Apache-2.0
 *
 * The body of a TZif file. Layout: header, body with 32-bit times, header, body with 64-bit times,
 * footer line.
 */
#include "longshore/tz.h"

#include "tz_footer.h"

const struct tz tz_utc = {.has_footer = true};

enum { HEADER_BYTES = 44 };

struct counts {
	size_t isutc, isstd, leap, time, type, chars;
};

static uint32_t be32(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t be64(const char *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool read_header(struct str bytes, size_t at, struct counts *out, char *out_version)
{
	if (bytes.n < at || bytes.n - at < HEADER_BYTES || memcmp(bytes.p + at, "TZif", 4) != 0)
		return false;
	const char *p = bytes.p + at;
	*out_version = p[4];
	*out = (struct counts){
	        be32(p + 20), be32(p + 24), be32(p + 28), be32(p + 32), be32(p + 36), be32(p + 40)};
	const size_t most = TZIF_MAX_BYTES;
	return out->isutc < most && out->isstd < most && out->leap < most && out->time < most &&
	       out->type < most && out->chars < most;
}

static size_t body_bytes(const struct counts *c, size_t time_bytes)
{
	return c->time * (time_bytes + 1) + c->type * 6 + c->chars + c->leap * (time_bytes + 4) +
	       c->isstd + c->isutc;
}

static int read_transitions(
        struct str body, const struct counts *c, struct arena *mem, struct tz *out, struct err *e)
{
	int64_t *at = ARENA_TRY_ARRAY(mem, int64_t, c->time + 1);
	int32_t *offset = ARENA_TRY_ARRAY(mem, int32_t, c->time + 1);
	if (!at || !offset)
		return err_set(e, ERR_REJECT, "bad_zone", "time zone: %zu transitions are too many",
		        c->time);
	const char *index = body.p + c->time * 8;
	const char *types = index + c->time;
	for (size_t i = 0; i < c->time; i++) {
		size_t type = (unsigned char)index[i];
		at[i] = be64(body.p + i * 8);
		if (type >= c->type || (i > 0 && at[i] <= at[i - 1]))
			return err_set(e, ERR_REJECT, "bad_zone",
			        "time zone: transition %zu is out of order or has an unknown type",
			        i);
		offset[i] = (int32_t)be32(types + type * 6);
	}
	*out = (struct tz){
	        .at = at, .offset = offset, .count = c->time, .first_offset = (int32_t)be32(types)};
	return 0;
}

static bool offsets_fit(const struct tz *z)
{
	const int32_t most = 26 * 3600;
	bool fits = z->first_offset > -most && z->first_offset < most;
	for (size_t i = 0; i < z->count; i++)
		fits = fits && z->offset[i] > -most && z->offset[i] < most;
	return fits;
}

int tzif_parse(struct str bytes, struct arena *mem, struct tz *out, struct err *e)
{
	struct counts c;
	char version = 0;
	if (bytes.n > TZIF_MAX_BYTES || !read_header(bytes, 0, &c, &version) || version < '2')
		return err_set(
		        e, ERR_REJECT, "bad_zone", "time zone: no TZif file of version 2 or later");
	size_t at = HEADER_BYTES + body_bytes(&c, 4);
	if (!read_header(bytes, at, &c, &version) || c.type == 0)
		return err_set(
		        e, ERR_REJECT, "bad_zone", "time zone: the second header is missing");
	at += HEADER_BYTES;
	size_t body = body_bytes(&c, 8);
	if (bytes.n < at || bytes.n - at < body)
		return err_set(e, ERR_REJECT, "bad_zone", "time zone: the file is cut off");
	if (c.leap != 0)
		return err_set(e, ERR_REJECT, "bad_zone",
		        "time zone: it counts leap seconds; use the zone without them");
	struct tz zone = {0};
	int act = read_transitions((struct str){bytes.p + at, body}, &c, mem, &zone, e);
	if (act)
		return act;
	if (!offsets_fit(&zone))
		return err_set(e, ERR_REJECT, "bad_zone", "time zone: an offset beyond 26 hours");
	act = tz_footer_parse((struct str){bytes.p + at + body, bytes.n - at - body}, &zone, e);
	if (act)
		return act;
	*out = zone;
	return 0;
}

/* Index of the last transition at or before the moment, or -1. */
static ptrdiff_t last_at(const struct tz *z, int64_t utc_s)
{
	size_t low = 0, high = z->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (z->at[middle] <= utc_s)
			low = middle + 1;
		else
			high = middle;
	}
	return (ptrdiff_t)low - 1;
}

struct tz_segment tz_segment_at(const struct tz *z, int64_t utc_s)
{
	ptrdiff_t i = last_at(z, utc_s);
	int64_t table_end = z->count > 0 ? z->at[z->count - 1] : INT64_MIN;
	if (i == (ptrdiff_t)z->count - 1 && z->has_footer)
		return tz_footer_segment(z, table_end, utc_s);
	struct tz_segment s = {
	        .from_s = i >= 0 ? z->at[i] : INT64_MIN,
	        .until_s = i + 1 < (ptrdiff_t)z->count ? z->at[i + 1] : INT64_MAX,
	        .offset_s = i >= 0 ? z->offset[i] : z->first_offset,
	};
	return s;
}

enum tz_fit tz_resolve(const struct tz *z, int64_t civil_s, int64_t out[2])
{
	const int64_t reach = 27 * 3600; /* more than any offset or jump */
	int found = 0;
	int64_t gap_end = 0;
	struct tz_segment s = tz_segment_at(z, civil_s - reach);
	for (;;) {
		int64_t t = civil_s - s.offset_s;
		if (t >= s.from_s && t < s.until_s && found < 2)
			out[found++] = t;
		if (s.until_s > civil_s + reach)
			break;
		struct tz_segment next = tz_segment_at(z, s.until_s);
		/* Civil time jumps from `until + offset` to `until + next offset`. */
		if (civil_s >= s.until_s + s.offset_s && civil_s < s.until_s + next.offset_s)
			gap_end = s.until_s;
		s = next;
	}
	if (found == 0) {
		out[0] = gap_end;
		return TZ_GAP;
	}
	return found == 1 ? TZ_ONCE : TZ_TWICE;
}
