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

static bool has_room(struct read_documents *read)
{
	if (read->mistakes_count < read->mistakes_room)
		return true;
	size_t room = read->mistakes_room * 2 + 32;
	struct document_mistake *wider = ARENA_TRY_ARRAY(read->mem, struct document_mistake, room);
	if (!wider || read->mistakes_count >= MISTAKES_MAX) {
		read->has_more_mistakes = true;
		return false;
	}
	if (read->mistakes_count > 0)
		memcpy(wider, read->mistakes, read->mistakes_count * sizeof(*wider));
	read->mistakes = wider;
	read->mistakes_room = room;
	return true;
}

void mistake_at(struct read_documents *read, const char *file, int line, const char *path,
        const char *fmt, ...)
{
	char text[MISTAKE_TEXT_MAX];
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!has_room(read))
		return;
	struct str whole = arena_printf(read->mem, "%s%s%s", path, path[0] ? ": " : "", text);
	read->mistakes[read->mistakes_count] = (struct document_mistake){
	        .file = file, .order = file_order(read, file), .line = line, .text = whole};
	read->mistakes_count++;
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
	char at[DOCUMENT_PATH_MAX];
	(void)snprintf(at, sizeof(at), "%s", path);
	do {
		for (size_t i = 0; at[0] && i < d->places_count; i++)
			if (str_eq(d->places[i].path, str_c(at)))
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
	return str_cmp(x->text, y->text);
}

int documents_report(struct read_documents *read, struct buf *report, struct err *e)
{
	int act = 0;
	if (read->mistakes_count > 0)
		qsort(read->mistakes, read->mistakes_count, sizeof(*read->mistakes), by_place);
	for (size_t i = 0; i < read->mistakes_count && act == 0; i++) {
		const struct document_mistake *m = &read->mistakes[i];
		if (i > 0 && by_place(m - 1, m) == 0)
			continue;
		act = buf_printf(
		        report, e, "%s:%d: " STR_FMT "\n", m->file, m->line, STR_ARG(m->text));
	}
	if (act == 0 && read->has_more_mistakes)
		act = buf_printf(report, e, "and more: correct these first\n");
	return act;
}
