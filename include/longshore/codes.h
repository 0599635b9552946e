/* SPDX-License-Identifier: Apache-2.0
 *
 * Codes of errors that leave their process: a worker's error becomes the reason of a failed
 * delivery. One row each. Services, the scheduler and docs/OPERATING.md (./dev pages) read the same
 * rows. Errors that only their own process sees, such as a mistake in a setting, have no row here.
 */
#ifndef LONGSHORE_CODES_H
#define LONGSHORE_CODES_H

#include <stddef.h>

/* ROW(NAME, word, use, meaning, remedy)
 * use: FAILS, a delivery ends with it; HOLDS, a delivery is held for it and never fails with it
 * (longshore/holds.h); INNER, the service that receives it converts it to another code; PERSON,
 * `longshore keys init` and `doctor` print it.
 * meaning and remedy: the page's columns; SAME: as in the row above. */
#define CODE_ROWS(ROW) \
	ROW(BAD_SOURCE, "bad_source", FAILS, \
	        "a source's file cannot be read as configured: format, header, column or row", \
	        "correct the source or the document") \
	ROW(NO_DUCKDB, "no_duckdb", FAILS, \
	        "a source is in Parquet, and a bridge-worker or bridge-builder cannot load " \
	        "DuckDB's C library", \
	        "see [Parquet sources](#parquet-sources), then deliver again") \
	ROW(BAD_CSV, "bad_csv", FAILS, \
	        "a row is not valid CSV; the detail has the object and the row. Half a row at " \
	        "the end of an object is waited for (`source_missing`)", \
	        "correct the source") \
	ROW(BAD_BRIDGE, "bad_bridge", FAILS, \
	        "the partner's file contradicts the bridge's `cardinality`, has more rows " \
	        "without usable ids than `max_invalid` (such rows are left out and counted), or " \
	        "cannot be used; the detail names rows", \
	        "correct the file, apply `n:1`, or raise `max_invalid`") \
	ROW(BRIDGE_SHRUNK, "bridge_shrunk", FAILS, \
	        "the new version has far fewer people than the last one (`max_shrink`); the last " \
	        "one stays in use", \
	        "correct the file, or raise `max_shrink`, and build again") \
	ROW(BAD_ID, "bad_id", FAILS, "an id is too long for a fingerprint", "correct the file") \
	ROW(BAD_VALUE, "bad_value", FAILS, \
	        "a value is longer than its column's `max_length`, is empty although it is " \
	        "`required`, or cannot be written in this format", \
	        "correct the bridge file or the destination") \
	ROW(BAD_PLACE, "bad_place", FAILS, \
	        "a document names a place that is not below `LONGSHORE_DROP_ROOTS` or " \
	        "`LONGSHORE_SOURCE_ROOTS`, or that overlaps staging or a key directory; links " \
	        "are followed", \
	        "apply another URL; or add the directory to the setting of uploader, " \
	        "bridge-worker and bridge-builder and restart them; deliver again") \
	ROW(BAD_NAME, "bad_name", FAILS, \
	        "a file cannot have its name: at the drop, somebody else's file has the name of " \
	        "one of its directories, or a directory is a link", \
	        "have it removed, or apply another template; deliver again") \
	ROW(BAD_SPEC, "bad_spec", FAILS, "a worker cannot carry out the configuration", \
	        "correct what the detail names") \
	ROW(BAD_URL, "bad_url", FAILS, SAME, SAME) \
	ROW(TOO_LARGE, "too_large", FAILS, SAME, SAME) \
	ROW(TOO_MANY_SLICES, "too_many_slices", FAILS, "the delivery would have too many pieces", \
	        "raise `limits.slice_bytes` (small objects share a slice, up to 1,000; a source " \
	        "has at most 100,000 objects) or `limits.max_rows_per_file`") \
	ROW(TOO_MANY_PARTS, "too_many_parts", FAILS, SAME, SAME) \
	ROW(SOURCE_CHANGED, "source_changed", FAILS, \
	        "the delivery was restarted `limits.attempts` times, because a source changed " \
	        "while it was read", \
	        "make sure that the sources do not change") \
	ROW(STALE_SELECTION, "stale_selection", FAILS, SAME, SAME) \
	ROW(BRIDGE_VERSION_GONE, "bridge_version_gone", FAILS, SAME, SAME) \
	ROW(SUPPRESSION_CHANGED, "suppression_changed", FAILS, SAME, SAME) \
	ROW(SUPPRESSION_NEWER, "suppression_newer", FAILS, \
	        "a list became newer when some of the files were already visible; the others are " \
	        "not sent", \
	        "deliver again (it is a full delivery); ask the partner to ignore the files that " \
	        "the detail names") \
	ROW(DROP_UNAVAILABLE, "drop_unavailable", FAILS, \
	        "the destination or staging was away for three times `limits.attempts` tries", \
	        "correct permissions or the mount, deliver again") \
	ROW(STORE_UNAVAILABLE, "store_unavailable", FAILS, SAME, SAME) \
	ROW(TOO_OLD, "too_old", FAILS, \
	        "uploads of a file took longer than half of `LONGSHORE_KEEP_STAGED_MS`, again " \
	        "and again", \
	        "raise it for all services, deliver again") \
	ROW(DROP_UNFIT, "drop_unfit", FAILS, \
	        "the drop cannot do what is needed: keep others' files, and commit whole ones. " \
	        "It needs a rename that does not replace, or hard links; of an SFTP server also " \
	        "`fsync@openssh.com`", \
	        "use another file system, or another server") \
	ROW(CREDENTIALS, "credentials", FAILS, \
	        "an SFTP server does not accept the credential of a source, or its file " \
	        "cannot be read (an upload is held instead)", \
	        "correct it in the key directory of the service (*Places*), deliver again") \
	ROW(SPILL_FAILED, "spill_failed", FAILS, "a worker's local disk is full or not writable", \
	        "make room: `LONGSHORE_CACHE_DIR`, the temporary directory") \
	ROW(CACHE_UNUSABLE, "cache_unusable", FAILS, SAME, SAME) \
	ROW(KEY_MISSING, "key_missing", FAILS, \
	        "the fingerprint key of the epoch of the delivery's bridge version is missing", \
	        "see *Keys*: bring `fingerprint-<epoch>.key` back, or build the bridge and " \
	        "deliver again") \
	ROW(VERIFY_FAILED, "verify_failed", FAILS, \
	        "the partner's side has other bytes than were written", \
	        "check the drop's file system") \
	ROW(DROP_CHANGED, "drop_changed", FAILS, \
	        "files of one delivery were put into two directories, because the drop was " \
	        "mounted or unmounted meanwhile", \
	        "make sure that the bucket is mounted, remove what is below its mount point, " \
	        "deliver again (it is a full delivery)") \
	ROW(NAME_CONFLICT, "name_conflict", FAILS, "a file is not as the ledger left it", \
	        "look at the drop") \
	ROW(UNCERTAIN, "uncertain", FAILS, SAME, SAME) \
	ROW(EXISTS, "exists", FAILS, SAME, SAME) \
	ROW(GONE, "gone", FAILS, SAME, SAME) \
	ROW(NOT_FOUND, "not_found", FAILS, SAME, SAME) \
	ROW(TOO_MANY, "too_many", FAILS, SAME, SAME) \
	ROW(LEDGER_CONTENDED, "ledger_contended", FAILS, \
	        "two uploaders wanted the same file at once", "deliver again") \
	ROW(CLOSED, "closed", FAILS, SAME, SAME) \
	ROW(BOOKS, "books", FAILS, "the rows do not add up; nothing was sent", \
	        "report it, with `longshore status ID --json`") \
	ROW(POISON, "poison", FAILS, "the task killed its process `LONGSHORE_POISON_LIMIT` times", \
	        "see *Dead letters*") \
	ROW(CORRUPT, "corrupt", FAILS, \
	        "what is in staging is not what was written there: another key, a damaged disk, " \
	        "or somebody's change", \
	        "compare keys (`doctor`), look at staging, deliver again") \
	ROW(WRONG_KEY, "wrong_key", FAILS, SAME, SAME) \
	ROW(LEDGER_MISMATCH, "ledger_mismatch", FAILS, SAME, SAME) \
	ROW(STAGED_MISMATCH, "staged_mismatch", FAILS, SAME, SAME) \
	ROW(NOT_IDENTICAL, "not_identical", FAILS, SAME, SAME) \
	ROW(RESULT_UNREADABLE, "result_unreadable", FAILS, SAME, SAME) \
	ROW(SPEC_MISMATCH, "spec_mismatch", FAILS, SAME, SAME) \
	ROW(BAD_LIST, "bad_list", FAILS, SAME, SAME) \
	ROW(BAD_ORDINAL, "bad_ordinal", FAILS, SAME, SAME) \
	ROW(BAD_OFFSET, "bad_offset", FAILS, SAME, SAME) \
	ROW(BAD_LENGTH, "bad_length", FAILS, SAME, SAME) \
	ROW(BAD_SCOPE, "bad_scope", FAILS, SAME, SAME) \
	ROW(BAD_TASK, "bad_task", FAILS, \
	        "services of releases that do not fit each other, or a mistake in Longshore", \
	        "bring all to one release; report it") \
	ROW(BAD_RESULT, "bad_result", FAILS, SAME, SAME) \
	ROW(UNKNOWN_OPERATION, "unknown_operation", FAILS, SAME, SAME) \
	ROW(RESULT_TOO_LARGE, "result_too_large", FAILS, SAME, SAME) \
	ROW(UNPRODUCIBLE, "unproducible", FAILS, SAME, SAME) \
	ROW(SOURCE_MISSING, "source_missing", HOLDS, "", "") \
	ROW(SUPPRESSION_STALE, "suppression_stale", HOLDS, "", "") \
	ROW(SOURCE_GONE, "source_gone", INNER, "", "") \
	ROW(KEY_CONFLICT, "key_conflict", PERSON, "", "") \
	ROW(KEY_EXCESS, "key_excess", PERSON, "", "") \
	ROW(NO_IDENTITY, "no_identity", PERSON, "", "") \
	ROW(NOT_STAGING, "not_staging", PERSON, "", "") \
	ROW(OTHER_STAGING, "other_staging", PERSON, "", "")

enum code_use { CODE_FAILS, CODE_HOLDS, CODE_INNER, CODE_PERSON };
#define CODE_WORD(NAME, ...) extern const char CODE_##NAME[];
CODE_ROWS(CODE_WORD)
#undef CODE_WORD

struct code_row {
	const char *word;
	enum code_use use;
	const char *meaning, *remedy; /* CODE_SAME: as in the row above */
};
extern const char CODE_SAME[];
extern const struct code_row codes[];
extern const size_t codes_count;

#endif
