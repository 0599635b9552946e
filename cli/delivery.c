/* SPDX-License-Identifier: Apache-2.0
 * One delivery: reading it, waiting for it, and how a held one is released. */
#include "cli.h"

#include "longshore/clock.h"
#include "sql/cli.h"

enum { LOOK_MS = 1000, HOUR_SECONDS = 3600 };

struct str cli_release(struct cli *cli, struct str delivery_id, struct str reason)
{
	static const struct {
		const char *reason, *command;
	} table[] = {{"below_minimum", "approve"}, {"above_maximum", "approve"},
	        {"zero_match", "approve"}, {"sudden_change", "approve"},
	        {"low_match_rate", "approve"}, {"empty_source", "approve"}, {"approval", "approve"},
	        {"paused", "resume"}, {"unsupported", "resume"}, {"credentials", "resume"},
	        {"name_conflict", "resume --resend"}, {"uncertain", "resume --adopt"}};
	size_t word = 0;
	while (word < reason.n && reason.p[word] != '(')
		word++;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!str_eq(str_bytes(reason.p, word), str_c(table[i].reason)))
			continue;
		const char *rest = strchr(table[i].command, ' ');
		int n = rest ? (int)(rest - table[i].command) : (int)strlen(table[i].command);
		return arena_printf(&cli->mem, "longshore %.*s " STR_FMT "%s", n, table[i].command,
		        STR_ARG(delivery_id), rest ? rest : "");
	}
	return (struct str){NULL, 0};
}

int cli_delivery(struct cli *cli, struct str delivery_id, struct delivery_row *out, bool *out_found,
        struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	pg_add(&p, delivery_id);
	int act = cli_pg(cli, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_delivery, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	*out_found = pg_rows_count(rows) > 0;
	if (!*out_found)
		return 0;
	*out = (struct delivery_row){.delivery_id = pg_text(rows, 0, 0, &cli->mem),
	        .tenant = pg_text(rows, 0, 1, &cli->mem),
	        .route = pg_text(rows, 0, 2, &cli->mem),
	        .state = pg_text(rows, 0, 3, &cli->mem),
	        .reason = pg_text(rows, 0, 4, &cli->mem),
	        .detail = pg_text(rows, 0, 5, &cli->mem)};
	return 0;
}

int64_t cli_wait_seconds(const struct cli *cli)
{
	const char *given = cli_option(cli, "--wait");
	int64_t seconds = HOUR_SECONDS;
	if (!given)
		return -1;
	return given[0] && !str_to_i64(str_c(given), &seconds) ? HOUR_SECONDS : seconds;
}

static bool is_settled(struct str state)
{
	static const char *const settled[] = {
	        "held", "completed", "failed", "rejected", "cancelled", "superseded"};
	for (size_t i = 0; i < sizeof(settled) / sizeof(settled[0]); i++) {
		if (str_eq(state, str_c(settled[i])))
			return true;
	}
	return false;
}

static void print_row(struct cli *cli, const struct delivery_row *row)
{
	struct str release = str_eq(row->state, STR("held"))
	                             ? cli_release(cli, row->delivery_id, row->reason)
	                             : (struct str){NULL, 0};
	if (cli->json) {
		struct buf out;
		const struct str fields[][2] = {{STR("delivery_id"), row->delivery_id},
		        {STR("tenant"), row->tenant}, {STR("route"), row->route},
		        {STR("state"), row->state}, {STR("reason"), row->reason},
		        {STR("detail"), row->detail}, {STR("release"), release}};
		buf_init(&out, 65536);
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
			struct err e;
			if (buf_printf(&out, &e, "%s\"" STR_FMT "\":", i ? "," : "{",
			            STR_ARG(fields[i][0])) == 0)
				cli_json_string(&out, fields[i][1]);
		}
		cli_print(STR_FMT "}\n", STR_ARG(buf_str(&out)));
		buf_release(&out);
		return;
	}
	cli_print(STR_FMT "  " STR_FMT "%s" STR_FMT "%s\n", STR_ARG(row->delivery_id),
	        STR_ARG(row->state), row->reason.n ? " (" : "", STR_ARG(row->reason),
	        row->reason.n ? ")" : "");
	if (row->detail.n)
		cli_print("  " STR_FMT "\n", STR_ARG(row->detail));
	if (release.n)
		cli_print("  released by: " STR_FMT "\n", STR_ARG(release));
}

int cli_wait(struct cli *cli, struct str delivery_id, int64_t seconds, struct err *e)
{
	struct delivery_row row;
	int64_t deadline = clock_mono_ms() + seconds * 1000;
	int act = cli_pg(cli, e);
	if (act == 0)
		act = pg_listen(cli->pg, "longshore_delivery", e);
	while (act == 0) {
		bool found = false, notified = false;
		act = cli_delivery(cli, delivery_id, &row, &found, e);
		if (act != 0 || (found && is_settled(row.state)))
			break;
		if (clock_mono_ms() >= deadline)
			return err_set(e, ERR_RETRY, "wait_over",
			        "delivery " STR_FMT " is still %.*s after %lld s",
			        STR_ARG(delivery_id), found ? (int)row.state.n : 10,
			        found ? row.state.p : "unrecorded", (long long)seconds);
		act = pg_wait_notify(cli->pg, LOOK_MS, &notified, e);
	}
	if (act != 0)
		return act;
	print_row(cli, &row);
	if (str_eq(row.state, STR("held")))
		return EXIT_HELD;
	return str_eq(row.state, STR("completed")) ? EXIT_DONE : EXIT_FAILED;
}
