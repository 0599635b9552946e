/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints the tables that code, pages and tests share as JSON. The build writes it to tables.json;
 * scripts/gen-pages makes pages from it, and tests compare.
 */
#ifndef LONGSHORE_TESTS_TABLES_H
#define LONGSHORE_TESTS_TABLES_H

#include <stdbool.h>
#include <stdint.h>

/* Commas are put where they belong; whatever is opened is closed by the same caller. */
void out_open(const char *key, char bracket); /* '{' or '['; key NULL: an item of a list */
void out_close(char bracket);
void out_text(const char *key, const char *text); /* NULL: null */
void out_number(const char *key, int64_t number);
void out_flag(const char *key, bool flag);
void out_words(const char *key, const char *const *words); /* NULL: null; ends with NULL */

void print_kinds(void);
void print_holds(void);
void print_states(void);
void print_codes(void);
void print_results(void);
void print_limits(void);
void print_metrics(void);
void print_logs(void);

#endif
