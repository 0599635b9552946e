/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources: files that somebody else leaves for us to read. Opened by URL (file:// now): one object,
 * or, where the URL ends in a slash, every object below it.
 *
 * What is part of a prefix: regular files in byte order of their relative paths; no links, and
 * nothing with a path component that begins with a dot or an underscore. Nothing is followed out of
 * the prefix. What arrives later is left alone: callers pin size and content of what they listed.
 *
 * Missing objects and directories are ERR_RETRY ("source_missing"), which names the URL and the
 * remedy. Errors name objects, never their content. One thread owns a source; a reader may be used
 * by one thread beside others.
 */
#ifndef LONGSHORE_SOURCE_H
#define LONGSHORE_SOURCE_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;
struct source_reader;

struct source_object {
	struct str name; /* relative to the prefix; the file's own name where the URL names one
	                    object */
	int64_t bytes;
	int64_t modified_ms; /* Unix ms */
};

enum { SOURCE_OBJECTS_MAX = 100000 };

int source_open(struct str url, struct source **out, struct err *e) ERR_MUST_USE;
void source_close(struct source *s); /* accepts NULL */

/* In byte order; *out lives in mem. ERR_REJECT ("bad_source") past SOURCE_OBJECTS_MAX or for a name
 * with a control character. */
int source_list(struct source *s, struct arena *mem, struct source_object **out, size_t *out_count,
        struct err *e) ERR_MUST_USE;

/* Complete? The marker (a name below the prefix; may begin with an underscore) is there; without a
 * marker, nothing was changed within the last quiet_seconds. now_ms: wall clock. */
int source_ready(struct source *s, struct str marker, int64_t quiet_seconds, int64_t now_ms,
        const struct source_object *objects, size_t count, bool *out, struct err *e) ERR_MUST_USE;

int source_read_open(
        struct source *s, struct str name, struct source_reader **out, struct err *e) ERR_MUST_USE;
/* *out_n < n only at the end. */
int source_read(struct source_reader *r, int64_t offset, void *p, size_t n, size_t *out_n,
        struct err *e) ERR_MUST_USE;
void source_read_close(struct source_reader *r); /* accepts NULL */

#endif
