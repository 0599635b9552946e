/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>

enum { COLUMNS_MAX = 16 };

void cli_print(const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	(void)vprintf(fmt, args); /* main looks for a full disk; a closed pipe ends the process */
	va_end(args);
}

struct str cli_plain(struct str text, struct arena *mem)
{
	if (text.n == 0)
		return STR("");
	char *out = arena_alloc(mem, text.n);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		out[i] = (char)(c < 0x20 || c == 0x7f ? ' ' : c);
	}
	return str_bytes(out, text.n);
}

struct str *cli_cells(const struct pg_rows *rows, int columns, struct arena *mem)
{
	size_t n = pg_rows_count(rows) * (size_t)columns;
	struct str *cells = arena_alloc(mem, (n + 1) * sizeof(*cells));
	for (size_t i = 0; i < n; i++)
		cells[i] = pg_text(rows, i / (size_t)columns, (int)(i % (size_t)columns), mem);
	return cells;
}

/* Characters, not bytes. */
static int width_of(struct str text)
{
	int n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	return n;
}

/* The last column has nothing behind it. */
static void print_cell(struct str text, int width, bool is_last)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		(void)putchar(c < 0x20 || c == 0x7f ? ' ' : c);
	}
	if (is_last)
		cli_print("\n");
	else
		cli_print("%*s", width - width_of(text) + 2, "");
}

void cli_table(const char *const *head, int columns, const struct str *cells, size_t rows)
{
	int width[COLUMNS_MAX] = {0};
	for (int c = 0; c < columns; c++) {
		width[c] = (int)strlen(head[c]);
		for (size_t r = 0; r < rows; r++) {
			int n = width_of(cells[r * (size_t)columns + (size_t)c]);
			width[c] = n > width[c] ? n : width[c];
		}
	}
	for (int c = 0; c < columns; c++)
		print_cell(str_c(head[c]), width[c], c + 1 == columns);
	for (size_t r = 0; r < rows; r++)
		for (int c = 0; c < columns; c++)
			print_cell(
			        cells[r * (size_t)columns + (size_t)c], width[c], c + 1 == columns);
}
