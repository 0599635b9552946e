/* SPDX-License-Identifier: Apache-2.0 */
#include "books.h"

#include "longshore/result_names.h"

static const struct books_line lines[] = {
        {COUNT_ROWS_READ, {COUNT_INVALID, COUNT_FILTERED, COUNT_UNMATCHED, COUNT_MATCHED}, false},
        {COUNT_LINKS_FOUND, {COUNT_NOT_PICKED, COUNT_OVER_CAP, COUNT_LINKS, NULL}, false},
        {COUNT_LINKS, {COUNT_MATCHED, COUNT_FAN_OUT, NULL, NULL}, false},
        {COUNT_LINKS, {COUNT_REPEATED, COUNT_SHARED, COUNT_CHOSEN, NULL}, false},
        {COUNT_CHOSEN, {COUNT_BLOCKED, COUNT_HELD_OUT, COUNT_CAPPED, COUNT_MEMBERS}, false},
        {COUNT_MEMBERS, {COUNT_UNCHANGED, COUNT_CHANGED, COUNT_ADDED, NULL}, true},
        {COUNT_BASELINE, {COUNT_UNCHANGED, COUNT_CHANGED, COUNT_REMOVED, NULL}, true},
        /* An older bridge-worker does not send this split. The line is checked only if the counts
         * are there. */
        {COUNT_BLOCKED, {COUNT_BLOCKED_BY_STATE, COUNT_BLOCKED_BY_LIST, NULL, NULL}, false},
};
enum { LINES = sizeof lines / sizeof lines[0], SPLIT = LINES - 1 };

const struct books_line *books_line(size_t i)
{
	return i < LINES ? &lines[i] : NULL;
}

static bool tells(const struct books *books, const char *name)
{
	for (size_t i = 0; i < books->counts_count; i++)
		if (str_eq(books->counts[i].name, str_c(name)))
			return true;
	return false;
}

static int64_t count_of(const struct books *books, const char *name)
{
	for (size_t i = 0; i < books->counts_count; i++)
		if (str_eq(books->counts[i].name, str_c(name)))
			return books->counts[i].value;
	return 0;
}

static struct str line_fault(
        const struct books *books, const struct books_line *line, struct arena *mem)
{
	int64_t whole = count_of(books, line->whole);
	int64_t sum = 0;
	bool is_good = whole >= 0;
	struct str text =
	        arena_printf(mem, "%s %lld does not equal", line->whole, (long long)whole);
	for (int i = 0; i < BOOKS_TERMS_MAX && line->terms[i]; i++) {
		int64_t term = count_of(books, line->terms[i]);
		is_good = is_good && term >= 0 && !__builtin_add_overflow(sum, term, &sum);
		text = arena_printf(mem, STR_FMT "%s %s %lld", STR_ARG(text), i ? " +" : "",
		        line->terms[i], (long long)term);
	}
	return is_good && whole == sum ? (struct str){NULL, 0} : text;
}

struct str books_fault(const struct books *books, struct arena *mem)
{
	for (size_t i = 0; i < LINES; i++) {
		if (lines[i].is_delta && !books->has_baseline)
			continue;
		if (i == SPLIT && !tells(books, lines[i].terms[0]))
			continue;
		struct str fault = line_fault(books, &lines[i], mem);
		if (fault.p)
			return fault;
	}
	int64_t read = count_of(books, COUNT_ROWS_READ);
	if (books->rows_inspected >= 0 && books->rows_inspected != read)
		return arena_printf(mem, "inspect counted %lld rows, select read %lld",
		        (long long)books->rows_inspected, (long long)read);
	int64_t members = count_of(books, COUNT_MEMBERS);
	if (books->rows_of_files >= 0 && books->rows_of_files != members)
		return arena_printf(mem,
		        "the files have %lld rows, but the selection has %lld members",
		        (long long)books->rows_of_files, (long long)members);
	return (struct str){NULL, 0};
}
