/* SPDX-License-Identifier: Apache-2.0 */
#include "counts.h"

#include <stddef.h>

static const struct {
	const char *name, *meaning;
} counts[] = {{"rows_read", "rows read from the source"}, {"invalid", "rows without a valid id"},
        {"filtered", "rows left out by the audience's filters"},
        {"unmatched", "rows whose id is not in the bridge"},
        {"matched", "rows whose id is in the bridge"},
        {"links_found", "partner records that the bridge has for these rows"},
        {"not_picked", "records left out because only one record per person is picked"},
        {"over_cap", "records left out above the cap per person"}, {"links", "records that remain"},
        {"fan_out", "additional records of the same person"},
        {"repeated", "records repeated by another row of the same person"},
        {"shared", "records repeated by another person"},
        {"chosen", "distinct records, before anybody is removed"},
        {"blocked", "records removed by states and suppression lists"},
        {"blocked_by_state", "of these, removed by the destination's states"},
        {"blocked_by_list", "of these, removed by suppression lists alone"},
        {"held_out", "records held out for comparison"},
        {"capped", "records left out above the destination's cap"},
        {"members", "records that are sent"},
        {"persons", "matched people, before anybody is removed"},
        {"primary_ids",
                "primary ids of the members; a minimum counts these or people, whichever is fewer"},
        {"unchanged", "members that the receiver already has"},
        {"changed", "members that the receiver has with other values"},
        {"added", "members that the receiver does not have"},
        {"removed", "records that the receiver has but that are no longer members"},
        {"baseline", "records that the receiver has, from the last accepted delivery"},
        {"records", "records of the bridge"}, {"pairs", "pairs of an id and a record"}};

const char *count_meaning(struct str name)
{
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (str_eq(name, str_c(counts[i].name)))
			return counts[i].meaning;
	}
	return NULL;
}
