/* SPDX-License-Identifier: Apache-2.0
 * longshore watch: deliveries as they change, read from Kafka.
 *
 *   watch_source   where snapshots come from: what is recorded, then the topic from where the
 *                  recorder stood, so that nothing is missed between
 *   watch_log      whether the topic lost what was read; pure
 *   watch_list     what is known: the highest version of each delivery; pure
 *   watch_print    a line, an object or a table
 *   verb_watch     the loop
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "cli.h"
#include "delivery.h"

#include "longshore/witness.h"

/* --- snapshots --- */

struct snapshot {
	struct str kind, delivery_id, tenant, route, audience, destination, mode, state, reason,
	        detail, requested_by, approved_by, bridge_version, content_hash;
	struct str books; /* a JSON object */
	int64_t version, revision, files_planned, files_visible, created_ms, changed_ms;
};

/* --- what is known --- */

struct watch_filter {
	struct str delivery_id, route, tenant; /* absent: any */
	int64_t since_ms; /* ignore old final states that are published again */
};

enum watch_until { UNTIL_NEVER, UNTIL_FINAL, UNTIL_HELD };

struct watched {
	struct arena mem; /* of its snapshot */
	struct snapshot s;
	bool counts; /* counts for the end and the exit code: it was not final when we began */
};

struct watch_list {
	struct watch_filter filter;
	enum watch_until until;
	bool is_live;           /* recorded states were read; now the topic is read */
	struct watched **items; /* newest first */
	size_t count, room;
};

void watch_list_release(struct watch_list *l);
/* The entry if the snapshot is news, which means that it matches the filter and has a higher
 * version; otherwise NULL. Copies the snapshot. */
const struct watched *watch_list_take(struct watch_list *l, const struct snapshot *s);
/* True if everything waited for has arrived. *out_code: the worst exit code. */
bool watch_list_is_over(const struct watch_list *l, int *out_code);

/* --- whether the topic is still the one that was read --- */

struct watch_known {
	struct witness seen; /* of the last message */
	struct witness due;  /* to compare it when it is read again */
	bool is_cut;         /* ignore messages until it is read from the beginning */
};

struct watch_log {
	struct bus_position *at; /* where to continue reading each partition */
	struct watch_known *known;
	size_t count;
	bool owes_move; /* one was cut */
};

int watch_log_init(struct watch_log *l, size_t partitions, struct err *e) ERR_MUST_USE;
void watch_log_release(struct watch_log *l);
void watch_log_add(struct watch_log *l, struct str topic, int32_t partition);
/* Where to begin, and the message before that, which is compared first. */
void watch_log_begin(struct watch_log *l, int32_t partition, int64_t next, struct str witness);
void watch_log_see(struct watch_log *l, const struct bus_message *m);
/* Where to continue after a connection broke or a partition was cut. */
const struct bus_position *watch_log_again(struct watch_log *l);

/* --- where they come from --- */

struct watch_source;
typedef void watch_visit(void *arg, const struct snapshot *s);

/* Visits recorded snapshots, oldest first. fd becomes readable when there is more. */
int watch_source_open(struct cli *cli, const struct watch_filter *filter, int fd,
        watch_visit *visit, void *arg, struct watch_source **out, struct err *e) ERR_MUST_USE;
/* Visits new snapshots without waiting. ERR_RETRY: Kafka is down. */
int watch_source_read(
        struct watch_source *s, watch_visit *visit, void *arg, struct err *e) ERR_MUST_USE;
void watch_source_close(struct watch_source *s); /* accepts NULL */

/* --- how it is shown --- */

enum watch_form { FORM_LINES, FORM_JSON, FORM_TABLE };

struct watch_screen {
	int lines; /* of the table on the screen */
};

void watch_print_line(const struct snapshot *s);
void watch_print_json(const struct snapshot *s);
/* Replaces what was shown before. Cut to the terminal's size. */
void watch_print_table(struct watch_screen *screen, const struct watch_list *l);

#endif
