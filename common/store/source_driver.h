/* SPDX-License-Identifier: Apache-2.0
 *
 * What a source driver implements for source.c, its only caller. source.c has checked the names.
 * Every operation is required and keeps the promises in longshore/source.h. Concrete types embed
 * struct source or struct source_reader as their first member; there are no other casts.
 */
#ifndef LONGSHORE_STORE_SOURCE_DRIVER_H
#define LONGSHORE_STORE_SOURCE_DRIVER_H

#include "longshore/source.h"

enum { SOURCE_PATH_MAX = 1024, SOURCE_DEPTH_MAX = 16, SOURCE_DIRECTORIES_MAX = 100000 };

struct source_ops {
	/* Refuses a place that place->allowed does not permit, before it sends anything there. */
	int (*open)(const struct place *place, struct source **out, struct err *e);
	void (*close)(struct source *s);
	int (*list)(struct source *s, const struct source_options *options, struct arena *mem,
	        struct source_listing *out, struct err *e);
	/* name: relative, without empty, "." or ".." components. */
	int (*read_open)(
	        struct source *s, struct str name, struct source_reader **out, struct err *e);
	int (*read)(struct source_reader *r, int64_t offset, void *p, size_t n, size_t *out_n,
	        struct err *e);
	int (*bytes)(struct source_reader *r, int64_t *out, struct err *e);
	int (*check_unchanged)(
	        struct source_reader *r, const struct source_object *listed, struct err *e);
	void (*read_close)(struct source_reader *r);
};

struct source {
	const struct source_ops *ops;
};
struct source_reader {
	const struct source_ops *ops;
};

extern const struct source_ops source_file_ops;
extern const struct source_ops source_sftp_ops;

/* --- what the listings of all drivers share --- */

/* Hidden: names that people and tools use to hide files. Partial: names that tools give to files
 * they are still writing. */
bool source_is_hidden(struct str name);
bool source_is_partial(struct str name);

/* A list that grows in `mem`. url: for messages. */
struct source_found {
	const char *url;
	struct arena *mem;
	struct source_object *objects;
	size_t count, cap;
};
/* ERR_REJECT ("bad_source") if the list is full or the name contains a control character.
 * source_found_add copies the name. */
int source_found_add(
        struct source_found *f, const struct source_object *object, struct err *e) ERR_MUST_USE;
int source_found_check_name(
        const struct source_found *f, const char *path, struct err *e) ERR_MUST_USE;
void source_found_sort(struct source_found *f);

/* Always returns ERR_RETRY ("source_gone"). */
int source_gone(const char *url, const char *what, const char *why, struct err *e) ERR_MUST_USE;

#endif
