/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of output files from templates; docs/data.md lists the tokens. The time is the planned one in
 * the destination's zone, so a name never depends on when or how often the work is done. Pure.
 */
#ifndef SCHEDULER_NAMING_H
#define SCHEDULER_NAMING_H

#include "longshore/tz.h"

#include "longshore/spec.h"

struct naming {
	const struct spec *spec;
	const struct tz *zone;
	struct str delivery_id;
	struct str label; /* what {label} is; civil labels lose their punctuation. Empty: the
	                     planned minute, as it was of deliveries that began long ago */
	int64_t planned_ms;
	int32_t part, parts; /* part from 1; 0 for files that are no part */
};

/* ERR_REJECT ("bad_name"): unknown token, or no name that a file can have. *out in mem. */
int naming_expand(struct str template, const struct naming *n, struct arena *mem, struct str *out,
        struct err *e) ERR_MUST_USE;

/* What {label} is of a delivery that begins: of a planned run its civil label, with the offset from
 * UTC where the hour comes for the second time; of a request the second that it was made in, in the
 * destination's zone. */
struct naming_cause {
	struct str label, cause; /* label empty: a request */
	int64_t planned_ms;
	const struct tz *zone; /* the destination's */
};
struct str naming_label(const struct naming_cause *c, struct arena *mem);

/* Whether another label gives other names to all files but those that have the delivery's id. */
bool naming_labels_differ(const struct spec_destination *to);

/* The label that a delivery takes when another one has its names: no other delivery has it. */
struct str naming_own_label(struct str label, struct str delivery_id, struct arena *mem);
bool naming_is_own_label(struct str label, struct str delivery_id);

#endif
