/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of output files from templates. Tokens: {tenant} {audience} {route} {destination}
 * {yyyymmdd} {hhmmss} {label} {delivery} {part} {parts}. The time is the planned one in the
 * destination's zone, so a name never depends on when or how often the work is done. {label} is the
 * civil label without punctuation (20260131T0600). Pure.
 */
#ifndef SCHEDULER_NAMING_H
#define SCHEDULER_NAMING_H

#include "longshore/tz.h"

#include "longshore/spec.h"

enum { NAMING_MAX_BYTES = 512 };

struct naming {
	const struct spec *spec;
	const struct tz *zone;
	struct str delivery_id;
	struct str label; /* of the cadence; empty: the planned time says it */
	int64_t planned_ms;
	int32_t part, parts; /* part from 1; 0 for files that are no part */
};

/* ERR_REJECT ("bad_name"): unknown token, or the result is no relative path of plain components.
 * *out in mem. */
int naming_expand(struct str template, const struct naming *n, struct arena *mem, struct str *out,
        struct err *e) ERR_MUST_USE;

#endif
