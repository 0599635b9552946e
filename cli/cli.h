/* SPDX-License-Identifier: Apache-2.0
 *
 * The `longshore` command: a table of verbs that share the code for arguments, servers and
 * printing. Exit codes: 0 done, 1 failed or refused, 2 usage error, 3 held, 4 timed out, 130
 * interrupted. Results go to standard output and errors to standard error. With --json, both are
 * JSON.
 */
#ifndef CLI_H
#define CLI_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/bus.h"
#include "longshore/err.h"
#include "longshore/events.h"
#include "longshore/pg.h"

#include <stdbool.h>

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_HELD = 3,
	EXIT_LATE = 4,
	EXIT_INTERRUPTED = 130
};

enum { ARGS_MAX = 64, POSITIONS_MAX = 8 };

struct cli_conf {
	const char *kafka, *kafka_config, *topic_prefix, *postgres, *redis, *redis_config, *staging,
	        *keys, *zoneinfo, *tenant, *drop_roots, *source_roots;
};

struct cli_option {
	const char *name;  /* "--actor" */
	const char *value; /* name of its value in the help; NULL for a flag */
	bool may_be_bare;  /* the value is optional; "" if it is left out */
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
	struct pg *pg;                 /* opened by cli_pg */
	struct bus_producer *producer; /* opened by cli_publish */
	bool json;
};

struct cli_verb {
	const char *name;
	const char *usage; /* arguments, as in "ROUTE [--wait [SECONDS]]" */
	const char *help;  /* one line */
	const char *more;  /* more text for `help VERB`; may be NULL */
	int positions_min, positions_max;
	const struct cli_option *options; /* ends with a name of NULL; may be NULL */
	int (*run)(struct cli *cli,
	        struct err *e); /* an exit code, or a negative act with *e filled */
};

/* The value of an option; NULL if it was not given. If it was given several times, the last one
 * counts. */
const char *cli_option(const struct cli *cli, const char *name);
/* The same as a whole number from 1 to most. *out does not change if the option was not given.
 * ERR_REJECT ("usage"). */
int cli_option_number(const struct cli *cli, const char *name, int64_t most, int64_t *out,
        struct err *e) ERR_MUST_USE;
bool cli_is_help(const char *option);
/* ERR_REJECT ("usage") with the text. */
int cli_usage(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int cli_parse(const struct cli_verb *verb, int argc, char **argv, struct cli_args *out,
        struct err *e) ERR_MUST_USE;

/* --- servers --- */

/* Checks the settings that this verb needs. ERR_REJECT ("usage") names a variable that is not set. */
int cli_need(const char *value, const char *variable, struct err *e) ERR_MUST_USE;
/* Checks LONGSHORE_KAFKA and reads the file named by LONGSHORE_KAFKA_CONFIG. Call it before
 * creating a client. */
int cli_need_kafka(const struct cli *cli, struct err *e) ERR_MUST_USE;
/* Connects. ERR_REJECT ("not_migrated") if the database lacks migrations. */
int cli_pg(struct cli *cli, struct err *e) ERR_MUST_USE;
/* Connects without checking migrations. */
int cli_pg_bare(struct cli *cli, struct err *e) ERR_MUST_USE;
struct str cli_actor(struct cli *cli); /* --actor, else the system user */
/* --tenant, else LONGSHORE_TENANT, else the only tenant. */
int cli_tenant(struct cli *cli, struct str *out, struct err *e) ERR_MUST_USE;
/* NAME or TENANT/NAME; without a slash the tenant as above. ERR_REJECT ("usage"): it contradicts --tenant. */
int cli_tenant_and_name(struct cli *cli, const char *given, struct str *out_tenant,
        struct str *out_name, struct err *e) ERR_MUST_USE;
/* ERR_REJECT ("not_found") with the nearest name, unless a document of this kind and name was applied. */
int cli_need_document(struct cli *cli, const char *kind, struct str tenant, struct str name,
        struct err *e) ERR_MUST_USE;

/* Publishes an event to <prefix><topic suffix> and waits for the acknowledgement, at most 15
 * seconds. */
int cli_publish(struct cli *cli, int topic, struct str key, struct str tenant,
        const struct ev_type *type, const void *event, struct err *e) ERR_MUST_USE;

/* --- printing --- */

/* Print to standard output and to standard error. Characters that control a terminal or are
 * invisible are escaped (plain.h), except line ends and tabs. */
void cli_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Columns padded to their widest cell. cells: rows * columns texts. */
void cli_table(const char *const *head, int columns, const struct str *cells, size_t rows);
/* The cells of these columns (names from pg.h), row by row. They live in mem. */
struct str *cli_cells(const struct pg_rows *rows, const int *columns, int count, struct arena *mem);
/* The text as one line, for a cell or a part of a line. Line ends and tabs are escaped too. */
struct str cli_plain(struct str text, struct arena *mem);

/* --- being interrupted --- */

/* From now on SIGINT and SIGTERM only set a flag, so that a wait can end with a message. */
void cli_catch_interrupt(void);
bool cli_is_interrupted(void);

#endif
