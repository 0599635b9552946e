/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery.h"

#include "find.h"
#include "sql/cli.h"

#include "longshore/holds.h"
#include "longshore/states.h"

enum { CONTENT_SHOWN = 16 };

static struct str fill_in(
        struct arena *mem, const char *command, struct str delivery_id, struct str content)
{
	const char *hole = strchr(command, '{'), *mark = strchr(hole, '#');
	size_t rest = mark ? (size_t)(mark - hole) - 2 : strlen(hole + 2);
	struct str shown =
	        str_bytes(content.p, content.n < CONTENT_SHOWN ? content.n : CONTENT_SHOWN);
	return arena_printf(mem, "%.*s" STR_FMT "%.*s%s" STR_FMT, (int)(hole - command), command,
	        STR_ARG(delivery_id), (int)rest, hole + 2, mark && shown.n > 0 ? " --content " : "",
	        STR_ARG(mark ? shown : STR("")));
}

struct str cli_release(
        struct arena *mem, struct str delivery_id, struct str reason, struct str content_hash)
{
	const struct hold_row *hold = hold_of(reason);
	if (!hold || !hold->command[0])
		return (struct str){NULL, 0};
	return fill_in(mem, hold->command, delivery_id, content_hash);
}

const char *cli_release_note(struct str reason)
{
	const struct hold_row *hold = hold_of(reason);
	return hold ? hold->note : "";
}

void cli_print_release(struct str release, struct str reason, const char *indent)
{
	const char *note = cli_release_note(reason);
	if (release.n == 0)
		cli_print("%sreleased by: itself%s%s\n", indent, note[0] ? ", " : "", note);
	else
		cli_print("%sreleased by: " STR_FMT "\n", indent, STR_ARG(release));
	if (release.n > 0 && note[0])
		cli_print("%s  %s\n", indent, note);
}

void cli_add_releases(struct pg_params *p)
{
	struct str reasons[HOLDS], commands[HOLDS], notes[HOLDS];
	for (size_t i = 0; i < HOLDS; i++) {
		reasons[i] = str_c(holds[i].word);
		commands[i] = str_c(holds[i].command);
		notes[i] = str_c(holds[i].note);
	}
	pg_set_texts(p, PARAM_SELECT_STATUS_REASON, reasons, HOLDS);
	pg_set_texts(p, PARAM_SELECT_STATUS_COMMAND, commands, HOLDS);
	pg_set_texts(p, PARAM_SELECT_STATUS_NOTE, notes, HOLDS);
}

bool cli_is_final(struct str state)
{
	return delivery_state_ends(state);
}

int cli_code_of(struct str state)
{
	if (delivery_state_is(state, STATE_HELD))
		return EXIT_HELD;
	return delivery_state_is(state, STATE_COMPLETED) ? EXIT_DONE : EXIT_FAILED;
}

static struct delivery_row read_row(const struct pg_rows *rows, size_t i, struct arena *mem)
{
	return (struct delivery_row){
	        .delivery_id = pg_text(rows, i, COL_SELECT_DELIVERIES_DELIVERY_ID, mem),
	        .tenant = pg_text(rows, i, COL_SELECT_DELIVERIES_TENANT, mem),
	        .route = pg_text(rows, i, COL_SELECT_DELIVERIES_ROUTE, mem),
	        .state = pg_text(rows, i, COL_SELECT_DELIVERIES_STATE, mem),
	        .reason = pg_text(rows, i, COL_SELECT_DELIVERIES_REASON, mem),
	        .detail = pg_text(rows, i, COL_SELECT_DELIVERIES_DETAIL, mem),
	        .version = pg_num(rows, i, COL_SELECT_DELIVERIES_VERSION),
	        .content_hash = pg_text(rows, i, COL_SELECT_DELIVERIES_CONTENT_HASH, mem),
	        .is_found = true};
}

int cli_deliveries(struct cli *cli, const struct str *ids, size_t count, struct arena *mem,
        struct delivery_row *out, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, mem);
	pg_set_texts(&p, PARAM_SELECT_DELIVERIES_IDS, ids, count);
	int act = cli_pg(cli, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_deliveries, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	for (size_t i = 0; i < count; i++)
		out[i] = (struct delivery_row){.delivery_id = ids[i]};
	for (size_t r = 0; r < pg_rows_count(rows); r++) {
		struct delivery_row row = read_row(rows, r, mem);
		for (size_t i = 0; i < count; i++) {
			if (str_eq(ids[i], row.delivery_id))
				out[i] = row;
		}
	}
	return 0;
}

int cli_delivery(struct cli *cli, struct str given, struct delivery_row *out, struct err *e)
{
	struct delivery_row row;
	struct str delivery_id;
	int act = cli_find_id(cli, given, &delivery_id, e);
	if (act == 0)
		act = cli_deliveries(cli, &delivery_id, 1, &cli->mem, &row, e);
	if (act != 0)
		return act;
	if (!row.is_found)
		return err_set(e, ERR_REJECT, CODE_NOT_FOUND,
		        "delivery " STR_FMT " does not exist; longshore status lists deliveries",
		        STR_ARG(delivery_id));
	*out = row;
	return 0;
}

int cli_delivery_now(struct cli *cli, struct str given, struct delivery_row *out, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	struct str delivery_id;
	int act = cli_find_id(cli, given, &delivery_id, e);
	if (act != 0)
		return act;
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_STATE_DELIVERY, delivery_id);
	act = cli_pg(cli, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_state, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	if (pg_rows_count(rows) == 0)
		return cli_delivery(cli, delivery_id, out, e);
	*out = (struct delivery_row){
	        .delivery_id = pg_text(rows, 0, COL_SELECT_STATE_DELIVERY_ID, &cli->mem),
	        .tenant = pg_text(rows, 0, COL_SELECT_STATE_TENANT, &cli->mem),
	        .route = pg_text(rows, 0, COL_SELECT_STATE_ROUTE, &cli->mem),
	        .state = pg_text(rows, 0, COL_SELECT_STATE_STATE, &cli->mem),
	        .reason = pg_text(rows, 0, COL_SELECT_STATE_REASON, &cli->mem),
	        .detail = STR(""),
	        .version = pg_num(rows, 0, COL_SELECT_STATE_STATUS_VERSION),
	        .content_hash = pg_text(rows, 0, COL_SELECT_STATE_CONTENT_HASH, &cli->mem),
	        .is_found = true};
	return 0;
}
