/* SPDX-License-Identifier: Apache-2.0
 *
 * The `longshore` command: a table of verbs over one way to read arguments, to reach the servers,
 * and to print.
 *
 * Exit codes: 0 done, 1 failed, 2 usage, 3 held. Results go to standard output, errors to standard
 * error; with --json both are JSON.
 */
#ifndef CLI_H
#define CLI_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/err.h"
#include "longshore/events.h"
#include "longshore/pg.h"

#include <stdbool.h>

enum exit_code { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_HELD = 3 };

enum { ARGS_MAX = 64, POSITIONS_MAX = 8 };

struct cli_conf {
	const char *kafka, *topic_prefix, *postgres, *redis, *staging, *keys;
};

/* An option takes a value, or none (is_flag), or one if a number follows (may_have_number). */
struct cli_option {
	const char *name;  /* "--actor" */
	const char *value; /* what the help calls its value; NULL for a flag */
	bool may_be_bare;  /* the value may be left out; then it is "" */
	const char *help;
};

struct cli_args {
	const char *positions[POSITIONS_MAX];
	int positions_count;
	struct {
		const char *name, *value; /* value NULL: a flag */
	} options[ARGS_MAX];
	int options_count;
};

struct cli {
	struct cli_conf conf;
	struct cli_args args;
	struct arena mem;
	struct pg *pg; /* opened by cli_pg */
	bool json;
};

struct cli_verb {
	const char *name;
	const char *usage; /* arguments, as in "ROUTE [--wait [SECONDS]]" */
	const char *help;  /* one line */
	int positions_min, positions_max;
	const struct cli_option *options; /* ends with a name of NULL; may be NULL */
	int (*run)(struct cli *cli,
	        struct err *e); /* an exit code, or a negative act with *e filled */
};

/* Value of an option: NULL if it was not given. Of several the last. */
const char *cli_option(const struct cli *cli, const char *name);
/* ERR_REJECT ("usage") with the text. */
int cli_usage(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int cli_parse(const struct cli_verb *verb, int argc, char **argv, struct cli_args *out,
        struct err *e) ERR_MUST_USE;

/* The settings this verb needs: ERR_REJECT ("usage") names the variable that is not set. */
int cli_need(const char *value, const char *variable, struct err *e) ERR_MUST_USE;
int cli_pg(struct cli *cli, struct err *e) ERR_MUST_USE;
struct str cli_actor(struct cli *cli); /* --actor, else the system user */
/* --tenant, else the only one there is. */
int cli_tenant(struct cli *cli, struct str *out, struct err *e) ERR_MUST_USE;

/* Publishes an event to <prefix><topic suffix> and waits until it is acknowledged. */
int cli_publish(struct cli *cli, int topic, struct str key, struct str tenant,
        const struct ev_type *type, const void *event, struct err *e) ERR_MUST_USE;

/* --- printing --- */

void cli_json_string(struct buf *out, struct str text);
void cli_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Columns padded to their widest cell. cells: rows * columns texts. */
void cli_table(const char *const *head, int columns, const struct str *cells, size_t rows);

/* --- deliveries --- */

struct delivery_row {
	struct str delivery_id, tenant, route, state, reason, detail;
};

/* What a person can type to release a held delivery; absent if it releases itself. */
struct str cli_release(struct cli *cli, struct str delivery_id, struct str reason);
/* false: no such delivery or build yet. */
int cli_delivery(struct cli *cli, struct str delivery_id, struct delivery_row *out, bool *out_found,
        struct err *e) ERR_MUST_USE;
/* Waits until it is final or held, at most so many seconds; prints it; the exit code. */
int cli_wait(struct cli *cli, struct str delivery_id, int64_t seconds, struct err *e) ERR_MUST_USE;
/* --wait's seconds (an hour where none are given); -1: not asked for. */
int64_t cli_wait_seconds(const struct cli *cli);

#endif
