/* SPDX-License-Identifier: Apache-2.0
 * Whether the partitions are still the ones that were read, as services look at theirs
 * (common/worker/followed.h). A partition that was cut is read from its beginning: what is known of
 * it is not shown twice. */
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>

int watch_log_init(struct watch_log *l, size_t partitions, struct err *e)
{
	*l = (struct watch_log){.at = calloc(partitions, sizeof(*l->at)),
	        .known = calloc(partitions, sizeof(*l->known))};
	if (l->at && l->known)
		return 0;
	watch_log_release(l);
	return err_set(
	        e, ERR_FATAL, "out_of_memory", "out of memory for %zu partitions", partitions);
}

void watch_log_release(struct watch_log *l)
{
	free(l->at);
	free(l->known);
	*l = (struct watch_log){0};
}

void watch_log_add(struct watch_log *l, struct str topic, int32_t partition)
{
	l->at[l->count] = (struct bus_position){topic, partition, -1, {NULL, 0}};
	l->known[l->count++] = (struct watch_known){.seen = witness_none(), .due = witness_none()};
}

static ptrdiff_t find(const struct watch_log *l, int32_t partition)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->at[i].partition == partition)
			return (ptrdiff_t)i;
	return -1;
}

void watch_log_begin(struct watch_log *l, int32_t partition, int64_t next, struct str witness)
{
	ptrdiff_t i = find(l, partition);
	if (i < 0)
		return;
	struct witness seen = witness_take(&witness);
	l->at[i].offset = next;
	if (seen.offset < 0 || seen.offset + 1 != next)
		return;
	l->at[i].offset = seen.offset;
	l->known[i].seen = l->known[i].due = seen;
}

static void cut(struct watch_log *l, size_t i)
{
	(void)fprintf(stderr,
	        "longshore: watch: " STR_FMT
	        "/%d lost messages that were already read; reading it again from the beginning\n",
	        STR_ARG(l->at[i].topic), (int)l->at[i].partition);
	l->known[i] =
	        (struct watch_known){.seen = witness_none(), .due = witness_none(), .is_cut = true};
	l->owes_move = true;
}

void watch_log_see(struct watch_log *l, const struct bus_message *m)
{
	ptrdiff_t i = find(l, m->partition);
	if (i < 0 || l->known[i].is_cut)
		return;
	struct watch_known *k = &l->known[i];
	/* One before the place that was asked for: the partition ended there, and librdkafka has begun
	 * with the earliest that there is. */
	bool is_due = m->offset == k->due.offset && m->offset >= l->at[i].offset;
	if (is_due && !witness_is(&k->due, m)) {
		cut(l, (size_t)i);
		return;
	}
	k->due = witness_none();
	k->seen = witness_of(m);
	l->at[i].offset = m->offset + 1;
}

const struct bus_position *watch_log_again(struct watch_log *l)
{
	for (size_t i = 0; i < l->count; i++) {
		struct watch_known *k = &l->known[i];
		if (k->seen.offset >= 0 || k->is_cut)
			l->at[i].offset = k->seen.offset; /* cut: the earliest */
		k->due = k->seen;
		k->is_cut = false;
	}
	l->owes_move = false;
	return l->at;
}
