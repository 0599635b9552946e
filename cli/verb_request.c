/* SPDX-License-Identifier: Apache-2.0
 * Verbs that ask the scheduler for something by a trigger: deliver, bridge build, approve, reject,
 * cancel, resume. */
#include "verbs.h"

#include "longshore/clock.h"
#include "longshore/hex.h"
#include "longshore/id.h"
#include "longshore/random.h"
#include "longshore/topics.h"
#include "sql/cli.h"

static struct ev_trigger trigger_of(struct cli *cli, enum ev_trigger_kind kind, struct str tenant)
{
	const char *note = cli_option(cli, "--note");
	return (struct ev_trigger){.kind = kind,
	        .source = STR("cli"),
	        .tenant = tenant,
	        .actor = cli_actor(cli),
	        .note = str_c(note ? note : ""),
	        .at_ms = clock_unix_ms()};
}

/* --id, so that a caller can ask again for the same thing; else a new cause. */
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

/* The id that the scheduler will compute from the same cause. */
static struct str cause_id(
        struct cli *cli, const char *tag, struct str tenant, struct str name, struct str id)
{
	const struct str fields[] = {tenant, name, STR("trigger"),
	        arena_printf(&cli->mem, "cli/" STR_FMT, STR_ARG(id)), STR("0")};
	struct id made = id_of(tag, fields, 5);
	return arena_str(&cli->mem, id_str(&made));
}

static int request(struct cli *cli, enum ev_trigger_kind kind, const char *tag, const char *name,
        struct err *e)
{
	struct str tenant;
	int act = cli_tenant(cli, &tenant, e);
	if (act != 0)
		return act;
	struct ev_trigger t = trigger_of(cli, kind, tenant);
	t.trigger_id = trigger_id(cli);
	if (kind == EV_TRIGGER_KIND_BUILD)
		t.bridge = str_c(name);
	else
		t.route = str_c(name);
	struct str id = cause_id(cli, tag, tenant, str_c(name), t.trigger_id);
	act = cli_publish(cli, TOPIC_TRIGGERS, str_c(name), tenant, &ev_trigger_type, &t, e);
	if (act != 0)
		return act;
	int64_t seconds = cli_wait_seconds(cli);
	if (seconds >= 0)
		return cli_wait(cli, id, seconds, e);
	cli_print(cli->json ? "{\"delivery_id\":\"" STR_FMT "\"}\n" : STR_FMT "\n", STR_ARG(id));
	return EXIT_DONE;
}

static int deliver(struct cli *cli, struct err *e)
{
	return request(cli, EV_TRIGGER_KIND_DELIVER, "delivery/1", cli->args.positions[0], e);
}

static int bridge_info(struct cli *cli, const char *name, struct err *e)
{
	static const char *const head[] = {"version", "records", "persons", "epoch", "built"};
	struct str tenant;
	AUTO_PG_ROWS rows = NULL;
	struct pg_params p;
	pg_params_init(&p, &cli->mem);
	int act = cli_tenant(cli, &tenant, e);
	if (act == 0)
		act = cli_pg(cli, e);
	if (act != 0)
		return act;
	pg_add(&p, tenant);
	pg_add(&p, str_c(name));
	act = pg_run(cli->pg, &sql_select_versions, &p, &rows, NULL, e);
	if (act != 0)
		return act;
	size_t n = pg_rows_count(rows);
	struct str *cells = arena_alloc(&cli->mem, (n + 1) * 5 * sizeof(*cells));
	for (size_t i = 0; i < n * 5; i++)
		cells[i] = pg_text(rows, i / 5, (int)(i % 5), &cli->mem);
	if (!cli->json) {
		cli_table(head, 5, cells, n);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < n; i++)
		cli_print("%s{\"version\":\"" STR_FMT "\",\"records\":" STR_FMT
		          ",\"persons\":" STR_FMT ",\"key_epoch\":" STR_FMT
		          ",\"built_at\":\"" STR_FMT "\"}",
		        i ? "," : "[", STR_ARG(cells[i * 5]), STR_ARG(cells[i * 5 + 1]),
		        STR_ARG(cells[i * 5 + 2]), STR_ARG(cells[i * 5 + 3]),
		        STR_ARG(cells[i * 5 + 4]));
	cli_print("%s]\n", n ? "" : "[");
	return EXIT_DONE;
}

static int bridge(struct cli *cli, struct err *e)
{
	const char *what = cli->args.positions[0], *name = cli->args.positions[1];
	if (strcmp(what, "build") == 0)
		return request(cli, EV_TRIGGER_KIND_BUILD, "build/1", name, e);
	if (strcmp(what, "info") == 0)
		return bridge_info(cli, name, e);
	return cli_usage(
	        e, "bridge: %s is not known; usage: longshore bridge build|info NAME", what);
}

static int answer(struct cli *cli, enum ev_trigger_kind kind, struct err *e)
{
	struct delivery_row row;
	bool found = false;
	struct str id = str_c(cli->args.positions[0]);
	int act = cli_delivery(cli, id, &row, &found, e);
	if (act == 0 && !found)
		return err_set(e, ERR_REJECT, "not_found",
		        "there is no delivery " STR_FMT "; longshore status lists them",
		        STR_ARG(id));
	if (act != 0)
		return act;
	struct ev_trigger t = trigger_of(cli, kind, row.tenant);
	t.trigger_id = trigger_id(cli);
	t.delivery_id = id;
	t.resolution = cli_option(cli, "--adopt")    ? EV_RESOLUTION_ADOPT
	               : cli_option(cli, "--resend") ? EV_RESOLUTION_RESEND
	                                             : EV_RESOLUTION_NONE;
	act = cli_publish(cli, TOPIC_TRIGGERS, row.route, row.tenant, &ev_trigger_type, &t, e);
	if (act != 0)
		return act;
	cli_print(cli->json ? "{\"delivery_id\":\"" STR_FMT "\",\"asked\":true}\n"
	                    : "asked for " STR_FMT "\n",
	        STR_ARG(id));
	return EXIT_DONE;
}

static int approve(struct cli *cli, struct err *e)
{
	return answer(cli, EV_TRIGGER_KIND_APPROVE, e);
}

static int reject(struct cli *cli, struct err *e)
{
	return answer(cli, EV_TRIGGER_KIND_REJECT, e);
}

static int cancel(struct cli *cli, struct err *e)
{
	return answer(cli, EV_TRIGGER_KIND_CANCEL, e);
}

static int resume(struct cli *cli, struct err *e)
{
	if (cli_option(cli, "--adopt") && cli_option(cli, "--resend"))
		return cli_usage(e, "resume: --adopt and --resend exclude each other");
	return answer(cli, EV_TRIGGER_KIND_RESUME, e);
}

#define ACTOR \
	{ \
		"--actor", "NAME", false, "who asks; the system user if left out" \
	}
#define TENANT \
	{ \
		"--tenant", "NAME", false, "may be left out where there is only one" \
	}
#define NOTE \
	{ \
		"--note", "TEXT", false, "why; goes into the audit trail" \
	}
#define WAIT \
	{ \
		"--wait", "SECONDS", true, \
		        "until it is final or held; an hour if no number follows" \
	}
#define ID \
	{ \
		"--id", "TRIGGER_ID", false, "the same id is the same delivery" \
	}
#define END \
	{ \
		NULL, NULL, false, NULL \
	}

static const struct cli_option request_options[] = {TENANT, ID, ACTOR, NOTE, WAIT, END};
static const struct cli_option answer_options[] = {ACTOR, NOTE, END};
static const struct cli_option resume_options[] = {ACTOR, NOTE,
        {"--adopt", NULL, false, "what is at the destination is ours and right"},
        {"--resend", NULL, false, "send again"}, END};

const struct cli_verb verb_deliver = {.name = "deliver",
        .usage = "ROUTE [--wait [SECONDS]]",
        .help = "ask for a delivery",
        .positions_min = 1,
        .positions_max = 1,
        .options = request_options,
        .run = deliver};
const struct cli_verb verb_bridge = {.name = "bridge",
        .usage = "build|info NAME [--wait [SECONDS]]",
        .help = "build a bridge version, or list them",
        .positions_min = 2,
        .positions_max = 2,
        .options = request_options,
        .run = bridge};
const struct cli_verb verb_approve = {.name = "approve",
        .usage = "DELIVERY",
        .help = "release a held delivery",
        .positions_min = 1,
        .positions_max = 1,
        .options = answer_options,
        .run = approve};
const struct cli_verb verb_reject = {.name = "reject",
        .usage = "DELIVERY",
        .help = "end a held delivery",
        .positions_min = 1,
        .positions_max = 1,
        .options = answer_options,
        .run = reject};
const struct cli_verb verb_cancel = {.name = "cancel",
        .usage = "DELIVERY",
        .help = "stop a delivery",
        .positions_min = 1,
        .positions_max = 1,
        .options = answer_options,
        .run = cancel};
const struct cli_verb verb_resume = {.name = "resume",
        .usage = "DELIVERY [--adopt | --resend]",
        .help = "go on with a held delivery",
        .positions_min = 1,
        .positions_max = 1,
        .options = resume_options,
        .run = resume};
