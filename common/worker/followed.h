/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks that partitions are still the ones that were read. A broker can lose the end of a
 * partition (it crashed before the data was on disk, or a lagging replica became leader) and
 * reuse the offsets. librdkafka 2.0.2 does not notice: it continues after messages that nobody
 * has read.
 *
 * So the last message is read again whenever partitions are assigned and whenever a connection
 * to a broker breaks. It must be the one that was seen. If it is another one, or the partition
 * ends before it, the partition was cut. Where it was cut is unknown, so it is read again from
 * some time before that message. A message that is merely missing (retention, compaction)
 * proves nothing. Messages that are read twice are recognised by their own marks.
 *
 * Both loops hold one of these for each partition, in the order of their own arrays. */
#ifndef COMMON_WORKER_FOLLOWED_H
#define COMMON_WORKER_FOLLOWED_H

#include "longshore/witness.h"

struct followed {
	struct str topic; /* full name, valid as long as the loop runs */
	int32_t partition;
	int64_t next;        /* no lower offset can come */
	int64_t start;       /* lower offsets are read only for comparison */
	struct witness seen; /* of the highest message seen */
	struct witness due;  /* to be compared when it comes; none: done, or there is none */
	bool is_cut;         /* ignore messages until the reader has gone back */
	int64_t back_to;     /* offset to go back to; -1: by time */
};

struct followed_set {
	struct followed *items;
	size_t count;
	bool owes_look; /* a connection broke; set after each poll, before its message is seen */
	int64_t look_not_before_ms;
	int64_t back_not_before_ms;
};

enum follow {
	FOLLOW_NEW,   /* handle it */
	FOLLOW_KNOWN, /* read again for comparison, or will be read again after the owed look */
	FOLLOW_CUT,   /* of a partition that must be read again from an earlier offset */
};

/* positions: where the loop wants to start; offsets are moved back to the message to compare
 * first. Topic names are kept by reference. known[i]: the witness stored with offset i. */
int followed_begin(struct followed_set *s, struct bus_position *positions,
        const struct witness *known, size_t count, struct err *e) ERR_MUST_USE;
void followed_end(struct followed_set *s);

struct followed *followed_find(struct followed_set *s, struct str topic, int32_t partition);
/* While a look is owed, nothing is accepted from a partition that was read before: a message
 * from the new connection could take the place of the one to compare. */
enum follow followed_see(
        const struct followed_set *s, struct followed *f, const struct bus_message *m);

struct followed_plan {
	struct bus_consumer *consumer;
	bool is_paused; /* do not seek now */
	int64_t now_ms; /* monotonic */
	int64_t reread_ms;
	/* Partition `index` is read again from this offset: forget what is known of it. */
	int (*rewound)(void *arg, size_t index, int64_t offset, struct err *e);
	void *arg;
};

/* Called once per turn: does what is owed. If a dependency is unavailable, it retries later.
 * Returns only fatal failures. */
int followed_turn(
        struct followed_set *s, const struct followed_plan *plan, struct err *e) ERR_MUST_USE;

#endif
