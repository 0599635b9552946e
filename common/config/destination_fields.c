/* SPDX-License-Identifier: Apache-2.0
 * The model of a partner: all that a Destination may say, honoured or not. What of it a delivery is
 * held for is in unsupported.c. */
#include "kinds.h"

#include <stddef.h>

const char *const destination_fields[] = {"kind", "name", "description", "schema_version",
        "destination_id", "display_name", "aliases", "spec_version", "status", "effective_from",
        "audience_types", "id_kind_per_audience_type.*", "provenance.*",
        /* where and how files are put; the bucket of a route says that now */
        "route.type", "route.host", "route.port", "route.bucket", "route.prefix_template",
        "route.credential_ref", "route.auth", "route.atomic_publish", "route.host_key_sha256",
        "route.object_acl", "route.on_exists", "route.retention_days",
        /* ids */
        "identifiers.id_type", "identifiers.form", "identifiers.normalization",
        "identifiers.column", "identifiers.required", "identifier_mixing",
        "min_identifiers_per_row", "bridge.bridge_id", "bridge.source_id", "bridge.target_id",
        "bridge.cardinality", "bridge.on_unmatched", "bridge.max_fanout", "dv_tokens.token_type",
        "dv_tokens.scope", "dv_tokens.recipient_site", "dv_tokens.use", "dv_tokens.required",
        "dv_tokens.column",
        /* rows */
        "columns.name", "columns.source", "columns.constant", "columns.max_length",
        "columns.required", "columns.type", "columns.pattern", "columns.only_for_id_type",
        "header_row", "column_order_significant", "extra_columns_allowed", "format.container",
        "format.delimiter", "format.quote_mode", "format.quote_char", "format.encoding",
        "format.bom", "format.newline", "format.final_newline", "format.embedded_newline",
        "format.unicode_form", "format.control_chars", "format.formula_guard",
        "format.segment_layout", "format.segment_list_separator", "format.sort", "format.dedupe",
        "segment_naming.root", "segment_naming.separator", "segment_naming.max_depth",
        "segment_naming.hedged_wording",
        /* files */
        "limits.min_rows", "limits.max_rows_per_file", "limits.max_bytes_uncompressed",
        "limits.max_columns", "limits.max_line_chars", "limits.max_segment_name_chars",
        "limits.split", "limits.split_allowed_with_replace", "limits.files_per_second",
        "limits.tasks_in_flight", "limits.deliveries_per_hour", "limits.deliveries_per_day",
        "naming.data_template", "naming.part_format", "naming.time_zone",
        "naming.single_file_has_part", "naming.allowed_pattern", "naming.max_length",
        "packaging.compression", "packaging.single_gzip_member", "packaging.encryption",
        "packaging.pgp_public_key_ref", "packaging.order", "packaging.checksum",
        "packaging.checksum_delivery", "manifest.template", "completion.kind",
        "completion.name_template", "completion.written", "completion.fields",
        "consent.parts_without_marker",
        /* when, and what is said besides */
        "refresh.mode", "refresh.delete_by", "refresh.ttl_seconds", "refresh.cadence",
        "refresh.on_empty", "refresh.baseline", "refresh.max_shrink", "refresh.max_growth",
        "metadata.kind", "metadata.delivery", "metadata.required_columns", "metadata.container",
        "metadata.name_template", "metadata.content", "metadata.when", "metadata.versioned_by",
        "metadata.requires_approval", "metadata.immutable_after_distribution",
        "privacy.min_audience_size.DTC", "privacy.min_audience_size.HCP",
        "privacy.min_audience_size.NPI_TO_DTC", "privacy.suppress_states_dtc",
        "privacy.suppress_unknown_state", "privacy.zip_precision", "privacy.count_on",
        "privacy.forbidden_columns", "privacy.deidentification_basis.*", "privacy.basis_ref",
        "validation.verify_after_upload", "validation.max_reject_rate",
        "validation.reparse_written_file", "feedback.channels.channel",
        "feedback.channels.location", "feedback.channels.rate_kind",
        "feedback.channels.denominator", "feedback.channels.matched_unit",
        "feedback.channels.expected_after_hours", "feedback.channels.join_key",
        "feedback.channels.mapping.*", NULL};

/* Somebody might rely on these. Names and sources of what is written here are for people and are no
 * such thing. */
const char *const destination_idle[] = {"effective_from", "id_kind_per_audience_type", "route",
        "identifiers.id_type", "identifiers.column", "identifiers.required", "identifier_mixing",
        "bridge.bridge_id", "bridge.source_id", "bridge.target_id", "packaging.order",
        "refresh.cadence", "feedback", NULL};
