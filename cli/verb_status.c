/* SPDX-License-Identifier: Apache-2.0
 * status: shows recorded deliveries and builds. */
#include "delivery.h"
#include "find.h"
#include "options.h"
#include "status.h"
#include "verbs.h"
#include "words.h"

#include "longshore/clock.h"
#include "sql/cli.h"

#include <stdio.h>

enum { COLUMNS = 8, CELLS = STATUS_CELLS, LIMIT = 200, LIMIT_MAX = 100000 };

#define STATES \
	"requested held selecting formatting uploading cancelling completed failed rejected " \
	"cancelled superseded"

/* A comma-separated list of states. */
static int check_states(const char *given, struct err *e)
{
	struct str all = STR(" " STATES " "), rest = str_c(given);
	while (rest.p) {
		ptrdiff_t comma = str_find(rest, ',', 0);
		struct str word = str_bytes(rest.p, comma < 0 ? rest.n : (size_t)comma);
		char wanted[32];
		int n = snprintf(wanted, sizeof(wanted), " " STR_FMT " ", STR_ARG(word));
		if (n < 0 || (size_t)n >= sizeof(wanted) ||
		        !memmem(all.p, all.n, wanted, (size_t)n))
			return cli_usage(e,
			        "status: " STR_FMT " is not a state; states are " STATES,
			        STR_ARG(word));
		rest = comma < 0 ? (struct str){NULL, 0}
		                 : str_bytes(word.p + word.n + 1, rest.n - word.n - 1);
	}
	return 0;
}

struct asked {
	struct str delivery_id, since, until; /* each may be absent */
	struct found_name of;
	const char *sort;
	int64_t limit;
};

static int read_time(struct cli *cli, const char *option, struct str *out, struct err *e)
{
	const char *given = cli_option(cli, option);
	int64_t ms = 0;
	char text[CLOCK_TEXT_BYTES];
	if (!given)
		return 0;
	if (!words_read_time(str_c(given), clock_unix_ms(), &ms))
		return cli_usage(e,
		        "status: %s: %s is not a time; examples are 2026-11-30, "
		        "2026-11-30T11:01:09Z (UTC) and 2h",
		        option, given);
	clock_text(ms, text);
	*out = arena_str(&cli->mem, str_c(text));
	return 0;
}

static int read_sort(const struct cli *cli, struct asked *a, struct err *e)
{
	static const char *const orders[] = {"created", "changed", "state", "route"};
	const char *given = cli_option(cli, "--sort");
	a->sort = orders[0];
	for (size_t i = 0; given && i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (strcmp(given, orders[i]) != 0)
			continue;
		a->sort = orders[i];
		return 0;
	}
	if (given)
		return cli_usage(e,
		        "status: --sort %s is not supported; use created, changed, state or route",
		        given);
	return 0;
}

static int read_options(struct cli *cli, struct asked *a, struct err *e)
{
	const char *states = cli_option(cli, "--state");
	*a = (struct asked){.limit = LIMIT};
	int act = cli_option_number(cli, "--limit", LIMIT_MAX, &a->limit, e);
	if (act == 0 && states)
		act = check_states(states, e);
	if (act == 0)
		act = read_sort(cli, a, e);
	if (act == 0)
		act = read_time(cli, "--since", &a->since, e);
	if (act == 0)
		act = read_time(cli, "--until", &a->until, e);
	if (act == 0)
		act = cli_pg(cli, e);
	return act == 0 ? cli_find_route(cli, cli_option(cli, "--route"), &a->of, e) : act;
}

static void add_filters(const struct cli *cli, const struct asked *a, struct pg_params *p)
{
	pg_set(p, PARAM_SELECT_STATUS_ROWS_DELIVERY, a->delivery_id);
	pg_set(p, PARAM_SELECT_STATUS_ROWS_ROUTE, a->of.name);
	pg_set(p, PARAM_SELECT_STATUS_ROWS_TENANT, a->of.tenant);
	pg_set(p, PARAM_SELECT_STATUS_ROWS_STATES, str_c(cli_option(cli, "--state")));
	pg_set(p, PARAM_SELECT_STATUS_ROWS_SINCE, a->since);
	pg_set(p, PARAM_SELECT_STATUS_ROWS_UNTIL, a->until);
	pg_set_num(p, PARAM_SELECT_STATUS_ROWS_LIMIT, a->limit);
	pg_set(p, PARAM_SELECT_STATUS_ROWS_SORT, str_c(a->sort));
}

static int status_json(struct cli *cli, const struct asked *a, struct err *e)
{
	struct pg_params p;
	struct status_now now;
	AUTO_PG_ROWS rows = NULL;
	int act = status_look(cli, a->delivery_id, &now, e);
	if (act != 0)
		return act;
	pg_params_init(&p, &cli->mem);
	add_filters(cli, a, &p);
	cli_add_releases(&p);
	status_add(cli, &now, &p);
	act = pg_run(cli->pg, &sql_select_status, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	int shown = a->delivery_id.p ? COL_SELECT_STATUS_FIRST : COL_SELECT_STATUS_LISTED;
	if (a->delivery_id.p && pg_is_null(rows, 0, COL_SELECT_STATUS_FIRST))
		return err_set(
		        e, ERR_RETRY, CODE_NOT_FOUND, "the delivery was removed in the meantime");
	cli_print(STR_FMT "\n", STR_ARG(pg_text(rows, 0, shown, &cli->mem)));
	return EXIT_DONE;
}

static int status_table(struct cli *cli, const struct asked *a, struct err *e)
{
	static const char *const head[] = {"delivery", "tenant", "route", "state", "reason",
	        "members", "files", "created (UTC)"};
	static const int columns[CELLS] = {[STATUS_ID] = COL_SELECT_STATUS_ROWS_DELIVERY_ID,
	        [STATUS_TENANT] = COL_SELECT_STATUS_ROWS_TENANT,
	        [STATUS_ROUTE] = COL_SELECT_STATUS_ROWS_ROUTE,
	        [STATUS_STATE] = COL_SELECT_STATUS_ROWS_STATE,
	        [STATUS_REASON] = COL_SELECT_STATUS_ROWS_REASON,
	        [STATUS_MEMBERS] = COL_SELECT_STATUS_ROWS_MEMBERS,
	        [STATUS_FILES] = COL_SELECT_STATUS_ROWS_FILES,
	        [STATUS_CREATED] = COL_SELECT_STATUS_ROWS_CREATED,
	        [STATUS_DETAIL] = COL_SELECT_STATUS_ROWS_DETAIL,
	        [STATUS_CONTENT] = COL_SELECT_STATUS_ROWS_CONTENT_HASH};
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	add_filters(cli, a, &p);
	int act = pg_run(cli->pg, &sql_select_status_rows, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	size_t n = pg_rows_count(rows);
	struct str *all = cli_cells(rows, columns, CELLS, &cli->mem);
	struct str *cells = arena_alloc(&cli->mem, (n + 1) * COLUMNS * sizeof(*cells));
	for (size_t i = 0; i < n; i++)
		memcpy(cells + i * COLUMNS, all + i * CELLS, COLUMNS * sizeof(*cells));
	cli_table(head, COLUMNS, cells, n);
	return a->delivery_id.p ? status_print_one(cli, all, n, e)
	                        : status_print_waiting(cli, all, n, e);
}

static int status(struct cli *cli, struct err *e)
{
	struct asked a;
	struct delivery_row row;
	int act = read_options(cli, &a, e);
	if (act == 0 && cli_option(cli, "--next"))
		return status_next(cli, &a.of, e);
	if (act == 0 && cli->args.positions_count) {
		act = cli_delivery(cli, str_c(cli->args.positions[0]), &row, e);
		a.delivery_id = row.delivery_id;
	}
	if (act == 0)
		act = cli->json ? status_json(cli, &a, e) : status_table(cli, &a, e);
	return act == 0 ? EXIT_DONE : act;
}

static const struct cli_option options[] = {
        {"--route", "[TENANT/]NAME", false, "only this route or bridge"},
        {"--tenant", "NAME", false, "only this tenant; default: LONGSHORE_TENANT"},
        {"--state", "STATE[,STATE]", false, "only these states: " STATES},
        {"--since", "TIME", false,
                "only deliveries created at or after this time: 2026-11-30, 2026-11-30T11:01:09Z, "
                "or 2h ago"},
        {"--until", "TIME", false, "only deliveries created before this time"},
        {"--sort", "ORDER", false, "created (newest first; the default), changed, state or route"},
        {"--next", NULL, false, "list the next scheduled runs instead"},
        {"--limit", "COUNT", false, "at most this many; default 200"}, OPTION_END};

const struct cli_verb verb_status = {.name = "status",
        .usage = "[DELIVERY]",
        .help = "list deliveries and builds, newest first",
        .more = "For one delivery, also shows its books and files, its progress, and whether it "
                "waits for a service that is\nnot running. For a held delivery, shows the command "
                "that releases it, or what it waits for. --json prints\none object for one "
                "delivery, and a list otherwise",
        .positions_max = 1,
        .options = options,
        .run = status};
