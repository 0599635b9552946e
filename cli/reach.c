/* SPDX-License-Identifier: Apache-2.0
 * How verbs reach the servers. */
#include "cli.h"

#include "longshore/bus.h"
#include "longshore/bus_config.h"
#include "longshore/event.h"
#include "longshore/migrations.h"
#include "longshore/topics.h"
#include "sql/cli.h"
#include "words.h"

#include <pwd.h>
#include <unistd.h>

enum { ACK_MS = 15000 };

int cli_need(const char *value, const char *variable, struct err *e)
{
	if (value && value[0])
		return 0;
	return cli_usage(
	        e, "%s is not set; ./dev exec sets it for the development stack", variable);
}

int cli_need_kafka(const struct cli *cli, struct err *e)
{
	int act = cli_need(cli->conf.kafka, "LONGSHORE_KAFKA", e);
	return act == 0 ? bus_config_read(cli->conf.kafka_config, e) : act;
}

int cli_pg_bare(struct cli *cli, struct err *e)
{
	if (cli->pg)
		return 0;
	int act = cli_need(cli->conf.postgres, "LONGSHORE_POSTGRES", e);
	return act == 0 ? pg_open(cli->conf.postgres, "longshore", &cli->pg, e) : act;
}

int cli_pg(struct cli *cli, struct err *e)
{
	if (cli->pg)
		return 0;
	size_t pending = 0;
	int act = cli_pg_bare(cli, e);
	if (act == 0)
		act = pg_migrations_pending(cli->pg, migrations, migrations_count, &pending, e);
	if (act == 0 && pending > 0)
		act = err_set(e, ERR_REJECT, "not_migrated",
		        "the database of LONGSHORE_POSTGRES lacks %zu of %zu migrations: run "
		        "longshore migrate",
		        pending, migrations_count);
	return act;
}

struct str cli_actor(struct cli *cli)
{
	const char *given = cli_option(cli, "--actor");
	if (given)
		return str_c(given);
	struct passwd entry, *found = NULL;
	char text[1024];
	if (getpwuid_r(geteuid(), &entry, text, sizeof(text), &found) == 0 && found)
		return arena_str(&cli->mem, str_c(found->pw_name));
	return arena_printf(&cli->mem, "uid-%u", (unsigned)geteuid());
}

int cli_tenant(struct cli *cli, struct str *out, struct err *e)
{
	const char *given = cli_option(cli, "--tenant");
	if (!given && cli->conf.tenant && cli->conf.tenant[0])
		given = cli->conf.tenant;
	if (given) {
		*out = str_c(given);
		return 0;
	}
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	int act = cli_pg(cli, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_tenants, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	if (pg_rows_count(rows) != 1)
		return cli_usage(e, "there are %zu tenants: %s", pg_rows_count(rows),
		        pg_rows_count(rows) ? "choose one with --tenant" : "apply one first");
	*out = pg_text(rows, 0, COL_SELECT_TENANTS_NAME, &cli->mem);
	return 0;
}

int cli_tenant_and_name(struct cli *cli, const char *given, struct str *out_tenant,
        struct str *out_name, struct err *e)
{
	struct str tenant, name;
	const char *option = cli_option(cli, "--tenant");
	words_split_name(str_c(given), &tenant, &name);
	if (tenant.p && option && !str_eq(tenant, str_c(option)))
		return cli_usage(e, "%s and --tenant %s contradict", given, option);
	int act = tenant.p ? 0 : cli_tenant(cli, &tenant, e);
	if (act != 0)
		return act;
	*out_tenant = tenant;
	*out_name = name;
	return 0;
}

/* A suggestion for a misspelt name. */
static int hint(struct cli *cli, const struct pg_params *kind_and_tenant, struct str name,
        const char **out, struct err *e)
{
	static const int column = COL_SELECT_KIND_NAMES_NAME;
	AUTO_PG_ROWS rows = NULL;
	int act = pg_run(cli->pg, &sql_select_kind_names, kind_and_tenant, &rows, NULL, e);
	if (act == 0)
		*out = words_hint(name, cli_cells(rows, &column, 1, &cli->mem), pg_rows_count(rows),
		        &cli->mem);
	return act;
}

int cli_need_document(
        struct cli *cli, const char *kind, struct str tenant, struct str name, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_DOCUMENT_NAMES_KIND, str_c(kind));
	pg_set(&p, PARAM_SELECT_DOCUMENT_NAMES_TENANT, tenant);
	pg_set(&p, PARAM_SELECT_DOCUMENT_NAMES_NAME, name);
	int act = cli_pg(cli, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_document_names, &p, &rows, NULL, e);
	if (act != 0 || pg_rows_count(rows) > 0)
		return act;
	const char *near = "";
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_KIND_NAMES_KIND, str_c(kind));
	pg_set(&p, PARAM_SELECT_KIND_NAMES_TENANT, tenant);
	act = hint(cli, &p, name, &near, e);
	if (act != 0)
		return act;
	return err_set(e, ERR_REJECT, CODE_NOT_FOUND,
	        "tenant " STR_FMT " has no %s " STR_FMT "%s longshore get %s lists them",
	        STR_ARG(tenant), kind, STR_ARG(name), near, kind);
}

static int send(struct cli *cli, int topic, struct str key, struct str tenant,
        const struct ev_type *type, struct str value, struct err *e)
{
	const struct bus_header headers[] = {{STR("longshore-type"), str_c(ev_type_name(type))},
	        {STR("longshore-tenant"), tenant}};
	const struct bus_send send = {
	        .topic = arena_printf(&cli->mem, "%s%s", cli->conf.topic_prefix,
	                topic_plan((enum topic)topic)->suffix),
	        .partition = -1,
	        .key = key,
	        .value = value,
	        .headers = headers,
	        .headers_count = 2};
	int act = 0;
	if (!cli->producer)
		act = bus_producer_open(cli->conf.kafka, "longshore", &cli->producer, e);
	if (act == 0)
		act = bus_produce(cli->producer, &send, e);
	return act == 0 ? bus_flush(cli->producer, ACK_MS, e) : act;
}

int cli_publish(struct cli *cli, int topic, struct str key, struct str tenant,
        const struct ev_type *type, const void *event, struct err *e)
{
	struct buf value;
	buf_init(&value, EVENT_MAX_BYTES);
	int act = cli->producer ? 0 : cli_need_kafka(cli, e);
	if (act == 0)
		act = event_encode(type, event, &value, e);
	if (act == 0)
		act = send(cli, topic, key, tenant, type, buf_str(&value), e);
	buf_release(&value);
	return act;
}
