/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "longshore/conf.h"
#include "longshore/log.h"

#include <stddef.h>
#include <stdio.h>

enum { ARENA_BYTES = 256 * 1024 * 1024 };

static const struct cli_verb *const verbs[] = {&verb_migrate, &verb_topics, &verb_keys, &verb_apply,
        &verb_get, &verb_bridge, &verb_deliver, &verb_status, &verb_trace, &verb_approve,
        &verb_reject, &verb_cancel, &verb_resume, NULL};

#define SETTING(member, variable, preset_text, text) \
	{ \
		.env = (variable), .kind = CONF_TEXT, .offset = offsetof(struct cli_conf, member), \
		.preset = (preset_text), .help = (text) \
	}

static const struct conf_field fields[] = {
        SETTING(kafka, "LONGSHORE_KAFKA", "", "Kafka brokers, host:port with commas between"),
        SETTING(topic_prefix, "LONGSHORE_TOPIC_PREFIX", "longshore.", "what all topics begin with"),
        SETTING(postgres, "LONGSHORE_POSTGRES", "", "PostgreSQL, as libpq's connection string"),
        SETTING(redis, "LONGSHORE_REDIS", "", "Redis, host:port"),
        SETTING(staging, "LONGSHORE_STAGING", "", "staging, as URL"),
        SETTING(keys, "LONGSHORE_KEYS", "", "directory that holds one key directory per service"),
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
		cli_print("usage: longshore %s %s\n\n%s.\n", verb->name, verb->usage, verb->help);
		print_options(verb->options);
		cli_print("  --json\n      print JSON\n");
		return;
	}
	cli_print("usage: longshore VERB [ARGUMENTS] [--json]\n\n");
	for (int i = 0; verbs[i]; i++)
		cli_print("  %-8s %-38s %s\n", verbs[i]->name, verbs[i]->usage, verbs[i]->help);
	cli_print("\nExit codes: 0 done, 1 failed, 2 usage, 3 held. Settings, from the "
	          "environment:\n\n");
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

static int fail(const struct cli *cli, const struct err *e)
{
	if (cli->json) {
		struct buf out;
		buf_init(&out, 65536);
		cli_json_string(&out, str_c(e->text));
		(void)fprintf(stderr, "{\"error\":{\"code\":\"%s\",\"text\":%.*s}}\n", e->code,
		        STR_ARG(buf_str(&out)));
		buf_release(&out);
	} else {
		(void)fprintf(stderr, "longshore: %s\n", e->text);
	}
	return strcmp(e->code, "usage") == 0 ? EXIT_USAGE : EXIT_FAILED;
}

static int run(struct cli *cli, const struct cli_verb *verb, int argc, char **argv)
{
	struct err e = {0};
	struct buf report;
	for (int i = 0; i < argc; i++)
		cli->json = cli->json || strcmp(argv[i], "--json") == 0;
	if (cli_parse(verb, argc, argv, &cli->args, &e) != 0)
		return fail(cli, &e);
	if (cli_option(cli, "--help")) {
		print_help(verb);
		return EXIT_DONE;
	}
	buf_init(&report, 65536);
	int code = conf_read(fields, FIELDS, &cli->conf, &cli->mem, &report, &e);
	if (code == 0)
		code = verb->run(cli, &e);
	else
		(void)fprintf(stderr, STR_FMT, STR_ARG(buf_str(&report)));
	buf_release(&report);
	return code < 0 ? fail(cli, &e) : code;
}

int main(int argc, char **argv)
{
	log_start("longshore", LOG_WARN, 2);
	const char *name = argc > 1 ? argv[1] : "help";
	if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0) {
		const struct cli_verb *verb = argc > 2 ? find(argv[2]) : NULL;
		if (argc > 2 && !verb) {
			(void)fprintf(stderr, "longshore: there is no verb %s\n", argv[2]);
			return EXIT_USAGE;
		}
		print_help(verb);
		return EXIT_DONE;
	}
	const struct cli_verb *verb = find(name);
	if (!verb) {
		(void)fprintf(stderr, "longshore: there is no verb %s; longshore help lists them\n",
		        name);
		return EXIT_USAGE;
	}
	struct cli cli = {.json = false};
	arena_init(&cli.mem, ARENA_BYTES);
	int code = run(&cli, verb, argc - 2, argv + 2);
	pg_close(cli.pg);
	arena_release(&cli.mem);
	return code;
}
