/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS_MAX = 16 };

static void print_to(FILE *file, const char *fmt, va_list args)
{
	char *text = NULL;
	int n = vasprintf(&text, fmt, args);
	char *out = n < 0 ? NULL : malloc((size_t)n * PLAIN_GROWS + 1);
	if (!out)
		abort();
	size_t bytes = plain_escape(str_bytes(text, (size_t)n), true, out);
	(void)fwrite(out, 1, bytes,
	        file); /* main checks for a full disk; a closed pipe ends the process */
	free(out);
	free(text);
}

void cli_print(const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	print_to(stdout, fmt, args);
	va_end(args);
}

void cli_complain(const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	print_to(stderr, fmt, args);
	va_end(args);
}

static bool is_printable(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < 0x20 || text.p[i] > 0x7e)
			return false;
	}
	return true;
}

struct str cli_plain(struct str text, struct arena *mem)
{
	if (text.n == 0)
		return STR("");
	if (is_printable(text))
		return text;
	char *out = arena_alloc(mem, text.n * PLAIN_GROWS);
	return str_bytes(out, plain_escape(text, false, out));
}

struct str *cli_cells(const struct pg_rows *rows, const int *columns, int count, struct arena *mem)
{
	size_t n = pg_rows_count(rows) * (size_t)count;
	struct str *cells = arena_alloc(mem, (n + 1) * sizeof(*cells));
	for (size_t i = 0; i < n; i++)
		cells[i] = pg_text(rows, i / (size_t)count, columns[i % (size_t)count], mem);
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

static void print_cell(struct str text, int width, bool is_last)
{
	if (is_last) /* the last column is not padded */
		cli_print(STR_FMT "\n", STR_ARG(text));
	else
		cli_print(STR_FMT "%*s", STR_ARG(text), width - width_of(text) + 2, "");
}

static void print_rows(const char *const *head, int columns, const struct str *cells, size_t rows)
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

void cli_table(const char *const *head, int columns, const struct str *cells, size_t rows)
{
	enum { CELLS_BYTES = 512 * 1024 * 1024 };
	struct arena mem;
	arena_init(&mem, CELLS_BYTES);
	size_t count = rows * (size_t)columns;
	struct str *plain = arena_alloc(&mem, (count + 1) * sizeof(*plain));
	for (size_t i = 0; i < count; i++)
		plain[i] = cli_plain(cells[i], &mem);
	print_rows(head, columns, plain, rows);
	arena_release(&mem);
}
