/* SPDX-License-Identifier: Apache-2.0
 *
 * A spec: the whole configuration of a delivery (or a build) by value, frozen when it was
 * requested. Every task carries it, so a configuration change never affects a delivery in flight.
 *
 * Form: JSON, keys sorted, compact, UTF-8, integers only (ratios are parts per million), no
 * defaults. Its hash is SHA-256 over those bytes. spec_parse rejects any other form.
 */
#ifndef LONGSHORE_SPEC_H
#define LONGSHORE_SPEC_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/formats.h"
#include "longshore/sha256.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stdint.h>

enum spec_kind { SPEC_DELIVERY, SPEC_BUILD };
enum cardinality { CARDINALITY_1_1, CARDINALITY_N_1 };
enum approval_rule { APPROVAL_NONE, APPROVAL_ALWAYS };
enum completion_kind { COMPLETION_NONE, COMPLETION_SUCCESS_FILE };

/* Objects of one format: one object, or all below a prefix (the URL ends in a slash). */
struct spec_source {
	struct str url;
	struct str credential, host_key; /* for a server; empty: none */
	enum source_format format;
	char delimiter;          /* ','; CSV only */
	struct str ready_marker; /* name below the prefix that marks it complete, or empty */
	int64_t quiet_seconds;   /* no object changed for this long; 0 = no wait */
	bool read_partial;       /* include files that look half-written (source.h) */
};

struct spec_filter { /* rows with another value in the column are `filtered` */
	struct str column;
	struct str *values;
	size_t values_count;
};

struct spec_audience {
	struct str name;
	struct str type;    /* DTC, HCP, NPI_TO_DTC */
	struct str segment; /* name of its only segment; may be empty */
	struct spec_source source;
	struct str id_column;
	struct str id_kind;      /* patient_id, npi, ...; must equal the bridge's from_kind */
	struct str state_column; /* for destination.suppress_states; empty = none */
	struct spec_filter *filters;
	size_t filters_count;
	int64_t min_size;
};

struct spec_bridge_column { /* one column of a record, primary id first */
	struct str name;    /* throtle_id; destination columns refer to it */
	struct str column;  /* in the partner's file */
	int64_t max_length; /* bytes */
};

struct spec_bridge {
	struct str name;
	struct spec_source source;
	struct str from_column;
	struct str from_kind;
	struct spec_bridge_column *columns;
	size_t columns_count;
	enum cardinality cardinality;
	int64_t max_age_hours; /* 0 = any age */
	/* Checks of a build. If one fails, the last version stays. Parts per million: */
	int64_t max_invalid_ppm; /* rows without a usable id, of all rows; default 50000, 5 % */
	int64_t max_shrink_ppm; /* decrease of persons since the last version; default 500000, 50 % */
	struct str recipient;   /* part of the version's identity */
};

struct spec_column { /* one output column */
	struct str name;
	struct str source; /* a bridge column's name; empty when is_constant */
	struct str constant;
	bool is_constant;
	int64_t max_length; /* characters; 0 = no limit. A longer value fails the delivery, */
	bool is_required;   /* and so does an empty value if this is set */
};

struct spec_destination {
	struct str name;
	struct spec_column *columns;
	size_t columns_count;
	enum file_format format;
	bool header_row; /* default true; this and the next three: CSV only */
	char delimiter;  /* ',' */
	enum quote_mode quote_mode;
	bool crlf; /* newline: crlf */
	enum compression compression;
	int64_t max_rows_per_file; /* 0 = one file */
	int64_t min_rows;          /* of the whole delivery */
	struct str data_template;  /* tokens: see common/config/rules.c */
	struct str part_format;    /* digits of {part}: "00001" means five; counts from 1 */
	struct str manifest_template, marker_template; /* empty = none */
	enum completion_kind completion;
	struct str time_zone;      /* for {yyyymmdd} {hhmmss}; default "UTC" */
	bool parts_without_marker; /* allows several parts without a marker */
	bool one_row_a_primary;    /* rows lack columns of the record and must not repeat */
	bool is_draft;             /* not yet confirmed by anybody: nothing is sent */
	int64_t min_audience_size;
	struct str *suppress_states;
	size_t suppress_states_count;
	bool suppress_unknown_state;
};

struct spec_bucket {
	struct str name, url;            /* the drop: file:///... or sftp://... */
	struct str credential, host_key; /* for a server; empty: none */
	bool others_may_delete;          /* others may remove temporaries there */
};

enum { GUARD_OFF = -1 };

/* Ratios in parts per million. GUARD_OFF: not set, so not guarded. 0 tolerates nothing. */
struct spec_guards {
	int64_t min_size, max_size; /* strictest of all; of min(persons, primary ids); 0 = none */
	int64_t max_shrink_ppm;     /* removed members / members of the last accepted delivery */
	int64_t max_growth_ppm;     /* added members / the same */
	int64_t max_change_ppm;     /* added and removed members together / the same */
	int64_t min_match_rate_ppm; /* matched rows / rows that were read and not filtered */
};

struct spec_suppression {
	struct str name;
	struct spec_source source;
	struct str id_column;  /* ids of the audience's id_kind */
	int64_t max_age_hours; /* 0 = any age */
	/* If a list fails a check, the delivery is held for approval. Parts per million: */
	int64_t max_invalid_ppm; /* rows that cannot be ids, of all rows; default 0 */
	int64_t max_shrink_ppm; /* decrease of ids since the last accepted delivery; GUARD_OFF: none */
	int64_t min_known_ppm; /* ids that the bridge knows, of all ids; default 10000, 1 % */
	bool may_be_empty;
};

struct spec_limits {
	int64_t files_per_second_milli; /* per destination and tenant, in thousandths; 0 = no limit */
	int64_t tenant_tasks;           /* tasks in flight; 0 = no limit; default 1,000 */
	int64_t destination_tasks;      /* default 250 */
	int64_t tenant_per_hour;        /* deliveries that may start uploading, UTC; 0 = no limit */
	int64_t tenant_per_day;
	int64_t destination_per_hour; /* the tenant's, at the destination */
	int64_t destination_per_day;
	int64_t attempts;    /* most issues of a task, default 8 */
	int64_t hold_hours;  /* until a hold expires, default 720 */
	int64_t slice_bytes; /* inspect cuts at record boundaries near this size, default 64 MiB */
};

struct spec_blackout { /* civil time in the route's zone; minutes since Monday 00:00 */
	int64_t from_minute, to_minute;
};

struct spec {
	enum spec_kind kind;
	struct str tenant;
	struct str route; /* deliveries only, like all below except bridge */
	struct str mode;  /* full */
	struct spec_audience audience;
	struct spec_bridge bridge; /* deliveries and builds */
	struct spec_destination destination;
	struct spec_bucket bucket;
	struct spec_guards guards;
	struct spec_suppression *suppressions;
	size_t suppressions_count;
	struct spec_limits limits;
	enum approval_rule approval;
	bool dry_run; /* ends after the gate: completed(dry_run) */
	bool paused;
	struct str zone; /* the route's time zone */
	struct spec_blackout *blackouts;
	size_t blackouts_count;
	struct str *unsupported; /* requested properties that are not supported yet */
	size_t unsupported_count;
};

enum { SPEC_MAX_BYTES = 1024 * 1024, SPEC_BY_VALUE_MAX = 64 * 1024 };
enum { SPEC_FILTERS_MAX = 32, SPEC_RECORD_MAX = 16, SPEC_KIND_MAX = 255 }; /* in workers */

/* *out lives in mem. ERR_REJECT ("bad_spec") names the JSON path. Pure. */
int spec_parse(struct str json, struct arena *mem, struct spec *out, struct err *e) ERR_MUST_USE;

/* Resolves applied documents, which are the bodies of conf.document rows, into canonical JSON.
 * Pure. ERR_REJECT ("bad_configuration") names document and path. */
struct spec_document {
	struct str kind, tenant, name;
	struct str body; /* the document as canonical JSON */
};
int spec_resolve(struct str tenant, struct str route, const struct spec_document *documents,
        size_t count, struct arena *mem, struct str *out_json, char out_hash[SHA256_HEX],
        struct err *e) ERR_MUST_USE;
int spec_resolve_build(struct str tenant, struct str bridge, const struct spec_document *documents,
        size_t count, struct arena *mem, struct str *out_json, char out_hash[SHA256_HEX],
        struct err *e) ERR_MUST_USE;

#endif
