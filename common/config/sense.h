/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds documents that are well formed but can never do what they say. They are reported on apply,
 * with a working remedy. Documents that are already applied are not checked again, so they keep
 * working as before.
 */
#ifndef LONGSHORE_CONFIG_SENSE_H
#define LONGSHORE_CONFIG_SENSE_H

#include "document.h"

/* Each checks a single document after it was read. Values that the reader has already reported are
 * skipped. */
void sense_source(const struct document *doc);
void sense_audience(const struct document *doc, const struct spec_audience *a);
void sense_bridge(const struct document *doc, const struct spec_bridge *b);
void sense_destination(const struct document *doc, const struct spec_destination *to);
void sense_quotas(const struct document *doc);
void sense_route(const struct document *route, const struct spec *spec);
/* Finds documents that a route names and that do not fit together. All of them must have been read
 * without mistakes. */
void sense_together(const struct document *route, const struct spec *spec);

/* "001": the number of the first part, as it appears in file names. */
bool sense_is_part_format(struct str text);

#endif
