/* SPDX-License-Identifier: Apache-2.0
 * Finds an audience's columns in an object, and applies its filters to a row. Pure. */
#ifndef BRIDGE_WORKER_AUDIENCE_H
#define BRIDGE_WORKER_AUDIENCE_H

#include "longshore/row_reader.h"
#include "longshore/spec.h"

enum { FILTERS_MAX = SPEC_FILTERS_MAX };

struct audience_columns {
	size_t count;     /* all columns of the object */
	size_t id, state; /* state: only if the audience names one */
	size_t filters[FILTERS_MAX];
};

/* ERR_REJECT: "bad_source" if a column is missing, "bad_spec" for too many filters. */
int audience_columns_find(const struct spec_audience *audience, const struct row_header *header,
        struct audience_columns *out, struct err *e) ERR_MUST_USE;

bool audience_passes(const struct spec_audience *audience, const struct audience_columns *columns,
        const struct row_record *record);

#endif
