/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"
#include "verbs.h"
#include "words.h"

#include "longshore/conf.h"
#include "longshore/log.h"
#include "longshore/secret.h"

#include "longshore/confine.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

enum { ARENA_BYTES = 256 * 1024 * 1024 };

#define VERB(name) &verb_##name,
static const struct cli_verb *const verbs[] = {CLI_VERBS(VERB) NULL};
#undef VERB

#define SETTING(member, variable, preset_text, text) \
	{ \
		.env = (variable), .kind = CONF_TEXT, .offset = offsetof(struct cli_conf, member), \
		.preset = (preset_text), .help = (text) \
	}

static const struct conf_field fields[] = {
        SETTING(kafka, "LONGSHORE_KAFKA", "", "Kafka brokers, comma-separated host:port"),
        SETTING(kafka_config, "LONGSHORE_KAFKA_CONFIG", "",
                "file of librdkafka properties for TLS and SASL, mode 0600"),
        SETTING(topic_prefix, "LONGSHORE_TOPIC_PREFIX", "longshore.", "prefix of all topic names"),
        SETTING(postgres, "LONGSHORE_POSTGRES", "", "PostgreSQL, as a libpq connection string"),
        SETTING(redis, "LONGSHORE_REDIS", "", "Redis, host:port or redis://host:port"),
        SETTING(redis_config, "LONGSHORE_REDIS_CONFIG", "",
                "file with user= and password= for Redis, mode 0600"),
        SETTING(staging, "LONGSHORE_STAGING", "", "URL of staging"),
        SETTING(keys, "LONGSHORE_KEYS", "", "directory with one key directory per service"),
        CONFINE_SETTING(CONFINE_DROP_ROOTS, offsetof(struct cli_conf, drop_roots), "drops"),
        CONFINE_SETTING(CONFINE_SOURCE_ROOTS, offsetof(struct cli_conf, source_roots),
                "sources, suppression lists and the bridges' files"),
        SETTING(zoneinfo, "LONGSHORE_SCHEDULER_ZONEINFO", "/usr/share/zoneinfo",
                "directory of the time zone files"),
        SETTING(tenant, "LONGSHORE_TENANT", "", "default tenant; --tenant overrides it"),
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static void print_options(const struct cli_option *options)
{
	for (; options && options->name; options++) {
		cli_print("  %s%s%s%s%s\n      %s\n", options->name, options->value ? " " : "",
		        options->may_be_bare ? "[" : "", options->value ? options->value : "",
		        options->may_be_bare ? "]" : "", options->help);
	}
}

static void print_help(const struct cli_verb *verb)
{
	if (verb) {
		cli_print("usage: longshore %s%s%s\n\n%s.\n", verb->name, verb->usage[0] ? " " : "",
		        verb->usage, verb->help);
		if (verb->more)
			cli_print("%s.\n\n", verb->more);
		print_options(verb->options);
		cli_print("  --json\n      print JSON\n");
		return;
	}
	cli_print("usage: longshore VERB [ARGUMENTS] [--json]\n\n");
	for (int i = 0; verbs[i]; i++)
		cli_print("  %-8s %-29s %s\n", verbs[i]->name, verbs[i]->usage, verbs[i]->help);
	cli_print(
	        "\nlongshore help VERB or longshore VERB --help shows details; longshore --version "
	        "prints the version.\nDELIVERY is a delivery's id or the first digits of it, at "
	        "least four.\n\nExit codes:\n  0    done; with --wait and watch: completed\n  1    "
	        "failed or refused\n  2    usage error: arguments or settings\n  3    held: it "
	        "waits for a person or for its cause to go away\n  4    timed out: an answer or an "
	        "end may still come\n  130  interrupted\n\nSettings (environment variables):\n\n");
	struct buf text;
	struct err e;
	buf_init(&text, 65536);
	if (conf_help(fields, FIELDS, &text, &e) == 0)
		cli_print(STR_FMT, STR_ARG(buf_str(&text)));
	buf_release(&text);
}

static const struct cli_verb *find(const char *name)
{
	for (int i = 0; verbs[i]; i++) {
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	}
	return NULL;
}

static int no_verb(const char *name)
{
	struct str names[sizeof(verbs) / sizeof(verbs[0])];
	size_t count = 0;
	struct arena mem;
	for (; verbs[count]; count++)
		names[count] = str_c(verbs[count]->name);
	arena_init(&mem, ARENA_BYTES);
	cli_complain("longshore: unknown verb " STR_FMT "%s longshore help lists the verbs\n",
	        STR_ARG(cli_plain(str_c(name), &mem)), words_hint(str_c(name), names, count, &mem));
	arena_release(&mem);
	return EXIT_USAGE;
}

/* Names the server and the setting that it comes from. */
static void name_place(struct err *e)
{
	if (strcmp(e->code, "pg_refused") == 0)
		(void)err_note(e, "PostgreSQL (LONGSHORE_POSTGRES; role longshore_operator has the "
		                  "required rights)");
	else if (strncmp(e->code, "pg_", 3) == 0)
		(void)err_note(e, "PostgreSQL (LONGSHORE_POSTGRES)");
	else if (e->source && strcmp(e->source, "librdkafka") == 0)
		(void)err_note(e, "Kafka (LONGSHORE_KAFKA)");
}

static int fail(struct cli *cli, struct err *e)
{
	name_place(e);
	if (cli->json) {
		struct buf out;
		buf_init(&out, JSON_MAX);
		json_open(&out, NULL, '{');
		json_open(&out, "error", '{');
		json_text(&out, "code", str_c(e->code));
		json_text(&out, "text", str_c(e->text));
		json_close(&out, '}');
		json_close(&out, '}');
		cli_complain(STR_FMT "\n", STR_ARG(buf_str(&out)));
		buf_release(&out);
	} else {
		cli_complain(
		        "longshore: " STR_FMT "\n", STR_ARG(cli_plain(str_c(e->text), &cli->mem)));
	}
	if (strcmp(e->code, "interrupted") == 0)
		return EXIT_INTERRUPTED;
	if (strcmp(e->code, "wait_over") == 0 || strcmp(e->code, "no_answer") == 0)
		return EXIT_LATE;
	return strcmp(e->code, "usage") == 0 ? EXIT_USAGE : EXIT_FAILED;
}

/* If the output could not be written completely, the command failed. */
static int flush_output(struct err *e)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return err_set_errno(e, "cannot_write", errno, "standard output");
}

static int run(struct cli *cli, const struct cli_verb *verb, int argc, char **argv)
{
	struct err e = {0};
	struct buf report;
	for (int i = 0; i < argc; i++)
		cli->json = cli->json || strcmp(argv[i], "--json") == 0;
	if (cli_parse(verb, argc, argv, &cli->args, &e) != 0)
		return fail(cli, &e);
	if (cli_option(cli, "--help") || cli_option(cli, "-h")) {
		print_help(verb);
		return EXIT_DONE;
	}
	buf_init(&report, 65536);
	int code = conf_read(fields, FIELDS, &cli->conf, &cli->mem, &report, &e);
	if (code == 0)
		code = verb->run(cli, &e);
	else
		cli_complain(STR_FMT, STR_ARG(buf_str(&report)));
	buf_release(&report);
	struct err unwritten;
	if (flush_output(&unwritten) != 0)
		return fail(cli, code < 0 ? &e : &unwritten);
	return code < 0 ? fail(cli, &e) : code;
}

int main(int argc, char **argv)
{
	secret_keep_from_cores(); /* this process has passwords and keys in memory */
	log_start("longshore", LOG_WARN, 2);
	const char *name = argc > 1 ? argv[1] : "help";
	if (strcmp(name, "--version") == 0) {
		cli_print("longshore %s\n", LONGSHORE_VERSION);
		return EXIT_DONE;
	}
	if (strcmp(name, "help") == 0 || cli_is_help(name)) {
		const struct cli_verb *verb = argc > 2 ? find(argv[2]) : NULL;
		if (argc > 2 && !verb)
			return no_verb(argv[2]);
		print_help(verb);
		return EXIT_DONE;
	}
	const struct cli_verb *verb = find(name);
	if (!verb)
		return no_verb(name);
	struct cli cli = {.json = false};
	arena_init(&cli.mem, ARENA_BYTES);
	int code = run(&cli, verb, argc - 2, argv + 2);
	bus_producer_close(cli.producer);
	pg_close(cli.pg);
	arena_release(&cli.mem);
	return code;
}
