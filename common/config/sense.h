/* SPDX-License-Identifier: Apache-2.0
 *
 * What is well formed and can never do what it says: told when a document is applied, with a remedy
 * that works. What is applied already is not looked at again, so that it goes on as it did.
 */
#ifndef LONGSHORE_CONFIG_SENSE_H
#define LONGSHORE_CONFIG_SENSE_H

#include "document.h"

/* Each looks at one document by itself, which was read. What is no value at all was told by the
 * reader, and is passed over here. */
void sense_source(const struct document *doc);
void sense_audience(const struct document *doc, const struct spec_audience *a);
void sense_bridge(const struct document *doc, const struct spec_bridge *b);
void sense_destination(const struct document *doc, const struct spec_destination *to);
void sense_quotas(const struct document *doc);
void sense_route(const struct document *route, const struct spec *spec);
/* What a route names and does not fit together; all of it was read without a mistake. */
void sense_together(const struct document *route, const struct spec *spec);

/* "001": the number of the first part, as it will be written. */
bool sense_is_part_format(struct str text);

#endif
