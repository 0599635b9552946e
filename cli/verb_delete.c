/* SPDX-License-Identifier: Apache-2.0
 * delete: removes a document unless something needs it. Its history stays. */
#include "apply_record.h"
#include "find.h"
#include "json.h"
#include "options.h"
#include "verbs.h"

#include "longshore/documents.h"
#include "sql/cli.h"

enum { TOLD_MAX = 5 };

struct target {
	struct str kind, tenant, name;
};

static void add_target(struct pg_params *p, struct cli *cli, const struct target *t)
{
	pg_params_init(p, &cli->mem);
	pg_set(p, PARAM_SELECT_USES_KIND, t->kind);
	pg_set(p, PARAM_SELECT_USES_TENANT, t->tenant);
	pg_set(p, PARAM_SELECT_USES_NAME, t->name);
}

/* The owner of a document depends on its kind. */
static int read_target(struct cli *cli, struct target *t, struct err *e)
{
	if (cli_find_kind(cli, 0, "delete", e) != 0)
		return e->act;
	*t = (struct target){.kind = str_c(cli->args.positions[0]),
	        .tenant = STR(""),
	        .name = str_c(cli->args.positions[1])};
	bool is_tenant = str_eq(t->kind, STR("Tenant"));
	if (documents_has_tenant(t->kind))
		return cli_tenant(cli, &t->tenant, e);
	if (cli_option(cli, "--tenant"))
		return cli_usage(e, "delete: a %s belongs to no tenant: omit --tenant",
		        cli->args.positions[0]);
	t->tenant = is_tenant ? t->name : STR("");
	return 0;
}

/* "Route main, Route other and 3 more", from rows (kind, tenant, name) or (id, state). */
static struct str list(struct cli *cli, const struct pg_rows *rows, int first, int second)
{
	size_t n = pg_rows_count(rows);
	struct str all = STR("");
	for (size_t i = 0; i < n && i < TOLD_MAX; i++) {
		struct str a = pg_text(rows, i, first, &cli->mem),
		           b = pg_text(rows, i, second, &cli->mem);
		all = arena_printf(&cli->mem, STR_FMT "%s" STR_FMT " " STR_FMT, STR_ARG(all),
		        i > 0 ? ", " : "", STR_ARG(a), STR_ARG(b));
	}
	if (n > TOLD_MAX)
		all = arena_printf(&cli->mem, STR_FMT " and %zu more", STR_ARG(all), n - TOLD_MAX);
	return all;
}

static int refuse_used(struct cli *cli, const struct target *t, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	add_target(&p, cli, t);
	int act = pg_run(cli->pg, &sql_select_uses, &p, &rows, NULL, e);
	if (act != 0 || pg_rows_count(rows) == 0)
		return act;
	struct str users = list(cli, rows, COL_SELECT_USES_KIND, COL_SELECT_USES_NAME);
	return err_set(e, ERR_REJECT, "in_use",
	        STR_FMT " " STR_FMT " is used by " STR_FMT ": first delete or change what uses it",
	        STR_ARG(t->kind), STR_ARG(t->name), STR_ARG(users));
}

/* A held delivery is resumed with the configuration at that time. */
static int refuse_unfinished(struct cli *cli, const struct target *t, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	add_target(&p, cli, t);
	int act = pg_run(cli->pg, &sql_select_unfinished, &p, &rows, NULL, e);
	if (act != 0 || pg_rows_count(rows) == 0)
		return act;
	struct str ids =
	        list(cli, rows, COL_SELECT_UNFINISHED_DELIVERY_ID, COL_SELECT_UNFINISHED_STATE);
	return err_set(e, ERR_REJECT, "in_use",
	        STR_FMT " " STR_FMT " is needed by unfinished deliveries or builds: " STR_FMT
	                "; wait for them, or run longshore cancel ID",
	        STR_ARG(t->kind), STR_ARG(t->name), STR_ARG(ids));
}

/* The last change of the document; false: there is none. */
static int last_of(struct cli *cli, const struct target *t, bool *is_deleted, struct deletion *out,
        struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_HISTORY_KIND, t->kind);
	pg_set(&p, PARAM_SELECT_HISTORY_NAME, t->name);
	pg_set(&p, PARAM_SELECT_HISTORY_TENANT, t->tenant);
	int act = pg_run(cli->pg, &sql_select_history, &p, &rows, NULL, e);
	*is_deleted = false;
	if (act != 0 || pg_rows_count(rows) == 0)
		return act;
	*is_deleted = pg_is_text(rows, 0, COL_SELECT_HISTORY_CHANGE, STR("deleted"));
	*out = (struct deletion){.kind = t->kind,
	        .tenant = t->tenant,
	        .name = t->name,
	        .by = pg_text(rows, 0, COL_SELECT_HISTORY_CHANGED_BY, &cli->mem),
	        .version = pg_num(rows, 0, COL_SELECT_HISTORY_VERSION),
	        .at_ms = pg_num(rows, 0, COL_SELECT_HISTORY_AT_MS)};
	return 0;
}

static int refuse_missing(struct cli *cli, const struct target *t, struct err *e)
{
	struct deletion last;
	bool is_deleted = false;
	int act = last_of(cli, t, &is_deleted, &last, e);
	if (act == 0 && is_deleted)
		act = deletion_record(cli, &last, e);
	if (act != 0)
		return act;
	if (is_deleted)
		return err_set(e, ERR_REJECT, CODE_NOT_FOUND,
		        "there is no " STR_FMT " " STR_FMT ": " STR_FMT
		        " deleted it; see longshore get " STR_FMT " " STR_FMT " --history",
		        STR_ARG(t->kind), STR_ARG(t->name), STR_ARG(last.by), STR_ARG(t->kind),
		        STR_ARG(t->name));
	return err_set(e, ERR_REJECT, CODE_NOT_FOUND,
	        "there is no " STR_FMT " " STR_FMT "; longshore get " STR_FMT " lists them",
	        STR_ARG(t->kind), STR_ARG(t->name), STR_ARG(t->kind));
}

/* In one transaction, and nobody can apply a document that needs it meanwhile. */
static int remove_it(struct cli *cli, const struct target *t, int64_t *removed, struct err *e)
{
	struct pg_params p;
	pg_params_init(&p, &cli->mem);
	int act = pg_run(cli->pg, &sql_lock_documents, &p, NULL, NULL, e);
	if (act == 0)
		act = refuse_used(cli, t, e);
	if (act == 0)
		act = refuse_unfinished(cli, t, e);
	add_target(&p, cli, t);
	pg_set(&p, PARAM_DELETE_DOCUMENT_BY, cli_actor(cli));
	return act == 0 ? pg_run(cli->pg, &sql_delete_document, &p, NULL, removed, e) : act;
}

static void report(struct cli *cli, const struct target *t)
{
	if (!cli->json) {
		cli_print(STR_FMT " " STR_FMT ": deleted\n", STR_ARG(t->kind), STR_ARG(t->name));
		return;
	}
	struct buf out;
	buf_init(&out, JSON_MAX);
	json_open(&out, NULL, '{');
	json_text(&out, "kind", t->kind);
	json_text(&out, "tenant", t->tenant);
	json_text(&out, "name", t->name);
	json_text(&out, "result", STR("deleted"));
	json_close(&out, '}');
	json_print(&out);
	buf_release(&out);
}

static int delete_target(struct cli *cli, const struct target *t, struct err *e)
{
	struct deletion last;
	bool is_deleted = false;
	int64_t removed = 0;
	int act = pg_tx_begin(cli->pg, e);
	if (act != 0)
		return act;
	act = remove_it(cli, t, &removed, e);
	if (act != 0) {
		pg_tx_rollback(cli->pg);
		return act;
	}
	act = pg_tx_commit(cli->pg, e);
	if (act != 0)
		return act;
	if (removed == 0)
		return refuse_missing(cli, t, e);
	report(cli, t);
	act = last_of(cli, t, &is_deleted, &last, e);
	if (act == 0 && is_deleted)
		act = deletion_record(cli, &last, e);
	return act == 0 ? EXIT_DONE
	                : err_note(e, "it is deleted, but the deletion is not recorded in the "
	                              "audit trail: delete it again");
}

static int delete (struct cli *cli, struct err *e)
{
	struct target t;
	int act = cli_need(cli->conf.kafka, "LONGSHORE_KAFKA", e);
	if (act == 0)
		act = cli_pg(cli, e);
	if (act == 0)
		act = read_target(cli, &t, e);
	return act == 0 ? delete_target(cli, &t, e) : act;
}

static const struct cli_option options[] = {OPTION_TENANT,
        {"--actor", "NAME", false, "who deletes; default: the system user"}, OPTION_END};

const struct cli_verb verb_delete = {.name = "delete",
        .usage = "KIND NAME",
        .help = "remove a document",
        .more = "Refused while another document uses it, or while a delivery of the route or a "
                "build of the bridge is not\nover. A route's cadence stops. The history is kept: "
                "see longshore get KIND NAME --history.",
        .positions_min = 2,
        .positions_max = 2,
        .options = options,
        .run = delete};
