/* SPDX-License-Identifier: Apache-2.0
 * watch: shows deliveries as they change. It waits in one place only, for Kafka or a signal. */
#include "find.h"
#include "options.h"
#include "verbs.h"
#include "watch.h"

#include "longshore/clock.h"
#include "longshore/id.h"
#include "sql/cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* librdkafka must be polled regularly. */
enum { POLL_SECONDS = 5 };

struct watching {
	struct watch_list list;
	enum watch_form form;
	struct watch_screen screen;
	bool has_news; /* not shown in the table yet */
};

static void show(void *arg, const struct snapshot *s)
{
	struct watching *w = arg;
	const struct watched *news = watch_list_take(&w->list, s);
	if (!news)
		return;
	if (w->form == FORM_JSON)
		watch_print_json(&news->s);
	else if (w->form == FORM_LINES)
		watch_print_line(&news->s);
	w->has_news = true;
}

static bool is_id(const char *text)
{
	return strlen(text) == ID_TEXT_BYTES - 1 &&
	       strspn(text, "0123456789abcdef") == ID_TEXT_BYTES - 1;
}

/* A route or bridge; if none has this name, the first digits of a delivery's id. */
static int find_name(struct cli *cli, const char *name, struct watch_filter *f, struct err *e)
{
	struct found_name found;
	struct str id = STR("");
	struct err no_id;
	int act = cli_find_route(cli, name, &found, e);
	if (act == 0) {
		f->tenant = found.tenant;
		f->route = found.name;
	}
	if (!name || act != ERR_REJECT || strcmp(e->code, CODE_NOT_FOUND) != 0)
		return act;
	int looked = cli_find_id(cli, str_c(name), &id, &no_id);
	if (looked == 0 && is_id(arena_cstr(&cli->mem, id))) {
		f->delivery_id = id;
		return 0;
	}
	if (looked != 0)
		*e = no_id;
	return e->act;
}

static int read_until(const struct cli *cli, struct watch_list *l, struct err *e)
{
	const char *given = cli_option(cli, "--until");
	l->until = l->filter.delivery_id.p ? UNTIL_FINAL : UNTIL_NEVER;
	if (!given)
		return 0;
	if (strcmp(given, "final") != 0 && strcmp(given, "held") != 0)
		return cli_usage(e, "watch: --until %s is not supported; use final or held", given);
	l->until = strcmp(given, "held") == 0 ? UNTIL_HELD : UNTIL_FINAL;
	return 0;
}

/* An unknown delivery may have been requested a moment ago. */
static int check_arguments(struct cli *cli, struct watching *w, struct err *e)
{
	const char *name = cli->args.positions_count ? cli->args.positions[0] : NULL;
	struct watch_filter *f = &w->list.filter;
	*f = (struct watch_filter){.since_ms = clock_unix_ms()};
	bool has_id = name && is_id(name);
	if (has_id)
		f->delivery_id = str_c(name);
	w->form = cli->json ? FORM_JSON : isatty(STDOUT_FILENO) ? FORM_TABLE : FORM_LINES;
	int act = cli_need_kafka(cli, e);
	if (act == 0)
		act = cli_pg(cli, e);
	if (act == 0)
		act = find_name(cli, has_id ? NULL : name, f, e);
	return act == 0 ? read_until(cli, &w->list, e) : act;
}

/* Waits until Kafka wakes us or a signal arrives. Signals are blocked everywhere else. */
static void wait_for_news(int fd, const sigset_t *waiting_mask)
{
	uint64_t count = 0;
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	const struct timespec most = {.tv_sec = POLL_SECONDS};
	if (ppoll(&ready, 1, &most, waiting_mask) > 0)
		(void)!read(fd, &count, sizeof(count)); /* removes the wake-ups */
}

static void tell_trouble(const struct err *e, bool *is_told)
{
	if (!*is_told)
		cli_complain("longshore: watch continues: Kafka (LONGSHORE_KAFKA): %s\n", e->text);
	*is_told = true;
}

static int follow(struct watching *w, struct watch_source *source, int fd,
        const sigset_t *waiting_mask, struct err *e)
{
	int code = EXIT_DONE;
	bool is_told = false;
	for (;;) {
		int act = watch_source_read(source, show, w, e);
		if (act == ERR_RETRY)
			tell_trouble(e, &is_told);
		else if (act != 0)
			return act;
		if (w->form == FORM_TABLE && w->has_news)
			watch_print_table(&w->screen, &w->list);
		is_told = is_told && !w->has_news;
		w->has_news = false;
		if (watch_list_is_over(&w->list, &code))
			return code;
		if (cli_is_interrupted())
			return w->list.until == UNTIL_NEVER ? EXIT_DONE : EXIT_INTERRUPTED;
		wait_for_news(fd, waiting_mask);
	}
}

static int watch(struct cli *cli, struct err *e)
{
	struct watching w = {.form = FORM_LINES};
	struct watch_source *source = NULL;
	sigset_t stops, before;
	int act = check_arguments(cli, &w, e);
	if (act != 0)
		return act;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fd < 0)
		return err_set_errno(e, "no_wake", errno, "watch");
	(void)sigemptyset(&stops);
	(void)sigaddset(&stops, SIGINT);
	(void)sigaddset(&stops, SIGTERM);
	act = watch_source_open(cli, &w.list.filter, fd, show, &w, &source, e);
	if (act == 0) {
		w.list.is_live = true;
		cli_catch_interrupt();
		(void)sigprocmask(SIG_BLOCK, &stops, &before);
		if (w.list.filter.delivery_id.p && w.list.count == 0)
			cli_complain("longshore: delivery " STR_FMT
			             " is not recorded yet; waiting for it\n",
			        STR_ARG(w.list.filter.delivery_id));
		act = follow(&w, source, fd, &before, e);
	}
	watch_source_close(source);
	watch_list_release(&w.list);
	(void)close(fd);
	return act;
}

static const struct cli_option options[] = {
        {"--until", "final|held", false,
                "stop when all watched deliveries are final, or final or held"},
        {"--tenant", "NAME", false, "only this tenant"}, OPTION_END};

const struct cli_verb verb_watch = {.name = "watch",
        .usage = "[DELIVERY | [TENANT/]ROUTE]",
        .help = "show deliveries as they change, until Ctrl-C",
        .more = "Shows the current state first. Prints a table on a terminal, otherwise one line "
                "per change; with --json, one\nobject per line. One delivery is watched until it "
                "is final. A route, or all deliveries, are watched for ever,\nor with --until "
                "until every delivery that is under way or begins meanwhile is over. Exit code: 0 "
                "completed,\n3 held, 1 anything else; for several, the worst",
        .positions_max = 1,
        .options = options,
        .run = watch};
