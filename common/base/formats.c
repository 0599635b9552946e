/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/formats.h"

#include <stddef.h>

#define FORMAT_WORD(NAME, word) #word,
const char *const source_formats[] = {SOURCE_FORMAT_ROWS(FORMAT_WORD) NULL};
const char *const file_formats[] = {FILE_FORMAT_ROWS(FORMAT_WORD) NULL};

#define CONTAINER(word, FORMAT, delimiter, has_header) \
	{#word, FILE_##FORMAT, delimiter, has_header},
const struct container containers[] = {CONTAINER_ROWS(CONTAINER){.word = NULL}};

const char *const quote_modes[] = {"minimal", "all", "none", NULL};
const char *const compressions[] = {"none", "gzip", NULL};
