/* SPDX-License-Identifier: Apache-2.0
 * migrate, keys init: prepare an installation before its services start. */
#include "verbs.h"

#include "longshore/event.h"
#include "longshore/migrations.h"
#include "longshore/staging.h"
#include "sql/cli.h"

/* So every service can read events written by any version of this tree. */
static int add_schemas(struct cli *cli, struct err *e)
{
	size_t count = 0;
	const struct ev_type *const *types = ev_types(&count);
	for (size_t i = 0; i < count; i++) {
		char fingerprint[8];
		for (int k = 0; k < 8; k++)
			fingerprint[k] =
			        (char)(unsigned char)(ev_type_fingerprint(types[i]) >> (8 * k));
		struct pg_params p;
		pg_params_init(&p, &cli->mem);
		pg_set_bytes(&p, PARAM_UPSERT_SCHEMA_FINGERPRINT,
		        str_bytes(fingerprint, sizeof(fingerprint)));
		pg_set(&p, PARAM_UPSERT_SCHEMA_NAME, str_c(ev_type_name(types[i])));
		pg_set(&p, PARAM_UPSERT_SCHEMA_SCHEMA, ev_type_schema(types[i]));
		int act = pg_run(cli->pg, &sql_upsert_schema, &p, NULL, NULL, e);
		if (act != 0)
			return act;
	}
	return 0;
}

static int migrate(struct cli *cli, struct err *e)
{
	int applied = 0;
	int act = cli_pg_bare(cli, e);
	if (act == 0)
		act = pg_migrate(cli->pg, migrations, migrations_count, &applied, e);
	if (act == 0)
		act = add_schemas(cli, e);
	if (act != 0)
		return act;
	cli_print(cli->json ? "{\"applied\":%d}\n" : "%d migrations applied\n", applied);
	return EXIT_DONE;
}

static int keys(struct cli *cli, struct err *e)
{
	if (strcmp(cli->args.positions[0], "init") != 0)
		return cli_usage(e,
		        "keys: unknown action %s; usage: longshore keys init [--rotate] "
		        "[--new-staging]",
		        cli->args.positions[0]);
	bool rotates = cli_option(cli, "--rotate");
	int act = cli_need(cli->conf.keys, "LONGSHORE_KEYS", e);
	if (act == 0)
		act = cli_need(cli->conf.staging, "LONGSHORE_STAGING", e);
	const struct staging_init plan = {.url = cli->conf.staging,
	        .keys = cli->conf.keys,
	        .rotates = rotates,
	        .is_new = cli_option(cli, "--new-staging")};
	if (act == 0)
		act = staging_init(&plan, e);
	if (act != 0)
		return act;
	if (cli->json)
		cli_print("{\"keys\":\"%s\"}\n", rotates ? "rotated" : "initialised");
	else
		cli_print("key directories are in %s, one per service%s\n", cli->conf.keys,
		        rotates ? "; a new epoch was added: restart bridge-builder and "
		                  "bridge-worker; the next builds are full"
		                : "");
	return EXIT_DONE;
}

static const struct cli_option keys_options[] = {
        {"--rotate", NULL, false, "add a fingerprint epoch; the next builds are full"},
        {"--new-staging", NULL, false, "LONGSHORE_STAGING is a new staging area for existing keys"},
        {NULL, NULL, false, NULL}};

const struct cli_verb verb_migrate = {
        .name = "migrate", .usage = "", .help = "update the database schema", .run = migrate};
const struct cli_verb verb_keys = {.name = "keys",
        .usage = "init [--rotate] [--new-staging]",
        .help = "create the key directories and staging's identity",
        .positions_min = 1,
        .positions_max = 1,
        .options = keys_options,
        .run = keys};
