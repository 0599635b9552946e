/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of output files from templates. docs/data.md lists the tokens. The time is the planned
 * time in the destination's zone, so a name does not depend on when or how often the work is
 * done. Pure.
 */
#ifndef SCHEDULER_NAMING_H
#define SCHEDULER_NAMING_H

#include "longshore/tz.h"

#include "longshore/spec.h"

struct naming {
	const struct spec *spec;
	const struct tz *zone;
	struct str delivery_id;
	struct str label; /* value of {label}; civil labels lose their punctuation. Empty: the
	                     planned minute, as for deliveries of old releases */
	int64_t planned_ms;
	int32_t part, parts; /* part counts from 1; 0 for other files */
};

/* ERR_REJECT ("bad_name"): an unknown token, or not a valid file name. *out is in mem. */
int naming_expand(struct str template, const struct naming *n, struct arena *mem, struct str *out,
        struct err *e) ERR_MUST_USE;

/* The value of {label} for a new delivery. A planned run: its civil label, with the UTC offset if
 * the hour occurs for the second time. A request: the second of the request, in the destination's
 * zone. */
struct naming_cause {
	struct str label, cause; /* label empty: a request */
	int64_t planned_ms;
	const struct tz *zone; /* the destination's */
};
struct str naming_label(const struct naming_cause *c, struct arena *mem);

/* True if another label changes the names of all files, except those that contain the delivery's
 * id. */
bool naming_labels_differ(const struct spec_destination *to);

/* The label for a delivery whose names are taken by another one. No other delivery has this
 * label. */
struct str naming_own_label(struct str label, struct str delivery_id, struct arena *mem);
bool naming_is_own_label(struct str label, struct str delivery_id);

#endif
