/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks that every service's database role has exactly what the migrations grant. The build reads
 * the migrations' statements, so there is no second list.
 */
#include "doctor.h"

#include "longshore/migrations.h"
#include "sql/cli.h"

#include <stdio.h>

enum { TOLD_MAX = 50 };

/* The columns of a difference. */
enum { ROLE, KIND, OBJECT, PRIVILEGE, CELLS };
static const int of_difference[CELLS] = {[ROLE] = COL_SELECT_GRANT_DIFFERENCES_ROLE,
        [KIND] = COL_SELECT_GRANT_DIFFERENCES_KIND,
        [OBJECT] = COL_SELECT_GRANT_DIFFERENCES_OBJECT,
        [PRIVILEGE] = COL_SELECT_GRANT_DIFFERENCES_PRIVILEGE};

/* Granted by the migration command itself (common/pg/migrate.c). */
static const struct pg_grant of_migrate[] = {{"PUBLIC", "schema", "longshore", "USAGE"},
        {"PUBLIC", "table", "longshore.migration", "SELECT"}};
enum { OF_MIGRATE = sizeof(of_migrate) / sizeof(of_migrate[0]) };

static const struct pg_grant *grant_at(size_t i)
{
	return i < grants_count ? &grants[i] : &of_migrate[i - grants_count];
}

static void add_expected(struct pg_params *p)
{
	size_t count = grants_count + OF_MIGRATE;
	struct str *roles = arena_alloc(p->mem, count * sizeof(*roles));
	struct str *kinds = arena_alloc(p->mem, count * sizeof(*kinds));
	struct str *objects = arena_alloc(p->mem, count * sizeof(*objects));
	struct str *privileges = arena_alloc(p->mem, count * sizeof(*privileges));
	for (size_t i = 0; i < count; i++) {
		const struct pg_grant *g = grant_at(i);
		roles[i] = str_c(g->role);
		kinds[i] = str_c(g->kind);
		objects[i] = str_c(g->object);
		privileges[i] = str_c(g->privilege);
	}
	pg_set_texts(p, PARAM_SELECT_GRANT_DIFFERENCES_ROLE, roles, count);
	pg_set_texts(p, PARAM_SELECT_GRANT_DIFFERENCES_KIND, kinds, count);
	pg_set_texts(p, PARAM_SELECT_GRANT_DIFFERENCES_OBJECT, objects, count);
	pg_set_texts(p, PARAM_SELECT_GRANT_DIFFERENCES_PRIVILEGE, privileges, count);
}

/* Grants are sorted by role. */
static size_t add_roles(struct pg_params *p)
{
	struct str *roles = arena_alloc(p->mem, grants_count * sizeof(*roles));
	size_t count = 0;
	for (size_t i = 0; i < grants_count; i++) {
		if (strcmp(grants[i].role, "PUBLIC") != 0 &&
		        (count == 0 || !str_eq(roles[count - 1], str_c(grants[i].role))))
			roles[count++] = str_c(grants[i].role);
	}
	pg_set_texts(p, PARAM_SELECT_ROLE_FAULTS_ROLES, roles, count);
	return count;
}

static const char *in_sql(struct str kind)
{
	static const char *const kinds[][2] = {{"schema", "SCHEMA "}, {"function", "FUNCTION "},
	        {"sequence", "SEQUENCE "}, {"database", "DATABASE "}};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_eq(kind, str_c(kinds[i][0])))
			return kinds[i][1];
	}
	return "";
}

static struct str remedy_of(struct arena *mem, bool is_missing, const struct str *cells)
{
	struct str object = cells[OBJECT], column = STR("");
	if (str_eq(cells[KIND], STR("default")))
		return STR("ALTER DEFAULT PRIVILEGES ... REVOKE; \\ddp of psql shows them");
	if (str_eq(cells[KIND], STR("column"))) {
		size_t dot = object.n;
		while (dot > 0 && object.p[dot - 1] != '.')
			dot--;
		column = arena_printf(
		        mem, " (" STR_FMT ")", STR_ARG(str_bytes(object.p + dot, object.n - dot)));
		object.n = dot > 0 ? dot - 1 : object.n;
	}
	return arena_printf(mem, "%s " STR_FMT STR_FMT " ON %s" STR_FMT " %s " STR_FMT,
	        is_missing ? "GRANT" : "REVOKE", STR_ARG(cells[PRIVILEGE]), STR_ARG(column),
	        in_sql(cells[KIND]), STR_ARG(object), is_missing ? "TO" : "FROM",
	        STR_ARG(cells[ROLE]));
}

static void tell_difference(struct doctor *d, bool is_missing, const struct str *cells)
{
	struct arena *mem = &d->cli->mem;
	struct str subject = arena_printf(mem, "role " STR_FMT, STR_ARG(cells[ROLE]));
	doctor_line(d, DOCTOR_PROBLEM, arena_cstr(mem, subject),
	        arena_cstr(mem, remedy_of(mem, is_missing, cells)),
	        is_missing ? "lacks " STR_FMT " on %s" STR_FMT ", which the migrations grant"
	                   : "has " STR_FMT " on %s" STR_FMT ", which no migration grants",
	        STR_ARG(cells[PRIVILEGE]), in_sql(cells[KIND]), STR_ARG(cells[OBJECT]));
}

static size_t check_roles(struct doctor *d, bool *out_asked)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &d->cli->mem);
	(void)add_roles(&p);
	*out_asked = doctor_asks(d, &sql_select_role_faults, &p, &rows);
	size_t count = *out_asked ? pg_rows_count(rows) : 0;
	for (size_t i = 0; i < count; i++) {
		struct arena *mem = &d->cli->mem;
		struct str remedy = pg_text(rows, i, COL_SELECT_ROLE_FAULTS_REMEDY, mem);
		char subject[100];
		(void)snprintf(subject, sizeof(subject), "role " STR_FMT,
		        STR_ARG(pg_text(rows, i, COL_SELECT_ROLE_FAULTS_ROLE, mem)));
		doctor_line(d, DOCTOR_PROBLEM, subject, arena_cstr(mem, remedy), STR_FMT,
		        STR_ARG(pg_text(rows, i, COL_SELECT_ROLE_FAULTS_FAULT, mem)));
	}
	return count;
}

void doctor_grants(struct doctor *d)
{
	struct pg_params p;
	bool asked = false;
	AUTO_PG_ROWS rows = NULL;
	if (!doctor_is_migrated(d))
		return; /* doctor_migrations reports it: there is nothing to compare yet */
	size_t faults = check_roles(d, &asked);
	pg_params_init(&p, &d->cli->mem);
	add_expected(&p);
	if (!asked || !doctor_asks(d, &sql_select_grant_differences, &p, &rows))
		return;
	size_t count = pg_rows_count(rows);
	struct str *cells = cli_cells(rows, of_difference, CELLS, &d->cli->mem);
	for (size_t i = 0; i < count && i < TOLD_MAX; i++)
		tell_difference(d, pg_bool(rows, i, COL_SELECT_GRANT_DIFFERENCES_IS_MISSING),
		        cells + i * CELLS);
	if (count > TOLD_MAX)
		doctor_line(
		        d, DOCTOR_PROBLEM, "grants", "", "%zu more differences", count - TOLD_MAX);
	pg_params_init(&p, &d->cli->mem);
	if (count + faults == 0)
		doctor_ok(d, "grants",
		        "%zu roles have exactly the rights that the migrations grant",
		        add_roles(&p));
}
