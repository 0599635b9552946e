/* SPDX-License-Identifier: Apache-2.0
 *
 * The states of a delivery or a build: one row each. The scheduler, the audit-sink, the command
 * line and docs/OPERATING.md (./dev pages) read the same rows.
 */
#ifndef LONGSHORE_STATES_H
#define LONGSHORE_STATES_H

#include "longshore/str.h"

#include <stdbool.h>

/* ROW(NAME, word, is_final, reasons)
 * reasons: of a final state, for the page. Final states come last. */
#define DELIVERY_STATE_ROWS(ROW) \
	ROW(REQUESTED, "requested", false, "") \
	ROW(HELD, "held", false, "") \
	ROW(SELECTING, "selecting", false, "") /* for a build: building */ \
	ROW(FORMATTING, "formatting", false, "") \
	ROW(UPLOADING, "uploading", false, "") \
	ROW(CANCELLING, "cancelling", false, "") \
	ROW(COMPLETED, "completed", true, \
	        "none; `dry_run`; `too_late` (it was to be stopped, but every file was already " \
	        "visible)") \
	ROW(FAILED, "failed", true, "see the table below") \
	ROW(REJECTED, "rejected", true, \
	        "`rejected` (by a person); `expired` (nobody released a hold in time); " \
	        "`bad_configuration` (the detail names the document and field)") \
	ROW(CANCELLED, "cancelled", true, "`cancelled`") \
	ROW(SUPERSEDED, "superseded", true, \
	        "`newer_delivery`: a newer full delivery of the route is waiting")

#define STATE_NAME(NAME, ...) STATE_##NAME,
enum delivery_state { STATE_ABSENT, /* no row yet */ DELIVERY_STATE_ROWS(STATE_NAME) STATE_COUNT };
#undef STATE_NAME

const char *delivery_state_name(enum delivery_state state); /* "" for STATE_ABSENT */
const char *delivery_state_reasons(enum delivery_state state);
bool delivery_state_parse(struct str name, enum delivery_state *out);
bool delivery_state_is_final(enum delivery_state state);
/* By the state's word, as in the database and in events. An unknown word is no state. */
bool delivery_state_is(struct str name, enum delivery_state state);
bool delivery_state_ends(struct str name);

#endif
