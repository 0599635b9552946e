/* SPDX-License-Identifier: Apache-2.0 */
#include "tables.h"

#include <stdio.h>

static bool is_first = true;

static void quoted(const char *text)
{
	(void)putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			(void)putchar('\\');
		if (*text == '\n')
			(void)fputs("\\n", stdout);
		else
			(void)putchar(*text);
	}
	(void)putchar('"');
}

static void begin(const char *key)
{
	(void)fputs(is_first ? "\n" : ",\n", stdout);
	is_first = false;
	if (key) {
		quoted(key);
		(void)fputs(": ", stdout);
	}
}

void out_open(const char *key, char bracket)
{
	begin(key);
	(void)putchar(bracket);
	is_first = true;
}

void out_close(char bracket)
{
	(void)putchar(bracket);
	is_first = false;
}

void out_text(const char *key, const char *text)
{
	begin(key);
	if (text)
		quoted(text);
	else
		(void)fputs("null", stdout);
}

void out_number(const char *key, int64_t number)
{
	begin(key);
	(void)printf("%lld", (long long)number);
}

void out_flag(const char *key, bool flag)
{
	begin(key);
	(void)fputs(flag ? "true" : "false", stdout);
}

void out_words(const char *key, const char *const *words)
{
	if (!words) {
		out_text(key, NULL);
		return;
	}
	out_open(key, '[');
	for (; *words; words++)
		out_text(NULL, *words);
	out_close(']');
}

int main(void)
{
	out_open(NULL, '{');
	print_kinds();
	print_holds();
	print_states();
	print_codes();
	print_results();
	print_limits();
	print_metrics();
	print_logs();
	out_close('}');
	(void)putchar('\n');
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
