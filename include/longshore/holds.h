/* SPDX-License-Identifier: Apache-2.0
 * Why a delivery is held, and what releases it: one row per reason. The scheduler, the command line
 * and docs/OPERATING.md (./dev pages) read the same rows. */
#ifndef LONGSHORE_HOLDS_H
#define LONGSHORE_HOLDS_H

#include "longshore/str.h"

#include <stdbool.h>

/* Who releases it: a person who approves, a person who corrects something and resumes, or nobody,
 * because it ends by itself. */
enum hold_end { HOLD_APPROVE, HOLD_RESUME, HOLD_ITSELF };

/* ROW(NAME, word, end, command, note, meaning, release)
 * command: {} stands for the delivery, # for the selection that the person saw; empty if no answer
 * is needed. note: what `status` prints below the command; for a hold that ends by itself, when it
 * ends. meaning and release: the page's columns.
 * The gate's findings come first, in the order of its checks. If there are several, the first is
 * the reason. */
#define HOLD_ROWS(ROW) \
	ROW(BELOW_FLOOR, "below_floor", RESUME, "longshore resume {}", \
	        "first: other people in the source, or their bridge", \
	        "fewer people than `LONGSHORE_MIN_AUDIENCE` (25 by default), the floor of this " \
	        "installation. Documents can only raise it, and an approval cannot go below it. " \
	        "A selection of nobody is held for one of the other reasons", \
	        "other people in the source (or their bridge), then `resume`; `reject` and " \
	        "`cancel` end it") \
	ROW(SUPPRESSION_INVALID, "suppression_invalid", APPROVE, "longshore approve {}#", \
	        "or correct the list, and longshore resume instead", \
	        "more rows of a suppression list than its `max_invalid` cannot be ids, so they " \
	        "suppress nobody. The detail names the first few", \
	        "`approve`; or correct the list and `resume`") \
	ROW(SUPPRESSION_EMPTY, "suppression_empty", APPROVE, "longshore approve {}#", \
	        "or put the list there, and longshore resume instead", \
	        "a suppression list has no id, and its document does not say `may_be_empty`", \
	        "`approve`; or put the list there and `resume`") \
	ROW(SUPPRESSION_SHRUNK, "suppression_shrunk", APPROVE, "longshore approve {}#", \
	        "or correct the list, and longshore resume instead", \
	        "a suppression list has lost more ids than its `max_shrink` since the route's " \
	        "last accepted delivery", \
	        "`approve`; or correct the list and `resume`") \
	ROW(SUPPRESSION_UNKNOWN, "suppression_unknown", APPROVE, "longshore approve {}#", \
	        "or correct the list, and longshore resume instead", \
	        "the bridge knows fewer ids of a list than its `min_known`: they are probably " \
	        "written or hashed differently", \
	        "`approve`; or correct the list and `resume`") \
	ROW(EMPTY_SOURCE, "empty_source", APPROVE, "longshore approve {}#", "", \
	        "the source has no row", "`approve`") \
	ROW(ZERO_MATCH, "zero_match", APPROVE, "longshore approve {}#", "", \
	        "the bridge knows none of the rows: it is the wrong bridge, or the wrong column", \
	        "`approve`") \
	ROW(BELOW_MINIMUM, "below_minimum", APPROVE, "longshore approve {}#", "", \
	        "fewer people than a minimum, or fewer rows than the destination accepts", \
	        "`approve`") \
	ROW(ABOVE_MAXIMUM, "above_maximum", APPROVE, "longshore approve {}#", "", \
	        "more records (rows of the files) than the route's `guards.max_size`", \
	        "`approve`") \
	ROW(LOW_MATCH_RATE, "low_match_rate", APPROVE, "longshore approve {}#", "", \
	        "the bridge knows too few of the rows: is it from the right day? A row whose id " \
	        "cannot be an id counts as not matched", \
	        "`approve`") \
	ROW(SUDDEN_CHANGE, "sudden_change", APPROVE, "longshore approve {}#", "", \
	        "more members were added or removed since the last accepted delivery than the " \
	        "guards allow", \
	        "`approve`") \
	ROW(APPROVAL, "approval", APPROVE, "longshore approve {}#", "", \
	        "the route asks for an approval of each delivery", "`approve`") \
	ROW(BLACKOUT, "blackout", ITSELF, "", "at the end of the blackout", \
	        "nothing is sent at this time of the week. Uploads that wait for a place or for " \
	        "their bucket when it begins wait for its end, too: the delivery stays " \
	        "`uploading`, and the detail says until when. Uploads that were issued finish", \
	        "itself, at its end") \
	ROW(PAUSED, "paused", RESUME, "longshore resume {}", \
	        "first: apply the route without paused", "the route is paused", \
	        "`apply` without `paused`, then `resume`") \
	ROW(DRAFT, "draft", RESUME, "longshore resume {}", \
	        "first: apply the destination without status: draft, once the partner has " \
	        "confirmed it", \
	        "the destination says `status: draft`: nobody has confirmed what it asks for. A " \
	        "`dry_run` goes on", \
	        "`apply` it with `status: confirmed`, then `resume`") \
	ROW(UNSUPPORTED, "unsupported", RESUME, "longshore resume {}", \
	        "first: apply a configuration without what the reason names", \
	        "`unsupported(property)`: the configuration asks for something that is not " \
	        "supported yet, or that cannot be carried out. Everything but " \
	        "`max_rows_per_file`, `format.dedupe` and names that depend on the number of " \
	        "parts is found before anything is read", \
	        "`apply` another configuration, then `resume`") \
	ROW(NAME_CONFLICT, "name_conflict", RESUME, "longshore resume {} --resend#", \
	        "first: move the other file away, or apply another template; or --adopt, if " \
	        "their file stands for ours", \
	        "a file already has the name of one of ours: somebody else's, or another " \
	        "delivery's, and the template has no `{label}` to change. Nothing is overwritten", \
	        "move the other file away (or `apply` another template), then `resume --resend`; " \
	        "`--adopt` if their file stands for ours") \
	ROW(UNCERTAIN, "uncertain", RESUME, "longshore resume {} --adopt#", \
	        "first: ask the partner; --adopt if it arrived, --resend if it did not", \
	        "a file may or may not have arrived: somebody removed its temporary, or, at a " \
	        "drop on NFS, its uploader was killed in the middle of the commit", \
	        "ask the partner, then `resume --adopt` (it arrived) or `--resend` (it did not)") \
	ROW(DROP_CHANGED, "drop_changed", RESUME, "longshore resume {}", \
	        "first: mount the drop again; or --new-place, if what is there now is right", \
	        "the directory at the bucket's URL is not the one that files went to before, or " \
	        "none is mounted. Nothing was put there; the detail names the host that looked", \
	        "mount the drop again, then `resume`; `resume --new-place` if the new directory " \
	        "is right from now on, for all deliveries to this bucket") \
	ROW(CREDENTIALS, "credentials", RESUME, "longshore resume {}", \
	        "first: correct the credentials", \
	        "the destination refused our key. Not for drops that are directories", \
	        "correct it, then `resume`") \
	ROW(SOURCE_MISSING, "source_missing", ITSELF, "", \
	        "when the source is there, and complete", \
	        "the source is not there, or not complete yet: its marker is missing, it changes " \
	        "while it is read, or its last row is cut off or has no line end although it was " \
	        "changed a moment ago", \
	        "itself, once it is complete; if the URL was wrong: `apply`, then `resume`") \
	ROW(STALE_BRIDGE, "stale_bridge", ITSELF, "", \
	        "when the bridge was built: longshore bridge build", \
	        "the bridge has no version, or only an old one", "itself, after `bridge build`") \
	ROW(SUPPRESSION_STALE, "suppression_stale", ITSELF, "", "when a newer list is there", \
	        "an object of a suppression list is older than its `max_age_hours` or its time " \
	        "is in the future, or the result of a look at the lists came too late to count", \
	        "itself, once a newer list is there; Longshore looks again") \
	ROW(OVERLAP, "overlap", ITSELF, "", "when the other delivery of the route is over", \
	        "another delivery of the route is under way", "itself, after that one") \
	ROW(QUOTA, "quota", ITSELF, "", \
	        "in the next hour or day (UTC); sooner after applying a higher limit, by " \
	        "longshore resume", \
	        "in this hour or day, as many deliveries of the tenant, or of the tenant to this " \
	        "destination, have begun as `limits` allow", \
	        "itself, in the next hour or day (UTC); sooner: `apply` a higher limit, then " \
	        "`resume`")

#define HOLD_NAME(NAME, ...) HOLD_##NAME,
enum hold { HOLD_ROWS(HOLD_NAME) HOLDS };
#undef HOLD_NAME

struct hold_row {
	const char *word;
	enum hold_end end;
	const char *command, *note, *meaning, *release;
};
extern const struct hold_row holds[HOLDS];

/* The row of a status's reason, which may have a property in brackets. NULL: not a hold. */
const struct hold_row *hold_of(struct str reason);

#endif
