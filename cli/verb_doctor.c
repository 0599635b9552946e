/* SPDX-License-Identifier: Apache-2.0
 *
 * doctor: runs all checks at once, each in its own process, and prints their findings in the order
 * of the table. A check that does not end in time is killed and reported.
 */
#include "doctor.h"
#include "json.h"
#include "verbs.h"

#include "longshore/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHECK_MS = 20000, FINDINGS_MAX = 1024 * 1024, PIECE = 4096 };

static const struct doctor_check checks[] = {
        {"settings", doctor_settings, ""},
        {"kafka", doctor_kafka, "check the brokers of LONGSHORE_KAFKA"},
        {"postgres", doctor_postgres, "check the server of LONGSHORE_POSTGRES"},
        {"migrations", doctor_migrations, "check the server of LONGSHORE_POSTGRES"},
        {"grants", doctor_grants, "check the server of LONGSHORE_POSTGRES"},
        {"redis", doctor_redis, "check the server of LONGSHORE_REDIS"},
        {"staging", doctor_staging, "check the file system of LONGSHORE_STAGING"},
        {"keys", doctor_keys, "check the file system of LONGSHORE_KEYS"},
        {"zones", doctor_zones,
                "check LONGSHORE_SCHEDULER_ZONEINFO and the server of LONGSHORE_POSTGRES"},
        {"drops", doctor_drops,
                "check the file systems of the buckets and the server of LONGSHORE_POSTGRES"},
        {"services", doctor_services,
                "check the brokers of LONGSHORE_KAFKA and the server of LONGSHORE_POSTGRES"},
        {"work", doctor_work, "check the server of LONGSHORE_POSTGRES"},
};
enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

struct running {
	const struct doctor_check *check;
	pid_t pid;
	int fd; /* -1: it has reported everything */
	struct buf said;
	bool is_late;
};

struct report {
	const struct cli *cli;
	struct buf json;
	int counts[DOCTOR_PROBLEM + 1];
};

static void run_in_child(struct cli *cli, const struct doctor_check *check, int fd)
{
	struct doctor d = {.cli = cli, .fd = fd};
	check->run(&d);
	pg_close(cli->pg);
	arena_release(&cli->mem);
	exit(0);
}

static int start(
        struct cli *cli, struct running *r, const struct doctor_check *check, struct err *e)
{
	int ends[2];
	r->check = check;
	buf_init(&r->said, FINDINGS_MAX);
	if (pipe(ends) != 0)
		return err_set_errno(e, "no_process", errno, "start check %s", check->name);
	r->pid = fork();
	if (r->pid == 0) {
		(void)close(ends[0]);
		run_in_child(cli, check, ends[1]);
	}
	(void)close(ends[1]);
	r->fd = ends[0];
	if (r->pid > 0)
		return 0;
	int reason = errno;
	(void)close(ends[0]);
	r->fd = -1;
	return err_set_errno(e, "no_process", reason, "start check %s", check->name);
}

static void read_some(struct running *r)
{
	char piece[PIECE];
	struct err e;
	ssize_t n = read(r->fd, piece, sizeof(piece));
	if (n < 0 && errno == EINTR)
		return;
	if (n > 0 && buf_append(&r->said, piece, (size_t)n, &e) == 0)
		return;
	(void)close(r->fd);
	r->fd = -1;
}

static void read_all(struct running *list, size_t count)
{
	int64_t deadline = clock_mono_ms() + CHECK_MS;
	for (;;) {
		struct pollfd fds[CHECKS];
		struct running *of[CHECKS];
		nfds_t n = 0;
		for (size_t i = 0; i < count; i++) {
			if (list[i].fd < 0)
				continue;
			of[n] = &list[i];
			fds[n++] = (struct pollfd){.fd = list[i].fd, .events = POLLIN};
		}
		int64_t left = deadline - clock_mono_ms();
		if (n == 0 || left <= 0)
			break;
		if (poll(fds, n, (int)left) <= 0)
			continue;
		for (nfds_t i = 0; i < n; i++) {
			if (fds[i].revents)
				read_some(of[i]);
		}
	}
	for (size_t i = 0; i < count; i++)
		list[i].is_late = list[i].fd >= 0;
}

static void print(struct report *r, const char *check, enum doctor_level level, const char *subject,
        const char *text, const char *remedy)
{
	static const char *const words[] = {"ok", "warning", "problem"};
	r->counts[level]++;
	if (!r->cli->json) {
		struct arena mem;
		arena_init(&mem, FINDINGS_MAX);
		struct str line = arena_printf(&mem, "%-8s %s: %s%s%s", words[level], subject, text,
		        remedy[0] ? " -> " : "", remedy);
		cli_print(STR_FMT "\n", STR_ARG(cli_plain(line, &mem)));
		arena_release(&mem);
		return;
	}
	json_open(&r->json, NULL, '{');
	json_text(&r->json, "check", str_c(check));
	json_text(&r->json, "level", str_c(words[level]));
	json_text(&r->json, "subject", str_c(subject));
	json_text(&r->json, "text", str_c(text));
	json_text(&r->json, "remedy", str_c(remedy));
	json_close(&r->json, '}');
}

/* Findings have the form "<level>" subject NUL text NUL remedy NUL. An incomplete last one is
 * ignored. */
static void print_findings(struct report *report, const struct running *r)
{
	struct str rest = buf_str(&r->said);
	while (rest.n > 0) {
		const char *parts[3] = {"", "", ""};
		size_t at = 1, known = 0;
		for (; known < 3; known++) {
			const char *end = at < rest.n ? memchr(rest.p + at, 0, rest.n - at) : NULL;
			if (!end)
				break;
			parts[known] = rest.p + at;
			at = (size_t)(end - rest.p) + 1;
		}
		if (known < 3)
			return;
		enum doctor_level level = rest.p[0] == '0'   ? DOCTOR_OK
		                          : rest.p[0] == '1' ? DOCTOR_WARNING
		                                             : DOCTOR_PROBLEM;
		print(report, r->check->name, level, parts[0], parts[1], parts[2]);
		rest = str_bytes(rest.p + at, rest.n - at);
	}
}

/* A process that cannot be killed is left behind, so that doctor can end. */
static void end(struct report *report, struct running *r)
{
	int status = 0;
	print_findings(report, r);
	if (r->is_late) {
		print(report, r->check->name, DOCTOR_PROBLEM, r->check->name,
		        "did not finish in time", r->check->remedy);
		(void)kill(r->pid, SIGKILL);
		(void)close(r->fd);
		(void)waitpid(r->pid, &status, WNOHANG);
	} else if (waitpid(r->pid, &status, 0) == r->pid && status != 0) {
		print(report, r->check->name, DOCTOR_PROBLEM, r->check->name,
		        "the check itself failed", "report this with the lines above");
	}
	buf_release(&r->said);
}

static int finish(struct report *r)
{
	int problems = r->counts[DOCTOR_PROBLEM], warnings = r->counts[DOCTOR_WARNING];
	if (r->cli->json) {
		json_close(&r->json, ']');
		json_print(&r->json);
	} else {
		cli_print("%d problem%s, %d warning%s\n", problems, problems == 1 ? "" : "s",
		        warnings, warnings == 1 ? "" : "s");
	}
	buf_release(&r->json);
	return problems ? EXIT_FAILED : EXIT_DONE;
}

static int doctor(struct cli *cli, struct err *e)
{
	struct running list[CHECKS] = {{.fd = -1}};
	struct report report = {.cli = cli};
	size_t started = 0;
	int act = 0;
	for (; started < CHECKS && act == 0; started++) {
		list[started] = (struct running){.fd = -1};
		act = start(cli, &list[started], &checks[started], e);
	}
	if (act != 0)
		return act; /* running checks end by themselves */
	buf_init(&report.json, JSON_MAX);
	json_open(&report.json, NULL, '[');
	read_all(list, started);
	for (size_t i = 0; i < started; i++)
		end(&report, &list[i]);
	return finish(&report);
}

const struct cli_verb verb_doctor = {.name = "doctor",
        .usage = "",
        .help = "check the installation, and print remedies",
        .more = "Prints one line per check: ok, warning or problem, and the remedy after ->. "
                "Changes nothing except\nscratch objects in staging and drops, which it removes. "
                "Exit code 1 if there is a problem",
        .run = doctor};
