/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of a spec: every member of its structs, built from the rows of fields/.
 */
#ifndef LONGSHORE_CONFIG_SPEC_SHAPE_H
#define LONGSHORE_CONFIG_SPEC_SHAPE_H

#include "shape.h"

extern const struct shape spec_shape;
/* Items of its lists. */
extern const struct shape shape_filter, shape_record, shape_column, shape_suppression,
        shape_blackout;

/* Limits and defaults that documents share with the spec. */
enum {
	SPEC_QUIET_SECONDS_MAX = 31 * 86400,
	SPEC_HOURS_MAX = 24 * 366 * 100,
	SPEC_TASKS_MAX = 1000 * 1000,
	SPEC_TENANT_TASKS = 1000, /* so that no tenant can occupy all workers */
	SPEC_DESTINATION_TASKS = 250,
	SPEC_QUOTA_MAX = 1000 * 1000,
	SPEC_ATTEMPTS_MAX = 1000,
	SPEC_RECORD_COLUMN_MAX = 65536,
	SPEC_WEEK_MINUTES = 7 * 1440,
};
#define SPEC_SLICE_BYTES_MAX (INT64_C(1) << 40)

enum {
	SPEC_ATTEMPTS = 8,
	SPEC_HOLD_HOURS = 720,
	SPEC_MIN_KNOWN_PPM = 10000,
	SPEC_BRIDGE_INVALID_PPM = 50000,
	SPEC_BRIDGE_SHRINK_PPM = 500000,
	SPEC_SLICE_BYTES = 64 * 1024 * 1024,
	SPEC_SLICE_BYTES_MIN = 64,
};

enum { CADENCE_CATCHUP_SECONDS = 86400, CADENCE_DAY_MAX = 31, CADENCE_QUARTER_MONTHS = 3 };

#endif
