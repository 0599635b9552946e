/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "longshore/event.h"
#include "words.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_MAX = 1000 };

int cli_usage(struct err *e, const char *fmt, ...)
{
	char text[400];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return err_set(e, ERR_REJECT, "usage", "%s", text);
}

bool cli_is_help(const char *option)
{
	return strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0;
}

const char *cli_option(const struct cli *cli, const char *name)
{
	const char *found = NULL;
	for (int i = 0; i < cli->args.options_count; i++) {
		if (strcmp(cli->args.options[i].name, name) == 0)
			found = cli->args.options[i].value ? cli->args.options[i].value : "";
	}
	return found;
}

int cli_option_number(
        const struct cli *cli, const char *name, int64_t most, int64_t *out, struct err *e)
{
	const char *given = cli_option(cli, name);
	int64_t number = 0;
	if (!given)
		return 0;
	if (!str_to_i64(str_c(given), &number) || number < 1 || number > most)
		return cli_usage(e, "%s: %s is not a whole number from 1 to %lld", name, given,
		        (long long)most);
	*out = number;
	return 0;
}

static const struct cli_option common[] = {{"--json", NULL, false, "print JSON"},
        {"--help", NULL, false, "print help"}, {"-h", NULL, false, "print help"},
        {NULL, NULL, false, NULL}};

static const struct cli_option *find(const struct cli_option *options, const char *name, size_t n)
{
	for (; options && options->name; options++) {
		if (strlen(options->name) == n && strncmp(options->name, name, n) == 0)
			return options;
	}
	return NULL;
}

static bool is_value(const char *arg)
{
	return arg && (arg[0] != '-' || arg[1] == '\0');
}

static bool is_plain_text(struct str text)
{
	bool is_plain = text.n <= TEXT_MAX && str_is_utf8(text);
	for (size_t i = 0; i < text.n; i++)
		is_plain = is_plain && (unsigned char)text.p[i] >= 0x20 && text.p[i] != 0x7f;
	return is_plain;
}

/* Arguments go into events and rows, which contain text. The scheduler would refuse a bad name,
 * but nobody would see that here. A path may be anything. */
static int check_text(
        const struct cli_verb *verb, const char *option, const char *value, struct err *e)
{
	static const char *const names[] = {"--actor", "--id", "--tenant"};
	bool is_name = false;
	if (strcmp(option, "-f") == 0)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		is_name = is_name || strcmp(option, names[i]) == 0;
	if (is_name ? event_name_is_good(str_c(value)) : is_plain_text(str_c(value)))
		return 0;
	return cli_usage(e,
	        "%s: the value of %s must be UTF-8 text of at most %d bytes without control "
	        "characters",
	        verb->name, option, is_name ? EVENT_NAME_MAX : TEXT_MAX);
}

static int no_option(const struct cli_verb *verb, struct str given, struct err *e)
{
	enum { CANDIDATES = 64, HINT_BYTES = 4096 };
	struct str names[CANDIDATES];
	size_t count = 0;
	struct arena mem;
	for (const struct cli_option *o = verb->options; o && o->name && count < CANDIDATES; o++)
		names[count++] = str_c(o->name);
	for (const struct cli_option *o = common; o->name && count < CANDIDATES; o++)
		names[count++] = str_c(o->name);
	arena_init(&mem, HINT_BYTES);
	int act = cli_usage(e, "%s: there is no option " STR_FMT "%s longshore help %s", verb->name,
	        STR_ARG(given), words_hint(given, names, count, &mem), verb->name);
	arena_release(&mem);
	return act;
}

static int take_option(const struct cli_verb *verb, int argc, char **argv, int *at,
        struct cli_args *out, struct err *e)
{
	const char *arg = argv[*at];
	size_t n = strcspn(arg, "=");
	const struct cli_option *option = find(verb->options, arg, n);
	if (!option)
		option = find(common, arg, n);
	if (!option)
		return no_option(verb, str_bytes(arg, n), e);
	if (out->options_count == ARGS_MAX)
		return cli_usage(e, "%s: too many options", verb->name);
	const char *value = arg[n] == '=' ? arg + n + 1 : NULL;
	if (!option->value && value)
		return cli_usage(e, "%s: %s takes no value", verb->name, option->name);
	const char *next = *at + 1 < argc ? argv[*at + 1] : NULL;
	bool takes_next = option->value && !value && is_value(next) &&
	                  (!option->may_be_bare || (next[0] >= '0' && next[0] <= '9'));
	if (takes_next)
		value = argv[++*at];
	if (option->value && !value && !option->may_be_bare)
		return cli_usage(e, "%s: %s needs a value: %s %s", verb->name, option->name,
		        option->name, option->value);
	if (value && value[0] == '\0')
		return cli_usage(e, "%s: the value of %s is empty", verb->name, option->name);
	if (value && check_text(verb, option->name, value, e) != 0)
		return e->act;
	out->options[out->options_count].name = option->name;
	out->options[out->options_count++].value = value;
	return 0;
}

int cli_parse(
        const struct cli_verb *verb, int argc, char **argv, struct cli_args *out, struct err *e)
{
	*out = (struct cli_args){.positions_count = 0};
	for (int i = 0; i < argc; i++) {
		if (!is_value(argv[i])) {
			int act = take_option(verb, argc, argv, &i, out, e);
			if (act != 0)
				return act;
			continue;
		}
		if (out->positions_count == verb->positions_max)
			return cli_usage(e, "%s: unexpected argument %s; usage: longshore %s %s",
			        verb->name, argv[i], verb->name, verb->usage);
		if (check_text(verb, "an argument", argv[i], e) != 0)
			return e->act;
		out->positions[out->positions_count++] = argv[i];
	}
	for (int i = 0; i < out->options_count; i++) {
		if (cli_is_help(out->options[i].name))
			return 0;
	}
	if (out->positions_count < verb->positions_min)
		return cli_usage(e, "%s: an argument is missing; usage: longshore %s %s",
		        verb->name, verb->name, verb->usage);
	return 0;
}
