/* SPDX-License-Identifier: Apache-2.0
 * Names of the counts and facts in a result, one row each. Workers write them; the scheduler and
 * the command line read them. */
#ifndef LONGSHORE_RESULT_NAMES_H
#define LONGSHORE_RESULT_NAMES_H

#include <stddef.h>

/* ROW(NAME, word, meaning), in the order in which `longshore status` prints them. */
#define COUNT_ROWS(ROW) \
	ROW(ROWS_READ, "rows_read", "rows read from the source") \
	ROW(INVALID, "invalid", "rows without a valid id") \
	ROW(FILTERED, "filtered", "rows left out by the audience's filters") \
	ROW(UNMATCHED, "unmatched", "rows whose id is not in the bridge") \
	ROW(MATCHED, "matched", "rows whose id is in the bridge") \
	ROW(LINKS_FOUND, "links_found", "partner records that the bridge has for these rows") \
	ROW(NOT_PICKED, "not_picked", \
	        "records left out because only one record per person is picked") \
	ROW(OVER_CAP, "over_cap", "records left out above the cap per person") \
	ROW(LINKS, "links", "records that remain") \
	ROW(FAN_OUT, "fan_out", "additional records of the same person") \
	ROW(REPEATED, "repeated", "records repeated by another row of the same person") \
	ROW(SHARED, "shared", "records repeated by another person") \
	ROW(PERSONS, "persons", "matched people, before anybody is removed") \
	ROW(CHOSEN, "chosen", "distinct records, before anybody is removed") \
	ROW(BLOCKED, "blocked", "records removed by states and suppression lists") \
	ROW(BLOCKED_BY_STATE, "blocked_by_state", "of these, removed by the destination's states") \
	ROW(BLOCKED_BY_LIST, "blocked_by_list", "of these, removed by suppression lists alone") \
	ROW(HELD_OUT, "held_out", "records held out for comparison") \
	ROW(CAPPED, "capped", "records left out above the destination's cap") \
	ROW(MEMBERS, "members", "records that are sent") \
	ROW(PRIMARY_IDS, "primary_ids", \
	        "primary ids of the members; a minimum counts these or people, whichever is " \
	        "fewer") \
	ROW(BASELINE, "baseline", \
	        "records that the receiver has, from the last accepted delivery") \
	ROW(UNCHANGED, "unchanged", "members that the receiver already has") \
	ROW(CHANGED, "changed", "members that the receiver has with other values") \
	ROW(ADDED, "added", "members that the receiver does not have") \
	ROW(REMOVED, "removed", "records that the receiver has but that are no longer members") \
	ROW(RECORDS, "records", "records of the bridge") \
	ROW(PAIRS, "pairs", "pairs of an id and a record")

/* ROW(NAME, word, meaning). The fact of a list has a dot and the list's name after its word. */
#define FACT_ROWS(ROW) \
	ROW(SOURCE_HASH, "source_hash", "hash of what the objects of the source were") \
	ROW(HIDDEN, "hidden", "objects that were not read because of a dot or an underscore") \
	ROW(PARTIAL, "partial", "objects that were not read because they look half-written") \
	ROW(SLICES, "slices", "slices of the source") \
	ROW(INVALID_AT, "invalid_at", "where the first invalid rows are") \
	ROW(CONTENT_HASH, "content_hash", "hash of the selection") \
	ROW(BASELINE_HASH, "baseline_hash", "hash of the selection that it was compared with") \
	ROW(APPROVED_ADDED, "approved_added", "members that an approved selection lacks") \
	ROW(WITHHELD_BELOW, "withheld_below", "the floor below which the worker wrote no members") \
	ROW(SUPPRESSION_IDS, "suppression_ids", "ids of all suppression lists") \
	ROW(SUPPRESSION_KNOWN, "suppression_known", "of these, ids that the bridge knows") \
	ROW(LIST_IDS, "list_ids", "ids of a suppression list") \
	ROW(LIST_INVALID, "list_invalid", "rows of a suppression list that cannot be ids") \
	ROW(LIST_KNOWN, "list_known", "ids of a suppression list that the bridge knows") \
	ROW(LIST_INVALID_AT, "list_invalid_at", "where the first invalid rows of a list are") \
	ROW(BRIDGE_VERSION, "bridge_version", "the version that was built") \
	ROW(KEY_EPOCH, "key_epoch", "the epoch of its fingerprint key") \
	ROW(ROWS, "rows", "rows of the partner's files") \
	ROW(DUPLICATES, "duplicates", "rows that repeat another one") \
	ROW(PLAIN_SHA256, "plain_sha256", "hash of a file before it was compressed") \
	ROW(PLAIN_BYTES, "plain_bytes", "its size before it was compressed") \
	ROW(ENCODER, "encoder", "what compressed it") \
	ROW(MD5, "md5", "hash of the file") \
	ROW(CRC32C, "crc32c", "checksum of the file") \
	ROW(VISIBLE, "visible", "`true`: the file is at the drop") \
	ROW(PLACE, "place", "identity of the drop that the file was put into") \
	ROW(PLACE_BY, "place_by", "`person`: a person's answer named the place") \
	ROW(PLACE_WANTED, "place_wanted", "identity of the drop that the task named") \
	ROW(PLACE_FOUND, "place_found", "identity of the drop that was there")

#define RESULT_NAME(NAME, ...) extern const char COUNT_##NAME[];
COUNT_ROWS(RESULT_NAME)
#undef RESULT_NAME
#define RESULT_NAME(NAME, ...) extern const char FACT_##NAME[];
FACT_ROWS(RESULT_NAME)
#undef RESULT_NAME

struct result_name {
	const char *word, *meaning;
};
extern const struct result_name result_counts[], result_facts[];
extern const size_t result_counts_count, result_facts_count;

#endif
