/* SPDX-License-Identifier: Apache-2.0 */
#include "find.h"

#include "longshore/documents.h"
#include "longshore/id.h"
#include "sql/cli.h"
#include "words.h"

enum { PREFIX_LEAST = 4 };

static bool is_prefix(struct str given)
{
	if (given.n < PREFIX_LEAST || given.n >= ID_TEXT_BYTES - 1)
		return false;
	for (size_t i = 0; i < given.n; i++) {
		if (!strchr("0123456789abcdef", given.p[i]))
			return false;
	}
	return true;
}

static int ambiguous(struct cli *cli, struct str given, const struct pg_rows *rows, struct err *e)
{
	struct str list = STR("");
	for (size_t i = 0; i < pg_rows_count(rows); i++)
		list = arena_printf(&cli->mem, STR_FMT "%s" STR_FMT " (" STR_FMT ", " STR_FMT ")",
		        STR_ARG(list), i > 0 ? ", " : "",
		        STR_ARG(pg_text(rows, i, COL_SELECT_IDS_DELIVERY_ID, &cli->mem)),
		        STR_ARG(pg_text(rows, i, COL_SELECT_IDS_ROUTE, &cli->mem)),
		        STR_ARG(pg_text(rows, i, COL_SELECT_IDS_STATE, &cli->mem)));
	return err_set(e, ERR_REJECT, "ambiguous",
	        "several deliveries begin with " STR_FMT "; give more digits: " STR_FMT,
	        STR_ARG(given), STR_ARG(list));
}

int cli_find_id(struct cli *cli, struct str given, struct str *out, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	*out = given;
	if (!is_prefix(given))
		return 0;
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_IDS_PREFIX, given);
	int act = cli_pg(cli, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_ids, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	if (pg_rows_count(rows) > 1)
		return ambiguous(cli, given, rows, e);
	if (pg_rows_count(rows) == 1)
		*out = pg_text(rows, 0, COL_SELECT_IDS_DELIVERY_ID, &cli->mem);
	return 0;
}

/* The names of one kind. *has: whether this one is among them. */
static struct str *names_of(struct cli *cli, const struct pg_rows *rows, const char *kind,
        struct str name, size_t *count, bool *has)
{
	struct str *names = arena_alloc(&cli->mem, (pg_rows_count(rows) + 1) * sizeof(*names));
	*count = 0;
	*has = false;
	for (size_t i = 0; i < pg_rows_count(rows); i++) {
		if (!str_eq(pg_text(rows, i, COL_SELECT_NAMES_KIND, &cli->mem), str_c(kind)))
			continue;
		names[*count] = pg_text(rows, i, COL_SELECT_NAMES_NAME, &cli->mem);
		*has = *has || str_eq(names[*count], name);
		(*count)++;
	}
	return names;
}

static int check(struct cli *cli, const struct found_name *f, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	size_t count = 0;
	bool has = false;
	pg_params_init(&p, &cli->mem);
	pg_set(&p, PARAM_SELECT_NAMES_TENANT, f->tenant);
	int act = cli_pg(cli, e);
	if (act == 0)
		act = pg_run(cli->pg, &sql_select_names, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	if (f->tenant.p) {
		struct str *names = names_of(cli, rows, "tenant", f->tenant, &count, &has);
		if (!has)
			return err_set(e, ERR_REJECT, CODE_NOT_FOUND,
			        "there is no tenant " STR_FMT "%s longshore get Tenant lists them",
			        STR_ARG(f->tenant), words_hint(f->tenant, names, count, &cli->mem));
	}
	if (!f->name.p)
		return 0;
	struct str *names = names_of(cli, rows, "route", f->name, &count, &has);
	if (has)
		return 0;
	return err_set(e, ERR_REJECT, CODE_NOT_FOUND,
	        "there is no route or bridge " STR_FMT "%s longshore get Route lists them",
	        STR_ARG(f->name), words_hint(f->name, names, count, &cli->mem));
}

int cli_find_tenant(struct cli *cli, const char *given, struct found_name *out, struct err *e)
{
	struct found_name f;
	const char *option = cli_option(cli, "--tenant"), *set = cli->conf.tenant;
	words_split_name(str_c(given), &f.tenant, &f.name);
	if (f.tenant.p && option && !str_eq(f.tenant, str_c(option)))
		return cli_usage(e, "%s and --tenant %s contradict", given, option);
	if (!f.tenant.p)
		f.tenant = str_c(option ? option : set && set[0] ? set : NULL);
	struct found_name tenant_only = {f.tenant, {NULL, 0}};
	int act = f.tenant.p ? check(cli, &tenant_only, e) : 0;
	if (act == 0)
		*out = f;
	return act;
}

int cli_find_route(struct cli *cli, const char *given, struct found_name *out, struct err *e)
{
	int act = cli_find_tenant(cli, given, out, e);
	return act == 0 && out->name.p ? check(cli, out, e) : act;
}

int cli_find_kind(struct cli *cli, int position, const char *verb, struct err *e)
{
	enum { KINDS_MAX = 32 };
	struct str kinds[KINDS_MAX], rest = STR(DOCUMENT_KINDS);
	struct str given = str_c(cli->args.positions[position]);
	size_t count = 0;
	while (rest.n > 0 && count < KINDS_MAX) {
		ptrdiff_t comma = str_find(rest, ',', 0);
		size_t n = comma < 0 ? rest.n : (size_t)comma;
		kinds[count++] = str_trim(str_bytes(rest.p, n));
		rest = comma < 0 ? STR("") : str_bytes(rest.p + n + 1, rest.n - n - 1);
	}
	struct str kind = words_kind(given, kinds, count);
	if (!documents_has_kind(kind))
		return cli_usage(e, "%s: there is no kind " STR_FMT "%s kinds are " DOCUMENT_KINDS,
		        verb, STR_ARG(given), words_hint(given, kinds, count, &cli->mem));
	cli->args.positions[position] = arena_cstr(&cli->mem, kind);
	return 0;
}
