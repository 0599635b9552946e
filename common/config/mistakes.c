/* SPDX-License-Identifier: Apache-2.0 */
#include "mistakes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void mistakes_add_file(struct read_documents *read, const char *file)
{
	const char **wider = arena_alloc(read->mem, (read->files_count + 1) * sizeof(*wider));
	if (read->files_count > 0)
		memcpy(wider, read->files, read->files_count * sizeof(*wider));
	wider[read->files_count++] = file;
	read->files = wider;
}

static size_t file_order(const struct read_documents *read, const char *file)
{
	size_t i = 0;
	while (i < read->files_count && strcmp(read->files[i], file) != 0)
		i++;
	return i;
}

static bool has_room(struct document_mistakes *all, struct arena *mem)
{
	if (all->count < MISTAKES_MAX && ARENA_GROW(mem, all->items, all->count, all->room))
		return true;
	all->has_more = true;
	return false;
}

static void add(struct read_documents *read, struct document_mistakes *all,
        struct document_mistake place, const char *text)
{
	if (!has_room(all, read->mem))
		return;
	place.order = file_order(read, place.file);
	place.field = arena_str(read->mem, place.field);
	place.text = arena_str(read->mem, str_c(text));
	all->items[all->count++] = place;
}

#define FORMAT_TEXT(text, fmt) \
	do { \
		va_list args; \
		va_start(args, fmt); \
		(void)vsnprintf(text, sizeof(text), fmt, args); \
		va_end(args); \
	} while (0)

void mistake_at(struct read_documents *read, const char *file, int line, const char *path,
        const char *fmt, ...)
{
	char text[MISTAKE_TEXT_MAX];
	FORMAT_TEXT(text, fmt);
	add(read, &read->mistakes,
	        (struct document_mistake){.file = file, .line = line, .field = str_c(path)}, text);
}

void warning_at(struct read_documents *read, const char *file, int line, const char *path,
        const char *fmt, ...)
{
	char text[MISTAKE_TEXT_MAX];
	FORMAT_TEXT(text, fmt);
	add(read, &read->warnings,
	        (struct document_mistake){.file = file, .line = line, .field = str_c(path)}, text);
}

struct str path_without_indices(struct str path, char out[DOCUMENT_PATH_MAX])
{
	size_t n = 0;
	bool in_brackets = false;
	for (size_t i = 0; i < path.n && n < DOCUMENT_PATH_MAX - 1; i++) {
		if (path.p[i] == '[')
			in_brackets = true;
		if (!in_brackets)
			out[n++] = path.p[i];
		if (path.p[i] == ']')
			in_brackets = false;
	}
	return str_bytes(out, n);
}

/* "a.b[2].c" -> "a.b[2]" -> "a.b" -> "a" -> "". */
static bool step_out(char *path)
{
	size_t n = strlen(path);
	if (n == 0)
		return false;
	while (n > 0 && path[n - 1] != '.' && path[n - 1] != '[')
		n--;
	path[n > 0 ? n - 1 : 0] = '\0';
	return true;
}

int place_line(const struct read_document *d, const char *path)
{
	char at[DOCUMENT_PATH_MAX], plain[DOCUMENT_PATH_MAX];
	(void)snprintf(at, sizeof(at), "%s", path);
	do {
		for (size_t i = 0; at[0] && i < d->places_count; i++)
			if (str_eq(d->places[i].path, str_c(at)))
				return d->places[i].line;
		for (size_t i = 0; at[0] && !strchr(at, '[') && i < d->places_count; i++)
			if (str_eq(path_without_indices(d->places[i].path, plain), str_c(at)))
				return d->places[i].line;
	} while (step_out(at));
	return d->line;
}

static int by_place(const void *a, const void *b)
{
	const struct document_mistake *x = a, *y = b;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	int n = str_cmp(x->field, y->field);
	return n != 0 ? n : str_cmp(x->text, y->text);
}

void documents_sort(struct document_mistakes *all)
{
	size_t kept = 0;
	if (all->count > 0)
		qsort(all->items, all->count, sizeof(*all->items), by_place);
	for (size_t i = 0; i < all->count; i++)
		if (i == 0 || by_place(&all->items[kept - 1], &all->items[i]) != 0)
			all->items[kept++] = all->items[i];
	all->count = kept;
}

static int report(struct document_mistakes *all, const char *word, struct buf *out, struct err *e)
{
	int act = 0;
	documents_sort(all);
	for (size_t i = 0; i < all->count && act == 0; i++) {
		const struct document_mistake *m = &all->items[i];
		act = buf_printf(out, e, "%s:%d: %s" STR_FMT "%s" STR_FMT "\n", m->file, m->line,
		        word, STR_ARG(m->field), m->field.n > 0 ? ": " : "", STR_ARG(m->text));
	}
	return act;
}

int documents_report(struct read_documents *read, struct buf *out, struct err *e)
{
	int act = report(&read->mistakes, "", out, e);
	if (act == 0 && read->mistakes.has_more)
		act = buf_printf(out, e, "and more: correct these first\n");
	return act;
}

int documents_report_warnings(struct read_documents *read, struct buf *out, struct err *e)
{
	int act = report(&read->warnings, "warning: ", out, e);
	if (act == 0 && read->warnings.has_more)
		act = buf_printf(out, e, "and more warnings, which are not shown\n");
	return act;
}
