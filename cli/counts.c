/* SPDX-License-Identifier: Apache-2.0 */
#include "counts.h"

#include <stddef.h>

static const struct {
	const char *name, *meaning;
} counts[] = {{"rows_read", "rows of the source"}, {"invalid", "rows whose id cannot be one"},
        {"filtered", "rows that the audience's filters leave out"},
        {"unmatched", "rows whose id the bridge does not know"},
        {"matched", "rows whose id the bridge knows"},
        {"links_found", "records of the partner that the bridge has for these rows"},
        {"not_picked", "records left out, since one of a person is picked"},
        {"over_cap", "records left out above the cap of a person"},
        {"links", "records that remain of them"},
        {"fan_out", "records of a person beyond the first"},
        {"repeated", "records that came again by another row of the same person"},
        {"shared", "records that came again by another person"},
        {"chosen", "different records, before anybody is taken out"},
        {"blocked", "records taken out by states and suppression lists"},
        {"blocked_by_state", "of these, by the destination's states"},
        {"blocked_by_list", "of these, by suppression lists alone"},
        {"held_out", "records kept back for a comparison"},
        {"capped", "records left out above the destination's cap"},
        {"members", "records that are sent"},
        {"persons", "people that matched, before anybody is taken out"},
        {"primary_ids",
                "ids of people behind the members; a minimum counts the fewer of people and these"},
        {"unchanged", "members that the receiver has already"},
        {"changed", "members that the receiver has otherwise"},
        {"added", "members that the receiver does not have"},
        {"removed", "records that the receiver has and that are no members any more"},
        {"baseline", "records that the receiver has: the last accepted delivery"},
        {"records", "records of the bridge"}, {"pairs", "pairs of an id and a record"}};

const char *count_meaning(struct str name)
{
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (str_eq(name, str_c(counts[i].name)))
			return counts[i].meaning;
	}
	return NULL;
}
