/* SPDX-License-Identifier: Apache-2.0
 *
 * One reader per kind of document. Each puts the values into a spec and records mistakes in
 * doc->all. A document without a body is skipped: the mistake was recorded where it was named.
 */
#ifndef LONGSHORE_CONFIG_RESOLVE_H
#define LONGSHORE_CONFIG_RESOLVE_H

#include "document.h"

#include "longshore/cadence.h"

void resolve_preset(const struct documents *d, enum spec_kind kind, struct spec *out);

void resolve_tenant(const struct document *doc, struct spec *spec);
void resolve_audience(const struct document *doc, struct spec_audience *out);
void resolve_bridge(const struct document *doc, struct spec_bridge *out);
/* Needs spec->audience.type. Also fills guards and limits. */
void resolve_destination(const struct document *doc, struct spec *spec);
void resolve_bucket(const struct document *doc, struct spec_bucket *out);
void resolve_suppression(const struct document *doc, struct spec_suppression *out);
void resolve_cadence(const struct document *route, struct spec_cadence *out);
/* Also reads all documents that the route names. */
void resolve_route(const struct document *route, struct spec *spec);

#endif
