/* SPDX-License-Identifier: Apache-2.0
 *
 * --wait: waits until the requested deliveries are final or held. The recorder notifies us;
 * polling makes up for lost notifications.
 */
#include "delivery.h"

#include "json.h"
#include "longshore/clock.h"
#include "longshore/holds.h"
#include "longshore/states.h"

#include <poll.h>
#include <stdio.h>

enum { LOOK_MS = 1000, LATE_MS = 3000, LOOK_BYTES = 64 * 1024 * 1024 };
enum { HOUR_SECONDS = 3600, YEAR_SECONDS = 366 * 24 * HOUR_SECONDS };

struct waiting {
	struct cli *cli;
	struct arena mem; /* of one poll */
	const struct wait_for *wanted;
	struct str *ids;
	struct delivery_row *rows;
	bool *settled;
	size_t count, left;
	bool as_list;
	struct buf json;
	int code;
};

int cli_wait_seconds(const struct cli *cli, int64_t *out, struct err *e)
{
	const char *given = cli_option(cli, "--wait");
	*out = given ? HOUR_SECONDS : -1;
	return given && given[0] ? cli_option_number(cli, "--wait", YEAR_SECONDS, out, e) : 0;
}

static void print_json(struct waiting *w, const struct delivery_row *row, struct str release)
{
	struct buf *out = &w->json;
	json_open(out, NULL, '{');
	json_text(out, "delivery_id", row->delivery_id);
	json_text(out, "tenant", row->tenant);
	json_text(out, "route", row->route);
	json_text(out, "state", row->state);
	json_text(out, "reason", row->reason);
	json_text(out, "detail", row->detail);
	json_num(out, "version", row->version);
	json_text(out, "release", release);
	json_text(out, "release_note",
	        str_c(delivery_state_is(row->state, STATE_HELD) ? cli_release_note(row->reason)
	                                                        : ""));
	json_close(out, '}');
	if (!w->as_list)
		json_print(out);
}

static void print_row(struct waiting *w, const struct delivery_row *row)
{
	struct arena *mem = &w->mem;
	struct str release = {NULL, 0};
	if (delivery_state_is(row->state, STATE_HELD))
		release = cli_release(mem, row->delivery_id, row->reason, row->content_hash);
	if (w->cli->json) {
		print_json(w, row, release);
		return;
	}
	cli_print(STR_FMT "  " STR_FMT "%s" STR_FMT "%s", STR_ARG(row->delivery_id),
	        STR_ARG(row->state), row->reason.n ? " (" : "", STR_ARG(row->reason),
	        row->reason.n ? ")" : "");
	if (w->as_list)
		cli_print("  " STR_FMT, STR_ARG(cli_plain(row->route, mem)));
	cli_print("\n");
	if (row->detail.n)
		cli_print("  " STR_FMT "\n", STR_ARG(cli_plain(row->detail, mem)));
	if (release.n)
		cli_print_release(release, row->reason, "  ");
	(void)fflush(stdout);
}

/* 1 is worse than 3, which is worse than 0. */
static void count_code(struct waiting *w, const struct wait_for *wanted, struct str state)
{
	bool is_aim = wanted->aim && str_eq(state, str_c(wanted->aim));
	int code = is_aim                                                 ? EXIT_DONE
	           : wanted->aim && !delivery_state_is(state, STATE_HELD) ? EXIT_FAILED
	                                                                  : cli_code_of(state);
	if (code == EXIT_FAILED || w->code == EXIT_DONE)
		w->code = code;
}

/* A delivery that waits for an earlier one of its route needs nobody's action. */
static bool is_over(const struct delivery_row *row)
{
	return cli_is_final(row->state) ||
	       (delivery_state_is(row->state, STATE_HELD) &&
	               !str_eq(row->reason, str_c(holds[HOLD_OVERLAP].word)));
}

static int look(struct waiting *w, struct err *e)
{
	for (size_t i = 0; i < w->count; i++)
		w->rows[i] = (struct delivery_row){.delivery_id = w->ids[i]};
	arena_reset(&w->mem);
	int act = cli_deliveries(w->cli, w->ids, w->count, &w->mem, w->rows, e);
	for (size_t i = 0; act == 0 && i < w->count; i++) {
		const struct delivery_row *row = &w->rows[i];
		if (w->settled[i] || !row->is_found || !is_over(row) ||
		        row->version <= w->wanted[i].after_version)
			continue;
		w->settled[i] = true;
		w->left--;
		print_row(w, row);
		count_code(w, &w->wanted[i], row->state);
	}
	return act;
}

static const struct delivery_row *first_open(const struct waiting *w)
{
	size_t i = 0;
	while (i + 1 < w->count && w->settled[i])
		i++;
	return &w->rows[i];
}

static int stopped(const struct waiting *w, int64_t seconds, struct err *e)
{
	const struct delivery_row *row = first_open(w);
	struct str state = row->is_found ? row->state : STR("not recorded yet");
	if (cli_is_interrupted())
		return err_set(e, ERR_DEFER, "interrupted",
		        "stopped waiting; delivery " STR_FMT " continues (" STR_FMT
		        "): longshore watch " STR_FMT,
		        STR_ARG(row->delivery_id), STR_ARG(state), STR_ARG(row->delivery_id));
	return err_set(e, ERR_RETRY, "wait_over",
	        "delivery " STR_FMT " is still " STR_FMT
	        " after %lld s and continues: longshore watch " STR_FMT,
	        STR_ARG(row->delivery_id), STR_ARG(state), (long long)seconds,
	        STR_ARG(row->delivery_id));
}

/* Says once if no service works on what we wait for. */
static void tell_unrecorded(const struct waiting *w, bool *is_told)
{
	const struct delivery_row *row = first_open(w);
	if (*is_told || row->is_found || w->cli->json)
		return;
	*is_told = true;
	cli_complain("longshore: delivery " STR_FMT
	             " was requested but is not recorded yet; still waiting. longshore doctor "
	             "shows whether all services are running\n",
	        STR_ARG(row->delivery_id));
}

/* Prints the current state, then changes, until everything is settled. */
static int wait_all(struct waiting *w, int64_t seconds, struct err *e)
{
	int64_t began = clock_mono_ms(), deadline = began + seconds * 1000;
	bool is_listening = false, is_told = false;
	for (;;) {
		bool notified = false;
		int act = is_listening ? 0 : pg_listen(w->cli->pg, "longshore_delivery", e);
		is_listening = act == 0;
		if (act == 0)
			act = look(w, e);
		if (act == 0 && w->left == 0)
			return 0;
		if (cli_is_interrupted())
			return stopped(w, seconds, e);
		if (act == 0 && clock_mono_ms() - began >= LATE_MS)
			tell_unrecorded(w, &is_told);
		if (act == 0 && clock_mono_ms() < deadline)
			act = pg_wait_notify(w->cli->pg, LOOK_MS, &notified, e);
		if (act != 0 && act != ERR_RETRY)
			return act;
		if (clock_mono_ms() >= deadline)
			return act != 0 ? act : stopped(w, seconds, e);
		if (act != 0) /* the database is down: wait until it is back or the time is over */
			(void)poll(NULL, 0, LOOK_MS);
	}
}

int cli_wait(struct cli *cli, const struct wait_for *wanted, size_t count, bool as_list,
        int64_t seconds, struct err *e)
{
	struct waiting w = {.cli = cli,
	        .wanted = wanted,
	        .ids = arena_alloc(&cli->mem, (count + 1) * sizeof(*w.ids)),
	        .rows = arena_alloc(&cli->mem, (count + 1) * sizeof(*w.rows)),
	        .settled = arena_alloc(&cli->mem, (count + 1) * sizeof(*w.settled)),
	        .count = count,
	        .left = count,
	        .as_list = as_list};
	for (size_t i = 0; i < count; i++) {
		w.ids[i] = wanted[i].delivery_id;
		w.rows[i] = (struct delivery_row){.delivery_id = w.ids[i]};
	}
	buf_init(&w.json, JSON_MAX);
	arena_init(&w.mem, LOOK_BYTES);
	if (as_list)
		json_open(&w.json, NULL, '[');
	cli_catch_interrupt();
	int act = cli_pg(cli, e);
	if (act == 0)
		act = wait_all(&w, seconds, e);
	if (as_list && cli->json) {
		json_close(&w.json, ']');
		json_print(&w.json);
	}
	buf_release(&w.json);
	arena_release(&w.mem);
	return act == 0 ? w.code : act;
}
