/* SPDX-License-Identifier: Apache-2.0
 * How verbs reach the servers. */
#include "cli.h"

#include "longshore/bus.h"
#include "longshore/event.h"
#include "longshore/topics.h"
#include "sql/cli.h"

#include <pwd.h>
#include <unistd.h>

enum { ACK_MS = 30000 };

int cli_need(const char *value, const char *variable, struct err *e)
{
	if (value && value[0])
		return 0;
	return cli_usage(
	        e, "%s is not set; ./dev exec sets it for the development stack", variable);
}

int cli_pg(struct cli *cli, struct err *e)
{
	if (cli->pg)
		return 0;
	int act = cli_need(cli->conf.postgres, "LONGSHORE_POSTGRES", e);
	return act == 0 ? pg_open(cli->conf.postgres, "longshore", &cli->pg, e) : act;
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
		return cli_usage(
		        e, "there are %zu tenants: name one by --tenant", pg_rows_count(rows));
	*out = pg_text(rows, 0, 0, &cli->mem);
	return 0;
}

int cli_publish(struct cli *cli, int topic, struct str key, struct str tenant,
        const struct ev_type *type, const void *event, struct err *e)
{
	struct buf value;
	struct bus_producer *producer = NULL;
	buf_init(&value, EVENT_MAX_BYTES);
	int act = cli_need(cli->conf.kafka, "LONGSHORE_KAFKA", e);
	if (act == 0)
		act = event_encode(type, event, &value, e);
	if (act == 0)
		act = bus_producer_open(cli->conf.kafka, "longshore", &producer, e);
	if (act == 0) {
		const struct bus_header headers[] = {
		        {STR("longshore-type"), str_c(ev_type_name(type))},
		        {STR("longshore-tenant"), tenant}};
		struct str name = arena_printf(&cli->mem, "%s%s", cli->conf.topic_prefix,
		        topic_plan((enum topic)topic)->suffix);
		struct bus_send send = {.topic = name,
		        .partition = -1,
		        .key = key,
		        .value = buf_str(&value),
		        .headers = headers,
		        .headers_count = 2};
		act = bus_produce(producer, &send, e);
		if (act == 0)
			act = bus_flush(producer, ACK_MS, e);
	}
	bus_producer_close(producer);
	buf_release(&value);
	return act;
}
