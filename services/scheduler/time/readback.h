/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads longshore.deliveries back. A final status that comes back as stored is confirmed. For
 * other statuses, the last one of each delivery is kept for a while. If no newer one follows
 * although a newer one is stored, the stored one is published again. Entries that do not fit,
 * or are lost in a crash, are repaired by the delivery's due time. */
#ifndef SCHEDULER_READBACK_H
#define SCHEDULER_READBACK_H

#include "longshore/events.h"

enum { READBACK_KEPT = 8192 }; /* a power of two */

struct readback_entry {
	char id[33]; /* empty = free */
	int64_t version;
	int64_t seen_ms; /* monotonic */
};

struct readback {
	struct readback_entry *entries;
	size_t count;
};

int readback_init(struct readback *r, struct err *e) ERR_MUST_USE;
void readback_release(struct readback *r); /* accepts a zeroed struct */

/* Notes a status that was read. false: no room; it is not kept. */
bool readback_note(struct readback *r, struct str id, int64_t version, int64_t mono_ms);
/* Takes out at most `most` entries that have been the last status since before `before_ms`. */
size_t readback_take(
        struct readback *r, int64_t before_ms, struct readback_entry *out, size_t most);

#endif
