/* SPDX-License-Identifier: Apache-2.0
 *
 * The readers of each kind of document: what they hold goes into a spec, what is wrong is noted in
 * doc->all. A document without a body is passed over: that it is missing was noted where it was
 * named.
 */
#ifndef LONGSHORE_CONFIG_RESOLVE_H
#define LONGSHORE_CONFIG_RESOLVE_H

#include "document.h"

#include "longshore/cadence.h"

void resolve_preset(const struct documents *d, enum spec_kind kind, struct spec *out);

void resolve_tenant(const struct document *doc, struct spec *spec);
void resolve_audience(const struct document *doc, struct spec_audience *out);
void resolve_bridge(const struct document *doc, struct spec_bridge *out);
/* Reads spec->audience.type; fills guards and limits, too. */
void resolve_destination(const struct document *doc, struct spec *spec);
void resolve_bucket(const struct document *doc, struct spec_bucket *out);
void resolve_suppression(const struct document *doc, struct spec_suppression *out);
void resolve_cadence(const struct document *route, struct spec_cadence *out);
/* With all that it names. */
void resolve_route(const struct document *route, struct spec *spec);

#endif
