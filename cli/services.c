/* SPDX-License-Identifier: Apache-2.0 */
#include "services.h"

#include "longshore/bus_admin.h"
#include "longshore/topics.h"
#include "sql/cli.h"

int cli_services_running(struct cli *cli, int *out, struct err *e)
{
	struct str groups[SERVICES];
	int act = cli_need_kafka(cli, e);
	if (act != 0)
		return act;
	for (int i = 0; i < SERVICES; i++)
		groups[i] =
		        arena_printf(&cli->mem, "%s%s", cli->conf.topic_prefix, service_names[i]);
	return bus_group_members(cli->conf.kafka, groups, SERVICES, out, e);
}

void cli_set_stages(struct pg_params *p, int stages_name, int services_name)
{
	struct str stages[STAGE_COUNT], services[STAGE_COUNT];
	for (int s = 0; s < STAGE_COUNT; s++) {
		stages[s] = str_c(stage_plans[s].name);
		services[s] = str_c(service_names[stage_plans[s].service]);
	}
	pg_set_texts(p, stages_name, stages, STAGE_COUNT);
	pg_set_texts(p, services_name, services, STAGE_COUNT);
}

int cli_services_needed(struct cli *cli, const struct str *ids, size_t count, int64_t for_ms,
        struct needed **out, size_t *out_count, struct err *e)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	pg_params_init(&p, &cli->mem);
	if (ids)
		pg_set_texts(&p, PARAM_SELECT_NEEDED_IDS, ids, count);
	else
		pg_set_null(&p, PARAM_SELECT_NEEDED_IDS);
	pg_set_num(&p, PARAM_SELECT_NEEDED_FOR_MS, for_ms);
	cli_set_stages(&p, PARAM_SELECT_NEEDED_STAGES, PARAM_SELECT_NEEDED_SERVICES);
	int act = pg_run(cli->pg, &sql_select_needed, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	size_t n = pg_rows_count(rows), known = 0;
	struct needed *list = arena_alloc(&cli->mem, (n + 1) * sizeof(*list));
	for (size_t i = 0; i < n; i++) {
		struct str name = pg_text(rows, i, COL_SELECT_NEEDED_SERVICE, &cli->mem);
		for (int k = 0; k < SERVICES; k++) {
			if (str_eq(name, str_c(service_names[k])))
				list[known++] = (struct needed){
				        pg_text(rows, i, COL_SELECT_NEEDED_DELIVERY_ID, &cli->mem),
				        (enum service)k};
		}
	}
	*out = list;
	*out_count = known;
	return 0;
}

static bool is_needed(
        const struct needed *needed, size_t count, struct str delivery_id, enum service service)
{
	for (size_t i = 0; i < count; i++) {
		if (needed[i].service == service &&
		        (!delivery_id.p || str_eq(needed[i].delivery_id, delivery_id)))
			return true;
	}
	return false;
}

struct str cli_waiting_text(const struct needed *needed, size_t count, struct str delivery_id,
        const int *running, const char *why, struct arena *mem)
{
	struct str text = {NULL, 0};
	for (int s = 0; s < SERVICES; s++) {
		if (!is_needed(needed, count, delivery_id, (enum service)s) ||
		        (running && running[s] > 0))
			continue;
		const char *comma = text.n > 0 ? ", " : "";
		if (running && running[s] == 0)
			text = arena_printf(mem, STR_FMT "%sno %s is running", STR_ARG(text), comma,
			        service_names[s]);
		else
			text = arena_printf(mem,
			        STR_FMT "%scould not determine whether the %s is running",
			        STR_ARG(text), comma, service_names[s]);
	}
	if (text.n > 0 && !running)
		text = arena_printf(mem, STR_FMT " (%s)", STR_ARG(text), why);
	return text;
}
