/* SPDX-License-Identifier: Apache-2.0
 * What people type: times, names, and what they probably meant. Pure. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "longshore/arena.h"
#include "longshore/str.h"

/* A moment: "2026-11-30", "2026-11-30T11:01", "2026-11-30T11:01:09.113Z" (all UTC), or so long ago:
 * "90s", "30m", "2h", "7d". */
bool words_read_time(struct str text, int64_t now_ms, int64_t *out_ms);

/* The candidate that a word was probably meant to be; absent: none is near. */
struct str words_nearest(struct str word, const struct str *candidates, size_t count);
/* "; did you mean status?", or ";": what a remedy follows. */
const char *words_hint(
        struct str word, const struct str *candidates, size_t count, struct arena *mem);

/* The one of `kinds` that is meant: also in small letters, and as plural ("routes"); else as given. */
struct str words_kind(struct str given, const struct str *kinds, size_t count);

/* "acme/daily" is the route daily of tenant acme; without a slash the tenant is absent. */
void words_split_name(struct str given, struct str *tenant, struct str *name);

#endif
