/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void add(struct buf *out, struct str text)
{
	struct err e;
	if (buf_append_str(out, text, &e) == 0)
		return;
	cli_complain("longshore: JSON: %s\n", e.text);
	exit(EXIT_FAILED);
}

static void add_quoted(struct buf *out, struct str text)
{
	add(out, STR("\""));
	for (size_t i = 0; i < text.n;) {
		unsigned char c = (unsigned char)text.p[i];
		size_t n = str_utf8_length(str_bytes(text.p + i, text.n - i));
		char escape[8];
		if (c == '"' || c == '\\' || c < 0x20 || c == 0x7f) {
			(void)snprintf(escape, sizeof(escape),
			        c == '"' || c == '\\' ? "\\%c" : "\\u%04x", c);
			add(out, str_c(escape));
		} else {
			add(out, n ? str_bytes(text.p + i, n) : STR("\\ufffd"));
		}
		i += n ? n : 1;
	}
	add(out, STR("\""));
}

static void begin(struct buf *out, const char *name)
{
	char last = out->n ? out->p[out->n - 1] : '[';
	if (last != '{' && last != '[')
		add(out, STR(","));
	if (!name)
		return;
	add_quoted(out, str_c(name));
	add(out, STR(":"));
}

void json_text(struct buf *out, const char *name, struct str value)
{
	begin(out, name);
	add_quoted(out, value);
}

void json_num(struct buf *out, const char *name, int64_t value)
{
	char text[32];
	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	begin(out, name);
	add(out, str_c(text));
}

void json_bool(struct buf *out, const char *name, bool value)
{
	begin(out, name);
	add(out, value ? STR("true") : STR("false"));
}

void json_raw(struct buf *out, const char *name, struct str json)
{
	begin(out, name);
	add(out, json);
}

void json_open(struct buf *out, const char *name, char bracket)
{
	begin(out, name);
	add(out, str_bytes(&bracket, 1));
}

void json_close(struct buf *out, char bracket)
{
	add(out, str_bytes(&bracket, 1));
}

void json_print(struct buf *out)
{
	(void)printf(STR_FMT "\n", STR_ARG(buf_str(out))); /* JSON has escapes of its own */
	buf_clear(out);
}
