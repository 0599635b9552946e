/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources: files that somebody else leaves for us to read. The URL's scheme chooses the driver. A URL
 * names one object or, where it ends in a slash, every object below it.
 *
 * What is part of a prefix: regular files in byte order of their relative paths. Names that begin with
 * a dot or an underscore are left out, and so are files that somebody is still writing (their names
 * end in .filepart, .part, .tmp or ~) unless the options ask for them; both are counted. A link stands
 * for what it leads to: it is read if that lies below the prefix and is not read under its own name
 * already. A link that leads out of the prefix is refused by name, as is what is neither file nor
 * directory. What arrives later is left alone: callers pin size and content of what they listed.
 *
 * Missing objects and directories are ERR_RETRY ("source_missing"), which names the URL and the
 * remedy. Errors name objects, never their content. One thread owns a source; a reader may be used
 * by one thread beside others.
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
	struct str name; /* relative to the prefix; the file's own name where the URL names one
	                    object */
	int64_t bytes;
	int64_t modified_ms; /* Unix ms */
};

enum { SOURCE_OBJECTS_MAX = 100000 };

/* ERR_REJECT ("bad_place") where place->allowed does not let it lie. */
int source_open(const struct place *place, struct source **out, struct err *e) ERR_MUST_USE;
void source_close(struct source *s); /* accepts NULL */

struct source_options {
	bool reads_partial; /* also files with the names of files that are still being written */
};

struct source_listing {
	struct source_object *objects; /* in byte order of their names */
	size_t count;
	int64_t hidden_count; /* files and directories left out for a dot or an underscore */
	int64_t partial_count; /* files left out because their names say they are still being written */
};

/* *out lives in mem. ERR_REJECT ("bad_source") past SOURCE_OBJECTS_MAX, for a link that leads out of
 * the prefix, and for a name with a control character; ERR_RETRY ("source_missing") for a link that
 * leads nowhere. */
int source_list(struct source *s, const struct source_options *options, struct arena *mem,
        struct source_listing *out, struct err *e) ERR_MUST_USE;

/* Complete? The marker (a name below the prefix; may begin with an underscore) is there; without a
 * marker, nothing was changed within the last quiet_seconds. now_ms: wall clock. */
int source_ready(struct source *s, struct str marker, int64_t quiet_seconds, int64_t now_ms,
        const struct source_object *objects, size_t count, bool *out, struct err *e) ERR_MUST_USE;

/* ERR_RETRY ("source_gone") where nothing is there, or something that is no file: the caller knows
 * whether that is a change. */
int source_read_open(
        struct source *s, struct str name, struct source_reader **out, struct err *e) ERR_MUST_USE;
/* *out_n < n only at the end. */
int source_read(struct source_reader *r, int64_t offset, void *p, size_t n, size_t *out_n,
        struct err *e) ERR_MUST_USE;
/* ERR_RETRY ("source_missing") if the object is not as it was listed any more. */
int source_check_unchanged(
        struct source_reader *r, const struct source_object *listed, struct err *e) ERR_MUST_USE;
void source_read_close(struct source_reader *r); /* accepts NULL */

#endif
