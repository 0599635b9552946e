/* SPDX-License-Identifier: Apache-2.0
 * deliver, bridge: request something new from the scheduler with a trigger. */
#include "delivery.h"
#include "json.h"
#include "options.h"
#include "verbs.h"

#include "longshore/clock.h"
#include "longshore/hex.h"
#include "longshore/id.h"
#include "longshore/random.h"
#include "longshore/topics.h"
#include "sql/cli.h"

struct asked {
	struct str name, delivery_id;
};

/* --id lets a caller repeat the same request; otherwise the cause is new. */
static struct str trigger_id(struct cli *cli)
{
	const char *given = cli_option(cli, "--id");
	unsigned char drawn[16];
	char text[2 * sizeof(drawn) + 1];
	if (given)
		return str_c(given);
	random_bytes(drawn, sizeof(drawn));
	hex_encode(drawn, sizeof(drawn), text);
	return arena_str(&cli->mem, str_c(text));
}

/* The id, as the scheduler will compute it from the same cause. */
static struct str cause_id(
        struct cli *cli, const char *tag, struct str tenant, struct str name, struct str id)
{
	const struct str fields[] = {tenant, name, STR("trigger"),
	        arena_printf(&cli->mem, "cli/" STR_FMT, STR_ARG(id)), STR("0")};
	struct id made = id_of(tag, fields, 5);
	return arena_str(&cli->mem, id_str(&made));
}

/* One trigger for each name, all with the same id. So the printed deliveries are the requested
 * ones even if routes change meanwhile, and repeating the command after a failure requests the
 * same deliveries. */
static int ask(struct cli *cli, enum ev_trigger_kind kind, struct str tenant, struct asked *list,
        size_t count, struct err *e)
{
	bool is_build = kind == EV_TRIGGER_KIND_BUILD;
	const char *note = cli_option(cli, "--note");
	struct ev_trigger t = {.trigger_id = trigger_id(cli),
	        .kind = kind,
	        .source = STR("cli"),
	        .tenant = tenant,
	        .actor = cli_actor(cli),
	        .note = str_c(note ? note : ""),
	        .at_ms = clock_unix_ms()};
	for (size_t i = 0; i < count; i++) {
		struct asked *a = &list[i];
		if (is_build)
			t.bridge = a->name;
		else
			t.route = a->name;
		a->delivery_id = cause_id(
		        cli, is_build ? "build/1" : "delivery/1", tenant, a->name, t.trigger_id);
		int act =
		        cli_publish(cli, TOPIC_TRIGGERS, a->name, tenant, &ev_trigger_type, &t, e);
		if (act != 0)
			return err_note(e,
			        "the request for " STR_FMT
			        " may or may not have been sent; repeat it with --id " STR_FMT,
			        STR_ARG(a->name), STR_ARG(t.trigger_id));
	}
	return 0;
}

static void print_asked(const struct cli *cli, const struct asked *list, size_t count, bool as_list)
{
	struct buf out;
	buf_init(&out, JSON_MAX);
	if (as_list)
		json_open(&out, NULL, '[');
	for (size_t i = 0; i < count; i++) {
		if (!cli->json) {
			cli_print(STR_FMT "%s" STR_FMT "\n", STR_ARG(list[i].delivery_id),
			        as_list ? "  " : "", STR_ARG(as_list ? list[i].name : STR("")));
			continue;
		}
		json_open(&out, NULL, '{');
		json_text(&out, "delivery_id", list[i].delivery_id);
		if (as_list)
			json_text(&out, "route", list[i].name);
		json_close(&out, '}');
	}
	if (as_list)
		json_close(&out, ']');
	if (cli->json)
		json_print(&out);
	buf_release(&out);
}

/* Sends the request, then prints the ids or waits. */
static int request(struct cli *cli, enum ev_trigger_kind kind, struct str tenant,
        struct asked *list, size_t count, struct err *e)
{
	int64_t seconds = 0;
	bool as_list = cli_option(cli, "--audience");
	int act = cli_wait_seconds(cli, &seconds, e);
	if (act == 0)
		act = ask(cli, kind, tenant, list, count, e);
	if (act != 0)
		return act;
	if (seconds < 0) {
		print_asked(cli, list, count, as_list);
		return EXIT_DONE;
	}
	struct wait_for *wanted = arena_alloc(&cli->mem, (count + 1) * sizeof(*wanted));
	for (size_t i = 0; i < count; i++)
		wanted[i] = (struct wait_for){.delivery_id = list[i].delivery_id};
	return cli_wait(cli, wanted, count, as_list, seconds, e);
}

static int request_one(struct cli *cli, enum ev_trigger_kind kind, const char *name, struct err *e)
{
	struct str tenant;
	struct asked one;
	int act = cli_tenant_and_name(cli, name, &tenant, &one.name, e);
	if (act == 0)
		act = cli_need_document(cli, kind == EV_TRIGGER_KIND_BUILD ? "Bridge" : "Route",
		        tenant, one.name, e);
	return act == 0 ? request(cli, kind, tenant, &one, 1, e) : act;
}

static int deliver_audience(struct cli *cli, const char *audience, struct err *e)
{
	struct str tenant, name;
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	int act = cli_tenant_and_name(cli, audience, &tenant, &name, e);
	if (act == 0)
		act = cli_need_document(cli, "Audience", tenant, name, e);
	if (act != 0)
		return act;
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_ROUTES_OF_AUDIENCE_TENANT, tenant);
	pg_set(&p, PARAM_SELECT_ROUTES_OF_AUDIENCE_AUDIENCE, name);
	act = pg_run(cli->pg, &sql_select_routes_of_audience, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	size_t count = pg_rows_count(rows);
	if (count == 0)
		return err_set(e, ERR_REJECT, "no_route",
		        "no route of tenant " STR_FMT " delivers audience " STR_FMT "; apply one",
		        STR_ARG(tenant), STR_ARG(name));
	struct asked *list = arena_alloc(&cli->mem, count * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		list[i].name = pg_text(rows, i, COL_SELECT_ROUTES_OF_AUDIENCE_NAME, &cli->mem);
	return request(cli, EV_TRIGGER_KIND_DELIVER, tenant, list, count, e);
}

static int deliver(struct cli *cli, struct err *e)
{
	const char *audience = cli_option(cli, "--audience");
	bool has_route = cli->args.positions_count > 0;
	if (audience ? has_route : !has_route)
		return cli_usage(
		        e, audience ? "deliver: name a route or an audience, not both"
		                    : "deliver: an argument is missing; usage: longshore deliver "
		                      "ROUTE, or longshore deliver --audience NAME");
	if (audience)
		return deliver_audience(cli, audience, e);
	return request_one(cli, EV_TRIGGER_KIND_DELIVER, cli->args.positions[0], e);
}

enum { VERSION, RECORDS, PERSONS, EPOCH, BUILT, VERSION_CELLS };

static void print_versions(const struct str *cells, size_t n)
{
	struct buf out;
	buf_init(&out, JSON_MAX);
	json_open(&out, NULL, '[');
	for (size_t i = 0; i < n; i++, cells += VERSION_CELLS) {
		json_open(&out, NULL, '{');
		json_text(&out, "version", cells[VERSION]);
		json_raw(&out, "records", cells[RECORDS]);
		json_raw(&out, "persons", cells[PERSONS]);
		json_raw(&out, "key_epoch", cells[EPOCH]);
		json_text(&out, "built_at", cells[BUILT]);
		json_close(&out, '}');
	}
	json_close(&out, ']');
	json_print(&out);
	buf_release(&out);
}

static int bridge_info(struct cli *cli, const char *given, struct err *e)
{
	static const char *const head[] = {"version", "records", "persons", "epoch", "built (UTC)"};
	static const int columns[VERSION_CELLS] = {[VERSION] = COL_SELECT_VERSIONS_VERSION,
	        [RECORDS] = COL_SELECT_VERSIONS_RECORDS,
	        [PERSONS] = COL_SELECT_VERSIONS_PERSONS,
	        [EPOCH] = COL_SELECT_VERSIONS_KEY_EPOCH,
	        [BUILT] = COL_SELECT_VERSIONS_BUILT};
	struct str tenant, name;
	AUTO_PG_ROWS rows = NULL;
	struct pg_params p;
	int act = cli_tenant_and_name(cli, given, &tenant, &name, e);
	if (act == 0)
		act = cli_need_document(cli, "Bridge", tenant, name, e);
	if (act != 0)
		return act;
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_VERSIONS_TENANT, tenant);
	pg_set(&p, PARAM_SELECT_VERSIONS_BRIDGE, name);
	act = pg_run(cli->pg, &sql_select_versions, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	struct str *cells = cli_cells(rows, columns, VERSION_CELLS, &cli->mem);
	if (cli->json)
		print_versions(cells, pg_rows_count(rows));
	else
		cli_table(head, VERSION_CELLS, cells, pg_rows_count(rows));
	return EXIT_DONE;
}

static int bridge(struct cli *cli, struct err *e)
{
	const char *what = cli->args.positions[0], *name = cli->args.positions[1];
	if (strcmp(what, "build") == 0)
		return request_one(cli, EV_TRIGGER_KIND_BUILD, name, e);
	if (strcmp(what, "info") == 0)
		return bridge_info(cli, name, e);
	return cli_usage(
	        e, "bridge: unknown action %s; usage: longshore bridge build|info NAME", what);
}

static const struct cli_option deliver_options[] = {
        {"--audience", "NAME", false, "deliver all routes of this audience"}, OPTION_TENANT,
        OPTION_ID, OPTION_ACTOR, OPTION_NOTE, OPTION_WAIT, OPTION_END};
static const struct cli_option bridge_options[] = {
        OPTION_TENANT, OPTION_ID, OPTION_ACTOR, OPTION_NOTE, OPTION_WAIT, OPTION_END};

const struct cli_verb verb_deliver = {.name = "deliver",
        .usage = "[TENANT/]ROUTE | --audience [TENANT/]NAME",
        .help = "request a delivery",
        .more = "Prints the delivery's id; for an audience, one line per delivery with id and "
                "route. With --wait, the exit\ncode gives the outcome, or the worst of several: 0 "
                "completed, 3 held, 1 anything else",
        .positions_max = 1,
        .options = deliver_options,
        .run = deliver};
const struct cli_verb verb_bridge = {.name = "bridge",
        .usage = "build|info [TENANT/]NAME",
        .help = "build a bridge version, or list versions",
        .positions_min = 2,
        .positions_max = 2,
        .options = bridge_options,
        .run = bridge};
