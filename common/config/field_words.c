/* SPDX-License-Identifier: Apache-2.0
 *
 * The words that fields of documents can take, each list once. If an enum corresponds to a list,
 * both have the same order.
 */
#include "field.h"

#include "longshore/formats.h"

const char *const field_any[] = {NULL};

const char *const words_audience_types[] = {"DTC", "HCP", "NPI_TO_DTC", NULL};
const char *const words_approvals[] = {"none", "always", NULL};
const char *const words_completions[] = {"none", "success_file", NULL};
const char *const words_cardinalities[] = {"1:1", "n:1", NULL};
const char *const words_newlines[] = {"lf", "crlf", NULL};
const char *const words_modes[] = {"full", "delta", NULL};
const char *const words_statuses[] = {"draft", "confirmed", "suspended", "retired", NULL};
const char *const words_cadences[] = {
        "none", "cron", "daily", "weekly", "biweekly", "monthly", "quarterly", NULL};
const char *const words_weekdays[] = {
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", NULL};
#define CONTAINER_WORD(word, FORMAT, delimiter, has_header) #word,
const char *const words_containers[] = {CONTAINER_ROWS(CONTAINER_WORD) NULL};
const char *const words_splits[] = {"by_rows", "never", NULL};
const char *const words_spec_kinds[] = {"delivery", "build", NULL};

const char *const words_tokens[] = {"tenant", "audience", "route", "destination", "delivery",
        "label", "yyyymmdd", "hhmmss", "part", "parts", NULL};
const char *const words_model_tokens[] = {"audience_id", "audience_code", "destination_id",
        "delivery_id", "version", "yyyy_mm_dd", "epoch", "id_type", "refresh", "data_file", NULL};
