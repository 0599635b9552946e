/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables only: for each struct of a spec, the rows of fields/ that fill it. The values that a spec
 * leaves out are part of its hash. Changing a default changes the meaning of stored specs, so
 * don't.
 */
#include "spec_shape.h"

#include "fields/begin.h"
#include "shape.h"

/* The order of the includes matters. */
/* clang-format off */

/* A struct embedded in a struct. */
#define WITHIN(S, member, of) \
	{.name = #member, .kind = SHAPE_OBJECT, .offset = offsetof(struct S, member), .shape = &(of)},
#define END {.name = NULL}

#define URL_IS_REQUIRED true
static const struct field source_fields[] = {
#define IN_SOURCE(...) FIELD_ROW(SOURCE, spec_source, __VA_ARGS__)
#include "fields/none.def"
#include "fields/source.def"
#include "fields/end.def"
	END,
};
#undef URL_IS_REQUIRED
static const struct shape source = {source_fields, sizeof(struct spec_source)};

/* A build has no audience, and a part of a spec can lack its source. spec.c checks where one is
 * required. */
#define URL_IS_REQUIRED false
static const struct field optional_source_fields[] = {
#define IN_SOURCE(...) FIELD_ROW(SOURCE, spec_source, __VA_ARGS__)
#include "fields/none.def"
#include "fields/source.def"
#include "fields/end.def"
	END,
};
#undef URL_IS_REQUIRED
static const struct shape optional_source = {optional_source_fields, sizeof(struct spec_source)};

static const struct field filter_fields[] = {
#define IN_FILTER(...) FIELD_ROW(FILTER, spec_filter, __VA_ARGS__)
#include "fields/none.def"
#include "fields/audience.def"
#include "fields/end.def"
	END,
};
const struct shape shape_filter = {filter_fields, sizeof(struct spec_filter)};

static const struct field audience_fields[] = {
#define IN_AUDIENCE(...) FIELD_ROW(AUDIENCE, spec_audience, __VA_ARGS__)
#include "fields/none.def"
#include "fields/audience.def"
#include "fields/end.def"
	WITHIN(spec_audience, source, optional_source)
	END,
};
static const struct shape audience = {audience_fields, sizeof(struct spec_audience)};

static const struct field record_fields[] = {
#define IN_RECORD(...) FIELD_ROW(RECORD, spec_bridge_column, __VA_ARGS__)
#include "fields/none.def"
#include "fields/bridge.def"
#include "fields/end.def"
	END,
};
const struct shape shape_record = {record_fields, sizeof(struct spec_bridge_column)};

static const struct field bridge_fields[] = {
#define IN_BRIDGE(...) FIELD_ROW(BRIDGE, spec_bridge, __VA_ARGS__)
#include "fields/none.def"
#include "fields/bridge.def"
#include "fields/end.def"
	WITHIN(spec_bridge, source, optional_source)
	END,
};
static const struct shape bridge = {bridge_fields, sizeof(struct spec_bridge)};

static const struct field column_fields[] = {
#define IN_COLUMN(...) FIELD_ROW(COLUMN, spec_column, __VA_ARGS__)
#include "fields/none.def"
#include "fields/destination.def"
#include "fields/end.def"
	END,
};
const struct shape shape_column = {column_fields, sizeof(struct spec_column)};

static const struct field destination_fields[] = {
#define IN_DESTINATION(...) FIELD_ROW(DESTINATION, spec_destination, __VA_ARGS__)
#include "fields/none.def"
#include "fields/destination.def"
#include "fields/end.def"
	END,
};
static const struct shape destination = {destination_fields, sizeof(struct spec_destination)};

static const struct field bucket_fields[] = {
#define IN_BUCKET(...) FIELD_ROW(BUCKET, spec_bucket, __VA_ARGS__)
#include "fields/none.def"
#include "fields/bucket.def"
#include "fields/end.def"
	END,
};
static const struct shape bucket = {bucket_fields, sizeof(struct spec_bucket)};

static const struct field guards_fields[] = {
#define IN_GUARDS(...) FIELD_ROW(GUARDS, spec_guards, __VA_ARGS__)
#include "fields/none.def"
#include "fields/destination.def"
#include "fields/route.def"
#include "fields/end.def"
	END,
};
static const struct shape guards = {guards_fields, sizeof(struct spec_guards)};

static const struct field suppression_fields[] = {
#define IN_SUPPRESSION(...) FIELD_ROW(SUPPRESSION, spec_suppression, __VA_ARGS__)
#include "fields/none.def"
#include "fields/suppression.def"
#include "fields/end.def"
	WITHIN(spec_suppression, source, source)
	END,
};
const struct shape shape_suppression = {suppression_fields, sizeof(struct spec_suppression)};

static const struct field limits_fields[] = {
#define IN_LIMITS(...) FIELD_ROW(LIMITS, spec_limits, __VA_ARGS__)
#include "fields/none.def"
#include "fields/tenant.def"
#include "fields/destination.def"
#include "fields/route.def"
#include "fields/end.def"
	END,
};
static const struct shape limits = {limits_fields, sizeof(struct spec_limits)};

static const struct field blackout_fields[] = {
#define IN_BLACKOUT(...) FIELD_ROW(BLACKOUT, spec_blackout, __VA_ARGS__)
#include "fields/none.def"
#include "fields/route.def"
#include "fields/end.def"
	END,
};
const struct shape shape_blackout = {blackout_fields, sizeof(struct spec_blackout)};

static const struct field spec_fields[] = {
#define IN_SPEC(...) FIELD_ROW(SPEC, spec, __VA_ARGS__)
#include "fields/none.def"
#include "fields/route.def"
#include "fields/end.def"
	WITHIN(spec, audience, audience)
	WITHIN(spec, bridge, bridge)
	WITHIN(spec, destination, destination)
	WITHIN(spec, bucket, bucket)
	WITHIN(spec, guards, guards)
	WITHIN(spec, limits, limits)
	END,
};
const struct shape spec_shape = {spec_fields, sizeof(struct spec)};
