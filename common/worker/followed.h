/* SPDX-License-Identifier: Apache-2.0
 *
 * Are the partitions still the ones that were read? A broker may lose the end of a partition (it
 * fell before its disk had it, or a replica that lagged became leader) and give the offsets out
 * again. librdkafka 2.0.2 does not notice: it reads on behind messages that nobody has read.
 *
 * So the last message that was read is read once more, whenever partitions are taken and whenever a
 * connection to a broker broke, and must be the one that was seen. If it is another one, or the
 * partition ends before it, the partition was cut: from some time before that message on it is read
 * again, as where it was cut is not known. A message that is merely gone (retention, compaction)
 * proves nothing. Everything that is read twice is known by its own marks.
 *
 * Both loops hold one of these for each partition, in the order of their own. */
#ifndef COMMON_WORKER_FOLLOWED_H
#define COMMON_WORKER_FOLLOWED_H

#include "longshore/witness.h"

struct followed {
	struct str topic; /* full name, for as long as the loop runs */
	int32_t partition;
	int64_t next;        /* no lower offset may come */
	int64_t start;       /* what is below it is only read to be compared */
	struct witness seen; /* of the highest message that came */
	struct witness due;  /* to be compared when it comes; none: it was, or there is none */
	bool is_cut;         /* what comes is of no use until it was gone back */
	int64_t back_to;     /* where to; -1: by time */
};

struct followed_set {
	struct followed *items;
	size_t count;
	bool owes_look; /* a connection broke; asked for after each poll, before its message is seen */
	int64_t look_not_before_ms;
	int64_t back_not_before_ms;
};

enum follow {
	FOLLOW_NEW,   /* to be handled */
	FOLLOW_KNOWN, /* read again only to be compared, or read again after the look that is owed */
	FOLLOW_CUT,   /* of a partition that is to be read again from an earlier place */
};

/* positions: where the loop wants to begin; offsets are moved to what is to be compared first. The
 * names of their topics are kept. known[i]: what stands beside offset i. */
int followed_begin(struct followed_set *s, struct bus_position *positions,
        const struct witness *known, size_t count, struct err *e) ERR_MUST_USE;
void followed_end(struct followed_set *s);

struct followed *followed_find(struct followed_set *s, struct str topic, int32_t partition);
/* While a look is owed nothing is taken of a partition that was read before: a message that came by
 * the new connection would stand in the place of the one that is to be compared. */
enum follow followed_see(
        const struct followed_set *s, struct followed *f, const struct bus_message *m);

struct followed_plan {
	struct bus_consumer *consumer;
	bool is_paused; /* nothing moves meanwhile */
	int64_t now_ms; /* monotonic */
	int64_t reread_ms;
	/* Partition `index` is read again from this offset on: forget what is known of it. */
	int (*rewound)(void *arg, size_t index, int64_t offset, struct err *e);
	void *arg;
};

/* Once a turn: what is owed. A neighbour that is away is asked again later. Only failures that the
 * process cannot outlive are returned. */
int followed_turn(
        struct followed_set *s, const struct followed_plan *plan, struct err *e) ERR_MUST_USE;

#endif
