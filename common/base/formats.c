/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/formats.h"

#include <stddef.h>

const char *const source_formats[] = {"csv", "parquet", NULL};
const char *const file_formats[] = {"csv", "jsonl", NULL};
const char *const quote_modes[] = {"minimal", "all", "none", NULL};
const char *const compressions[] = {"none", "gzip", NULL};
