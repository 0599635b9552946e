/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of one time zone, parsed from the bytes of a TZif file (version 2 or later, with its
 * POSIX footer). Pure: uses no file and no TZ variable. Leap seconds ("right/" zones) are rejected.
 *
 * A zone is a sequence of segments with a constant offset; civil = UTC + offset within a segment.
 */
#ifndef LONGSHORE_TZ_H
#define LONGSHORE_TZ_H

#include "longshore/arena.h"
#include "longshore/err.h"

enum { TZIF_MAX_BYTES = 256 * 1024 };

struct tz_date_rule { /* when a footer's change happens in a year, in civil time before the
                         change */
	enum { TZ_JULIAN, TZ_DAY, TZ_MONTH } kind; /* Jn: without 29 February; n: from 0; Mm.w.d */
	int day, month, week, weekday;             /* weekday: 0 is Sunday */
	int32_t second;                            /* of the day; may be negative or past its end */
};

struct tz {
	const int64_t *at;     /* UTC seconds of the transitions, ascending */
	const int32_t *offset; /* offset[i] is valid from at[i] */
	size_t count;
	int32_t first_offset; /* before at[0] */
	bool has_footer;
	bool footer_has_dst;
	int32_t footer_standard, footer_summer;
	struct tz_date_rule to_summer, to_standard;
};

struct tz_segment {
	int64_t from_s, until_s; /* UTC; INT64_MIN and INT64_MAX: unbounded */
	int32_t offset_s;
};

/* *out refers to mem. ERR_REJECT ("bad_zone") says what is wrong. */
int tzif_parse(struct str bytes, struct arena *mem, struct tz *out, struct err *e) ERR_MUST_USE;

/* The longest segment of one offset around the moment. */
struct tz_segment tz_segment_at(const struct tz *z, int64_t utc_s);

enum tz_fit { TZ_ONCE, TZ_GAP, TZ_TWICE };
/* Converts a civil second to UTC. out[0] is the first moment; out[1] the second one in an overlap.
 * In a gap, out[0] is the first valid moment, that of the change. */
enum tz_fit tz_resolve(const struct tz *z, int64_t civil_s, int64_t out[2]);

extern const struct tz tz_utc;

#endif
