/* SPDX-License-Identifier: Apache-2.0 */
#include "books.h"

enum { TERMS_MAX = 4 };

struct line {
	const char *whole;
	const char *terms[TERMS_MAX];
	bool is_delta;
};

static const struct line lines[] = {
        {"rows_read", {"invalid", "filtered", "unmatched", "matched"}, false},
        {"links_found", {"not_picked", "over_cap", "links", NULL}, false},
        {"links", {"matched", "fan_out", NULL, NULL}, false},
        {"links", {"repeated", "shared", "chosen", NULL}, false},
        {"chosen", {"blocked", "held_out", "capped", "members"}, false},
        {"members", {"unchanged", "changed", "added", NULL}, true},
        {"baseline", {"unchanged", "changed", "removed", NULL}, true},
};

/* An older bridge-worker does not say what blocked whom. */
static const struct line split = {
        "blocked", {"blocked_by_state", "blocked_by_list", NULL, NULL}, false};

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

static struct str line_fault(const struct books *books, const struct line *line, struct arena *mem)
{
	int64_t whole = count_of(books, line->whole);
	int64_t sum = 0;
	bool is_good = whole >= 0;
	struct str text = arena_printf(mem, "%s %lld is not", line->whole, (long long)whole);
	for (int i = 0; i < TERMS_MAX && line->terms[i]; i++) {
		int64_t term = count_of(books, line->terms[i]);
		is_good = is_good && term >= 0 && !__builtin_add_overflow(sum, term, &sum);
		text = arena_printf(mem, STR_FMT "%s %s %lld", STR_ARG(text), i ? " +" : "",
		        line->terms[i], (long long)term);
	}
	return is_good && whole == sum ? (struct str){NULL, 0} : text;
}

struct str books_fault(const struct books *books, struct arena *mem)
{
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (lines[i].is_delta && !books->has_baseline)
			continue;
		struct str fault = line_fault(books, &lines[i], mem);
		if (fault.p)
			return fault;
	}
	if (tells(books, split.terms[0])) {
		struct str fault = line_fault(books, &split, mem);
		if (fault.p)
			return fault;
	}
	int64_t read = count_of(books, "rows_read");
	if (books->rows_inspected >= 0 && books->rows_inspected != read)
		return arena_printf(mem, "inspect counted %lld rows, select read %lld",
		        (long long)books->rows_inspected, (long long)read);
	int64_t members = count_of(books, "members");
	if (books->rows_of_files >= 0 && books->rows_of_files != members)
		return arena_printf(mem, "the files have %lld rows, the selection %lld members",
		        (long long)books->rows_of_files, (long long)members);
	return (struct str){NULL, 0};
}
