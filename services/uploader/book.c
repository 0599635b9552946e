/* SPDX-License-Identifier: Apache-2.0
 * A sealed object: FIRST_LINE, then for each file a line "<file id> <bytes>" and the record's
 * text. */
#include "book.h"

#include "longshore/probe.h"
#include "longshore/sealed.h"

#include <stdio.h>

#define FIRST_LINE "longshore-book 1\n"

enum {
	NAME_BYTES = 160,
	HEAD_MAX = 160,
	WINDOW_BYTES = HEAD_MAX + RECORD_TEXT_MAX,
	STEP_MEMORY = 128 * 1024
};

static int name_book(const struct book_place *p, char *out, struct err *e)
{
	int n = snprintf(out, NAME_BYTES, "ledger/" STR_FMT ".book", STR_ARG(p->delivery_id));
	if (n >= 0 && n < NAME_BYTES)
		return 0;
	return err_set(e, ERR_REJECT, CODE_BAD_TASK, "the delivery's id is too long");
}

/* --- writing --- */

struct closing {
	const struct book_place *p;
	struct sealed_writer *w; /* NULL: no record yet */
	const char *book;
	struct arena mem;
};

static bool file_of_record(struct str name, struct str *out)
{
	size_t at = name.n;
	if (!str_has_suffix(name, STR(".file")))
		return false;
	while (at > 0 && name.p[at - 1] != '/')
		at--;
	*out = str_bytes(name.p + at, name.n - at - (sizeof ".file" - 1));
	return true;
}

static int overtaken(struct err *e)
{
	return err_set(
	        e, ERR_RETRY, CODE_LEDGER_CONTENDED, "another uploader is also closing this book");
}

static int read_record(struct closing *c, struct str name, struct record *out, struct err *e)
{
	struct str sealed;
	if (store_get(c->p->staging, name, RECORD_SEALED_MAX, &c->mem, &sealed, NULL, e) != 0)
		return strcmp(e->code, CODE_NOT_FOUND) == 0 ? overtaken(e) : (int)e->act;
	if (record_unseal(sealed, c->p->key, name, &c->mem, out, e) != 0)
		return e->act;
	if (out->phase == RECORD_COMMITTED || out->phase == RECORD_CLOSED)
		return 0;
	return err_set(e, ERR_REJECT, CODE_UNCERTAIN,
	        STR_FMT " is %s, but its delivery is over: it is left unchanged", STR_ARG(name),
	        record_phase_name(out->phase));
}

static int write_record(
        struct closing *c, struct str file_id, const struct record *r, struct err *e)
{
	struct buf text, head;
	buf_init(&text, RECORD_TEXT_MAX);
	buf_init(&head, HEAD_MAX);
	int act = record_to_text(r, &text, e);
	if (act == 0)
		act = buf_printf(&head, e, STR_FMT " %zu\n", STR_ARG(file_id), text.n);
	if (act == 0)
		act = sealed_write(c->w, head.p, head.n, e);
	if (act == 0)
		act = sealed_write(c->w, text.p, text.n, e);
	buf_release(&text);
	buf_release(&head);
	return act;
}

static int add(void *arg, struct str name, struct err *e)
{
	struct closing *c = arg;
	struct record r;
	struct str file_id;
	if (!file_of_record(name, &file_id))
		return 0; /* a task's result */
	arena_reset(&c->mem);
	if (read_record(c, name, &r, e) != 0)
		return e->act;
	if (!c->w && (sealed_create(c->p->staging, str_c(c->book), c->p->key, &c->w, e) != 0 ||
	                     sealed_write(c->w, FIRST_LINE, sizeof FIRST_LINE - 1, e) != 0))
		return e->act;
	return write_record(c, file_id, &r, e);
}

static int list_below(const struct book_place *p, struct closing *c, struct err *e)
{
	char prefix[NAME_BYTES];
	int n = snprintf(prefix, sizeof prefix, "ledger/" STR_FMT "/", STR_ARG(p->delivery_id));
	return store_list(p->staging, str_bytes(prefix, (size_t)n), add, c, e);
}

static int remove_records(const struct book_place *p, int64_t *out_removed, struct err *e)
{
	char below[NAME_BYTES];
	int64_t removed = 0;
	int n = snprintf(below, sizeof below, "ledger/" STR_FMT, STR_ARG(p->delivery_id));
	int act = store_remove_below(p->staging, str_bytes(below, (size_t)n), NULL, &removed, e);
	*out_removed += removed;
	return act;
}

/* A book that exists was complete, with all records, when it was made. Objects beside it are
 * records that were not removed yet, or were made by a zombie since. */
int book_close(const struct book_place *p, int64_t *out_removed, struct err *e)
{
	char book[NAME_BYTES];
	struct store_facts there;
	struct sealed_facts facts;
	struct closing c = {.p = p, .book = book};
	if (name_book(p, book, e) != 0)
		return e->act;
	if (store_stat(p->staging, str_c(book), &there, e) == 0)
		return remove_records(p, out_removed, e);
	if (strcmp(e->code, CODE_NOT_FOUND) != 0)
		return e->act;
	arena_init(&c.mem, STEP_MEMORY);
	int act = list_below(p, &c, e);
	arena_release(&c.mem);
	if (act != 0 || !c.w) {
		sealed_abandon(c.w);
		return act;
	}
	if (sealed_finish(c.w, &facts, e) != 0)
		return e->act;
	PROBE(book_after_write);
	return remove_records(p, out_removed, e);
}

/* --- reading --- */

static int corrupt(struct err *e, const char *what)
{
	return err_set(e, ERR_REJECT, CODE_CORRUPT,
	        "ledger book: %s; restore it from a copy of staging", what);
}

struct reading {
	struct sealed_reader *r;
	int64_t at;
	char window[WINDOW_BYTES];
	size_t n;
};

/* Reads the head line at the current position and moves to its record. At the end, out_id->p is
 * NULL. */
static int take_head(struct reading *b, struct str *out_id, int64_t *out_bytes, struct err *e)
{
	out_id->p = NULL;
	if (sealed_read(b->r, b->at, b->window, sizeof b->window, &b->n, e) != 0)
		return e->act;
	if (b->n == 0)
		return 0;
	struct str text = str_bytes(b->window, b->n);
	ptrdiff_t end = str_find(text, '\n', 0);
	ptrdiff_t space = str_find(text, ' ', 0);
	if (end < 0 || end >= HEAD_MAX || space <= 0 || space >= end ||
	        !str_to_i64(str_bytes(text.p + space + 1, (size_t)(end - space) - 1), out_bytes) ||
	        *out_bytes <= 0 || *out_bytes > (int64_t)b->n - end - 1)
		return corrupt(e, "a line is none");
	*out_id = str_bytes(text.p, (size_t)space);
	b->at += end + 1;
	return 0;
}

static int search(
        struct reading *b, struct str file_id, struct record *out, bool *out_found, struct err *e)
{
	struct str id;
	int64_t bytes = 0;
	*out_found = false;
	if (sealed_read(b->r, 0, b->window, sizeof FIRST_LINE - 1, &b->n, e) != 0)
		return e->act;
	if (!str_eq(str_bytes(b->window, b->n), STR(FIRST_LINE)))
		return corrupt(e, "it is of another version");
	b->at = (int64_t)b->n;
	for (;;) {
		int64_t head_at = b->at;
		if (take_head(b, &id, &bytes, e) != 0)
			return e->act;
		if (!id.p)
			return 0;
		if (str_eq(id, file_id)) {
			*out_found = true;
			return record_from_text(
			        str_bytes(b->window + (b->at - head_at), (size_t)bytes), out, e);
		}
		b->at += bytes;
	}
}

int book_find(const struct book_place *p, struct str file_id, struct str name, struct record *out,
        bool *out_there, struct err *e)
{
	char book[NAME_BYTES];
	struct reading b = {.at = 0};
	bool is_found = false;
	*out_there = false;
	if (name_book(p, book, e) != 0)
		return e->act;
	if (sealed_open(p->staging, str_c(book), p->key, &b.r, e) != 0)
		return strcmp(e->code, CODE_NOT_FOUND) == 0 ? 0 : (int)e->act;
	struct record found = {.phase = RECORD_CLOSED};
	int act = search(&b, file_id, &found, &is_found, e);
	sealed_close(b.r);
	if (act == 0 && !is_found)
		act = record_set(found.name, sizeof found.name, name, "file_name", e);
	if (act != 0)
		return err_note(e, "%s", book);
	*out = found;
	*out_there = true;
	return 0;
}

int book_remove(const struct book_place *p, int64_t *out_removed, struct err *e)
{
	char book[NAME_BYTES];
	struct store_facts there;
	if (name_book(p, book, e) != 0 || book_close(p, out_removed, e) != 0 ||
	        remove_records(p, out_removed, e) != 0)
		return e->act;
	if (store_stat(p->staging, str_c(book), &there, e) != 0)
		return strcmp(e->code, CODE_NOT_FOUND) == 0 ? 0 : (int)e->act;
	if (store_remove(p->staging, str_c(book), e) != 0)
		return e->act;
	++*out_removed;
	return 0;
}
