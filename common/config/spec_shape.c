/* SPDX-License-Identifier: Apache-2.0
 * A table only. Defaults are part of every spec's hash: changing one changes the meaning of stored
 * specs, so don't. */
#include "spec_shape.h"

#include "longshore/spec.h"

#include <stddef.h>

#define TEXT(S, field, ...) \
	{ \
		.name = #field, .kind = SHAPE_TEXT, .offset = offsetof(struct S, field), \
		__VA_ARGS__ \
	}
#define INT(S, field, most, ...) \
	{ \
		.name = #field, .kind = SHAPE_INT, .offset = offsetof(struct S, field), \
		.max = (most), __VA_ARGS__ \
	}
#define BOOL(S, field, ...) \
	{ \
		.name = #field, .kind = SHAPE_BOOL, .offset = offsetof(struct S, field), \
		__VA_ARGS__ \
	}
#define CHARACTER(S, field, c) \
	{ \
		.name = #field, .kind = SHAPE_CHAR, .offset = offsetof(struct S, field), \
		.preset = (c) \
	}
#define ENUM(S, field, list) \
	{ \
		.name = #field, .kind = SHAPE_ENUM, .offset = offsetof(struct S, field), \
		.words = (list) \
	}
#define OBJECT(S, field, of) \
	{ \
		.name = #field, .kind = SHAPE_OBJECT, .offset = offsetof(struct S, field), \
		.shape = &(of) \
	}
#define TEXTS(S, field) \
	{ \
		.name = #field, .kind = SHAPE_TEXTS, .offset = offsetof(struct S, field), \
		.count_offset = offsetof(struct S, field##_count) \
	}
#define OBJECTS(S, field, of, ...) \
	{ \
		.name = #field, .kind = SHAPE_OBJECTS, .offset = offsetof(struct S, field), \
		.count_offset = offsetof(struct S, field##_count), .shape = &(of), __VA_ARGS__ \
	}
#define REQUIRED .is_required = true
#define OPTIONAL .is_required = false
#define END \
	{ \
		.name = NULL \
	}

#define PPM_MAX (INT64_C(1000000) * 1000000)

static const char *const kinds[] = {"delivery", "build", NULL};
static const char *const cardinalities[] = {"1:1", "n:1", NULL};
static const char *const approvals[] = {"none", "always", NULL};
static const char *const completions[] = {"none", "success_file", NULL};

static const struct shape source = {
        (const struct shape_field[]){
                TEXT(spec_source, url, REQUIRED),
                CHARACTER(spec_source, delimiter, ','),
                TEXT(spec_source, ready_marker, OPTIONAL),
                INT(spec_source, quiet_seconds, SPEC_QUIET_SECONDS_MAX, OPTIONAL),
                BOOL(spec_source, read_partial, OPTIONAL),
                END,
        },
        sizeof(struct spec_source)};
/* A build has no audience, and a part of a spec may lack a source; spec.c checks who needs one. */
static const struct shape optional_source = {
        (const struct shape_field[]){
                TEXT(spec_source, url, OPTIONAL),
                CHARACTER(spec_source, delimiter, ','),
                TEXT(spec_source, ready_marker, OPTIONAL),
                INT(spec_source, quiet_seconds, SPEC_QUIET_SECONDS_MAX, OPTIONAL),
                BOOL(spec_source, read_partial, OPTIONAL),
                END,
        },
        sizeof(struct spec_source)};

static const struct shape filter = {(const struct shape_field[]){
                                            TEXT(spec_filter, column, REQUIRED),
                                            TEXTS(spec_filter, values),
                                            END,
                                    },
        sizeof(struct spec_filter)};

static const struct shape audience = {(const struct shape_field[]){
                                              TEXT(spec_audience, name, OPTIONAL),
                                              TEXT(spec_audience, type, OPTIONAL),
                                              TEXT(spec_audience, segment, OPTIONAL),
                                              OBJECT(spec_audience, source, optional_source),
                                              TEXT(spec_audience, id_column, OPTIONAL),
                                              TEXT(spec_audience, id_kind, OPTIONAL),
                                              TEXT(spec_audience, state_column, OPTIONAL),
                                              OBJECTS(spec_audience, filters, filter, OPTIONAL),
                                              INT(spec_audience, min_size, INT64_MAX, OPTIONAL),
                                              END,
                                      },
        sizeof(struct spec_audience)};

static const struct shape bridge_column = {
        (const struct shape_field[]){
                TEXT(spec_bridge_column, name, REQUIRED),
                TEXT(spec_bridge_column, column, REQUIRED),
                INT(spec_bridge_column, max_length, SPEC_RECORD_COLUMN_MAX, OPTIONAL),
                END,
        },
        sizeof(struct spec_bridge_column)};

static const struct shape bridge = {
        (const struct shape_field[]){
                TEXT(spec_bridge, name, OPTIONAL),
                OBJECT(spec_bridge, source, optional_source),
                TEXT(spec_bridge, from_column, OPTIONAL),
                TEXT(spec_bridge, from_kind, OPTIONAL),
                OBJECTS(spec_bridge, columns, bridge_column, OPTIONAL),
                ENUM(spec_bridge, cardinality, cardinalities),
                INT(spec_bridge, max_age_hours, SPEC_HOURS_MAX, OPTIONAL),
                INT(spec_bridge, max_invalid_ppm, 1000000, .preset = SPEC_BRIDGE_INVALID_PPM),
                INT(spec_bridge, max_shrink_ppm, 1000000, .preset = SPEC_BRIDGE_SHRINK_PPM),
                TEXT(spec_bridge, recipient, OPTIONAL),
                END,
        },
        sizeof(struct spec_bridge)};

static const struct shape column = {(const struct shape_field[]){
                                            TEXT(spec_column, name, REQUIRED),
                                            TEXT(spec_column, source, OPTIONAL),
                                            TEXT(spec_column, constant, OPTIONAL),
                                            BOOL(spec_column, is_constant, OPTIONAL),
                                            INT(spec_column, max_length, INT32_MAX, OPTIONAL),
                                            BOOL(spec_column, is_required, OPTIONAL),
                                            END,
                                    },
        sizeof(struct spec_column)};

static const struct shape destination = {
        (const struct shape_field[]){
                TEXT(spec_destination, name, OPTIONAL),
                OBJECTS(spec_destination, columns, column, OPTIONAL),
                BOOL(spec_destination, header_row, .preset = true),
                CHARACTER(spec_destination, delimiter, ','),
                ENUM(spec_destination, quote_mode, quote_modes),
                BOOL(spec_destination, crlf, OPTIONAL),
                ENUM(spec_destination, compression, compressions),
                INT(spec_destination, max_rows_per_file, INT64_MAX, OPTIONAL),
                INT(spec_destination, min_rows, INT64_MAX, OPTIONAL),
                TEXT(spec_destination, data_template, OPTIONAL),
                TEXT(spec_destination, part_format, .preset_text = "00001"),
                TEXT(spec_destination, manifest_template, OPTIONAL),
                ENUM(spec_destination, completion, completions),
                TEXT(spec_destination, marker_template, OPTIONAL),
                TEXT(spec_destination, time_zone, .preset_text = "UTC"),
                BOOL(spec_destination, parts_without_marker, OPTIONAL),
                BOOL(spec_destination, one_row_a_primary, OPTIONAL),
                BOOL(spec_destination, is_draft, OPTIONAL),
                INT(spec_destination, min_audience_size, INT64_MAX, OPTIONAL),
                TEXTS(spec_destination, suppress_states),
                BOOL(spec_destination, suppress_unknown_state, OPTIONAL),
                END,
        },
        sizeof(struct spec_destination)};

static const struct shape bucket = {(const struct shape_field[]){
                                            TEXT(spec_bucket, name, OPTIONAL),
                                            TEXT(spec_bucket, url, OPTIONAL),
                                            BOOL(spec_bucket, others_may_delete, OPTIONAL),
                                            END,
                                    },
        sizeof(struct spec_bucket)};

#define SHARE(field, most) INT(spec_guards, field, most, .min = GUARD_OFF, .preset = GUARD_OFF)

static const struct shape guards = {(const struct shape_field[]){
                                            INT(spec_guards, min_size, INT64_MAX, OPTIONAL),
                                            INT(spec_guards, max_size, INT64_MAX, OPTIONAL),
                                            SHARE(max_shrink_ppm, 1000000),
                                            SHARE(max_growth_ppm, PPM_MAX),
                                            SHARE(max_change_ppm, PPM_MAX),
                                            SHARE(min_match_rate_ppm, 1000000),
                                            END,
                                    },
        sizeof(struct spec_guards)};

static const struct shape suppression = {
        (const struct shape_field[]){
                TEXT(spec_suppression, name, REQUIRED),
                OBJECT(spec_suppression, source, source),
                TEXT(spec_suppression, id_column, REQUIRED),
                INT(spec_suppression, max_age_hours, SPEC_HOURS_MAX, OPTIONAL),
                INT(spec_suppression, max_invalid_ppm, 1000000, OPTIONAL),
                INT(spec_suppression, max_shrink_ppm, 1000000, .min = GUARD_OFF,
                        .preset = GUARD_OFF),
                INT(spec_suppression, min_known_ppm, 1000000, .preset = SPEC_MIN_KNOWN_PPM),
                BOOL(spec_suppression, may_be_empty, OPTIONAL),
                END,
        },
        sizeof(struct spec_suppression)};

static const struct shape limits = {
        (const struct shape_field[]){
                INT(spec_limits, files_per_second_milli, 1000 * 1000 * 1000, OPTIONAL),
                INT(spec_limits, tenant_tasks, SPEC_TASKS_MAX, OPTIONAL),
                INT(spec_limits, destination_tasks, SPEC_TASKS_MAX, OPTIONAL),
                INT(spec_limits, tenant_per_hour, SPEC_QUOTA_MAX, OPTIONAL),
                INT(spec_limits, tenant_per_day, SPEC_QUOTA_MAX, OPTIONAL),
                INT(spec_limits, destination_per_hour, SPEC_QUOTA_MAX, OPTIONAL),
                INT(spec_limits, destination_per_day, SPEC_QUOTA_MAX, OPTIONAL),
                INT(spec_limits, attempts, SPEC_ATTEMPTS_MAX, .min = 1, .preset = SPEC_ATTEMPTS),
                INT(spec_limits, hold_hours, SPEC_HOURS_MAX, .min = 1, .preset = SPEC_HOLD_HOURS),
                INT(spec_limits, slice_bytes, SPEC_SLICE_BYTES_MAX, .min = SPEC_SLICE_BYTES_MIN,
                        .preset = SPEC_SLICE_BYTES),
                END,
        },
        sizeof(struct spec_limits)};

static const struct shape blackout = {(const struct shape_field[]){
                                              INT(spec_blackout, from_minute, 7 * 1440, OPTIONAL),
                                              INT(spec_blackout, to_minute, 7 * 1440, OPTIONAL),
                                              END,
                                      },
        sizeof(struct spec_blackout)};

const struct shape spec_shape = {(const struct shape_field[]){
                                         ENUM(spec, kind, kinds),
                                         TEXT(spec, tenant, REQUIRED),
                                         TEXT(spec, route, OPTIONAL),
                                         TEXT(spec, mode, .preset_text = "full"),
                                         OBJECT(spec, audience, audience),
                                         OBJECT(spec, bridge, bridge),
                                         OBJECT(spec, destination, destination),
                                         OBJECT(spec, bucket, bucket),
                                         OBJECT(spec, guards, guards),
                                         OBJECTS(spec, suppressions, suppression, OPTIONAL),
                                         OBJECT(spec, limits, limits),
                                         ENUM(spec, approval, approvals),
                                         BOOL(spec, dry_run, OPTIONAL),
                                         BOOL(spec, paused, OPTIONAL),
                                         TEXT(spec, zone, .preset_text = "UTC"),
                                         OBJECTS(spec, blackouts, blackout, OPTIONAL),
                                         TEXTS(spec, unsupported),
                                         END,
                                 },
        sizeof(struct spec)};
