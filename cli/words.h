/* SPDX-License-Identifier: Apache-2.0
 * Parses what people type: times and names, with suggestions for misspelt ones. Pure. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "longshore/arena.h"
#include "longshore/str.h"

/* A time: "2026-11-30", "2026-11-30T11:01", "2026-11-30T11:01:09.113Z" (all UTC), or an age:
 * "90s", "30m", "2h", "7d". */
bool words_read_time(struct str text, int64_t now_ms, int64_t *out_ms);

/* The candidate nearest to a word; absent if none is near. */
struct str words_nearest(struct str word, const struct str *candidates, size_t count);
/* "; did you mean status?", or ";". The remedy follows it. */
const char *words_hint(
        struct str word, const struct str *candidates, size_t count, struct arena *mem);

/* The kind that is meant, also if it is in small letters or a plural ("routes"); otherwise the
 * text as given. */
struct str words_kind(struct str given, const struct str *kinds, size_t count);

/* "acme/daily" is route daily of tenant acme. Without a slash, the tenant is absent. */
void words_split_name(struct str given, struct str *tenant, struct str *name);

#endif
