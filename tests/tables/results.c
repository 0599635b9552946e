/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/result_names.h"
#include "scheduler/decide/books.h"
#include "tables.h"

static void print_names(const char *key, const struct result_name *names, size_t count)
{
	out_open(key, '[');
	for (size_t i = 0; i < count; i++) {
		out_open(NULL, '{');
		out_text("word", names[i].word);
		out_text("meaning", names[i].meaning);
		out_close('}');
	}
	out_close(']');
}

void print_results(void)
{
	print_names("counts", result_counts, result_counts_count);
	print_names("facts", result_facts, result_facts_count);
	out_open("books", '[');
	for (size_t i = 0; books_line(i); i++) {
		out_open(NULL, '{');
		out_text("whole", books_line(i)->whole);
		out_open("terms", '[');
		for (int k = 0; k < BOOKS_TERMS_MAX && books_line(i)->terms[k]; k++)
			out_text(NULL, books_line(i)->terms[k]);
		out_close(']');
		out_close('}');
	}
	out_close(']');
}
