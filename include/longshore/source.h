/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources: files that others leave for us to read. The URL's scheme chooses the driver. A URL names
 * one object or, if it ends in a slash, all objects below it.
 *
 * A prefix consists of regular files in byte order of their relative paths. Names that begin with a
 * dot or an underscore are left out. So are files that look half-written (names that end in
 * .filepart, .part, .tmp or ~), unless the options include them. Both are counted. A link stands
 * for its target, which is read if it is below the prefix and is not already read under its own
 * name. A link out of the prefix is an error that names it, and so is anything that is neither file
 * nor directory. Later files do not matter: callers pin size and content of what they listed.
 *
 * Missing objects and directories are ERR_RETRY ("source_missing"), which names the URL and the
 * remedy. Errors name objects, never their content. Calls block for the file system or server. One
 * thread owns a source. A reader may be used by another thread, but only by one at a time.
 */
#ifndef LONGSHORE_SOURCE_H
#define LONGSHORE_SOURCE_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/place.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;
struct source_reader;

struct source_object {
	struct str name; /* relative to the prefix; for the URL of one object, the file's name */
	int64_t bytes;
	int64_t modified_ms; /* Unix ms */
};

enum { SOURCE_OBJECTS_MAX = 100000 };

/* ERR_REJECT ("bad_place") if place->allowed does not permit the place. */
int source_open(const struct place *place, struct source **out, struct err *e) ERR_MUST_USE;
void source_close(struct source *s); /* accepts NULL */

struct source_options {
	bool reads_partial; /* include files whose names look half-written */
};

struct source_listing {
	struct source_object *objects; /* in byte order of their names */
	size_t count;
	int64_t hidden_count; /* files and directories left out because of a dot or an underscore */
	int64_t partial_count; /* files left out because their names look half-written */
};

/* *out lives in mem. ERR_REJECT ("bad_source"): more than SOURCE_OBJECTS_MAX objects, a link out of
 * the prefix, or a name with a control character. ERR_RETRY ("source_missing"): a link without a
 * target. */
int source_list(struct source *s, const struct source_options *options, struct arena *mem,
        struct source_listing *out, struct err *e) ERR_MUST_USE;

/* *out: is the source complete? It is if the marker exists (a name below the prefix; may begin with
 * an underscore); without a marker, if nothing changed within the last quiet_seconds. now_ms: wall
 * clock. */
int source_ready(struct source *s, struct str marker, int64_t quiet_seconds, int64_t now_ms,
        const struct source_object *objects, size_t count, bool *out, struct err *e) ERR_MUST_USE;

/* ERR_RETRY ("source_gone") if the name does not exist or is not a file. Only the caller knows
 * whether that is a change. */
int source_read_open(
        struct source *s, struct str name, struct source_reader **out, struct err *e) ERR_MUST_USE;
/* *out_n < n only at the end. */
int source_read(struct source_reader *r, int64_t offset, void *p, size_t n, size_t *out_n,
        struct err *e) ERR_MUST_USE;
/* Its length now. */
int source_bytes(struct source_reader *r, int64_t *out, struct err *e) ERR_MUST_USE;
/* ERR_RETRY ("source_missing") if the object is no longer as it was listed. */
int source_check_unchanged(
        struct source_reader *r, const struct source_object *listed, struct err *e) ERR_MUST_USE;
void source_read_close(struct source_reader *r); /* accepts NULL */

#endif
