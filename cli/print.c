/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>

void cli_print(const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	(void)vprintf(fmt, args); /* a closed pipe ends the process by SIGPIPE */
	va_end(args);
}

void cli_json_string(struct buf *out, struct str text)
{
	struct err e;
	int act = buf_append(out, "\"", 1, &e);
	for (size_t i = 0; act == 0 && i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '"' || c == '\\')
			act = buf_printf(out, &e, "\\%c", c);
		else if (c < 0x20)
			act = buf_printf(out, &e, "\\u%04x", c);
		else
			act = buf_append(out, text.p + i, 1, &e);
	}
	if (act == 0)
		act = buf_append(out, "\"", 1, &e);
	if (act != 0)
		(void)fprintf(stderr, "longshore: %s\n", e.text);
}

void cli_table(const char *const *head, int columns, const struct str *cells, size_t rows)
{
	int width[16] = {0};
	for (int c = 0; c < columns; c++) {
		width[c] = (int)strlen(head[c]);
		for (size_t r = 0; r < rows; r++) {
			int n = (int)cells[r * (size_t)columns + (size_t)c].n;
			width[c] = n > width[c] ? n : width[c];
		}
	}
	for (int c = 0; c < columns; c++)
		cli_print("%-*s%s", c + 1 < columns ? width[c] : 0, head[c],
		        c + 1 < columns ? "  " : "\n");
	for (size_t r = 0; r < rows; r++) {
		for (int c = 0; c < columns; c++) {
			struct str cell = cells[r * (size_t)columns + (size_t)c];
			cli_print("%-*.*s%s", c + 1 < columns ? width[c] : 0, STR_ARG(cell),
			        c + 1 < columns ? "  " : "\n");
		}
	}
}
