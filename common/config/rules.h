/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules on values that no type can say. What breaks one is noted at its field.
 */
#ifndef LONGSHORE_CONFIG_RULES_H
#define LONGSHORE_CONFIG_RULES_H

#include "document.h"

/* file:///absolute/path; a drop's or prefix's ends in a slash. */
/* A place as a document names it. above: "source." or "". */
struct rule_place {
	struct str url, credential, host_key;
};
void rule_place(const struct document *doc, const char *above, const struct rule_place *place);

/* Each is a state's USPS code: a text that is none would suppress nobody. */
void rule_states(
        const struct document *doc, const char *path, const struct str *states, size_t count);

/* Tokens are known, the path stays below the drop, names of two deliveries and of two files differ.
 * out_has_others: a token of the partner's model that is not honoured yet. */
void rule_templates(
        const struct document *doc, const struct spec_destination *to, bool *out_has_others);

/* A destination's templates, with the names of the route where it is one: each is a name that a file
 * can have, and all can be at one drop. For templates that passed rule_templates. */
void rule_names(const struct document *doc, const struct spec *spec);

/* Of a destination, or of a route with all that it names: what could not be carried out together. */
void rule_together(const struct document *doc, const struct spec *spec);

/* Files that are no CSV have none of its options. */
void rule_file_format(const struct document *destination, const struct spec_destination *to);

/* What a worker would refuse after it began. */
void rule_audience_fits(const struct document *doc, const struct spec_audience *a);
void rule_bridge_fits(const struct document *doc, const struct spec_bridge *b);

/* Names of columns differ; each source is a column of the bridge. */
void rule_columns(const struct document *destination, const struct spec_destination *to);
/* Whether two records can make one row: a column of theirs is not written. *out_primary: two of one
 * primary id only, for that is. */
bool rule_rows_repeat(
        const struct spec_destination *to, const struct spec_bridge *b, bool *out_primary);
void rule_sources(const struct document *route, const struct spec_destination *to,
        const struct spec_bridge *b);

#endif
