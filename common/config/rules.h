/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules on values that types cannot express. A violation is recorded at its field.
 */
#ifndef LONGSHORE_CONFIG_RULES_H
#define LONGSHORE_CONFIG_RULES_H

#include "document.h"

/* file:///absolute/path; the path of a drop or prefix ends in a slash. */
/* A place as a document gives it. above: "source." or "". */
struct rule_place {
	struct str url, credential, host_key;
};
void rule_place(const struct document *doc, const char *above, const struct rule_place *place);

/* Each must be a USPS state code: any other text would suppress nobody. */
void rule_states(
        const struct document *doc, const char *path, const struct str *states, size_t count);

/* Checks that tokens are known, that paths stay below the drop, and that the names of two
 * deliveries and of two files differ. *out_has_others: a template has a token of the partner's
 * model that is not honoured yet. */
void rule_templates(
        const struct document *doc, const struct spec_destination *to, bool *out_has_others);

/* Checks that each name is a valid file name and that all names can exist in one drop. Uses the
 * route's names if doc is a route. Only for templates that passed rule_templates. */
void rule_names(const struct document *doc, const struct spec *spec);

/* Checks a destination, or a route with everything it names, for combinations that cannot be
 * carried out. */
void rule_together(const struct document *doc, const struct spec *spec);

/* Formats other than CSV accept none of its options. */
void rule_file_format(const struct document *destination, const struct spec_destination *to);

/* Reports what a worker would refuse after it started. */
void rule_audience_fits(const struct document *doc, const struct spec_audience *a);
void rule_bridge_fits(const struct document *doc, const struct spec_bridge *b);

/* Checks that column names differ and that each source is a column of the bridge. */
void rule_columns(const struct document *destination, const struct spec_destination *to);
/* Whether two records can give equal rows, because the rows omit a column of the bridge.
 * *out_primary: the rows contain the primary id, so only records of one primary id can. */
bool rule_rows_repeat(
        const struct spec_destination *to, const struct spec_bridge *b, bool *out_primary);
void rule_sources(const struct document *route, const struct spec_destination *to,
        const struct spec_bridge *b);

#endif
