/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/result_names.h"

#define COUNT_TEXT(NAME, word, ...) const char COUNT_##NAME[] = word;
COUNT_ROWS(COUNT_TEXT)
#define FACT_TEXT(NAME, word, ...) const char FACT_##NAME[] = word;
FACT_ROWS(FACT_TEXT)

#define COUNT_ROW(NAME, word, meaning) {COUNT_##NAME, meaning},
const struct result_name result_counts[] = {COUNT_ROWS(COUNT_ROW)};
const size_t result_counts_count = sizeof(result_counts) / sizeof(result_counts[0]);

#define FACT_ROW(NAME, word, meaning) {FACT_##NAME, meaning},
const struct result_name result_facts[] = {FACT_ROWS(FACT_ROW)};
const size_t result_facts_count = sizeof(result_facts) / sizeof(result_facts[0]);
