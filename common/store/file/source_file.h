/* SPDX-License-Identifier: Apache-2.0
 * What the parts of a source on a file system share: where a name really lies. */
#ifndef LONGSHORE_STORE_FILE_SOURCE_FILE_H
#define LONGSHORE_STORE_FILE_SOURCE_FILE_H

#include "../source_driver.h"

#include <sys/stat.h>

struct file_source {
	struct source base;
	int dir_fd;
	char *url;    /* for messages */
	char *single; /* the one object's name, NULL for a prefix */
};

enum source_kind { SOURCE_FILE, SOURCE_DIRECTORY, SOURCE_OTHER };

/* What a name leads to, all links followed. It lies below the prefix. */
struct source_place {
	int fd; /* O_PATH: opening it does nothing to a pipe or a device that took a file's place */
	enum source_kind kind;
	struct stat st;
	char path[SOURCE_PATH_MAX + 1]; /* where it really lies, relative to the prefix; empty: the
	                                   prefix itself */
};

/* name: relative to dir_fd, which lies below the prefix. ERR_REJECT ("bad_source") where it leads out
 * of the prefix, ERR_RETRY ("source_missing") where nothing is there. */
int source_find(const struct file_source *s, int dir_fd, const char *name, struct source_place *out,
        struct err *e) ERR_MUST_USE;
void source_place_close(struct source_place *place);

/* Opens it for reading: a file or a directory. shown: its name in messages. */
int source_open_found(const struct file_source *s, const char *shown,
        const struct source_place *place, int *out_fd, struct err *e) ERR_MUST_USE;

int source_file_list(struct source *s, const struct source_options *options, struct arena *mem,
        struct source_listing *out, struct err *e) ERR_MUST_USE;

int64_t source_modified_ms(const struct stat *st);
/* errno -> ERR_RETRY: "source_gone" where nothing, or no file, is there, else "source_missing". */
int source_cannot_open(
        const struct file_source *s, const char *what, int errnum, struct err *e) ERR_MUST_USE;
int source_missing(const struct file_source *s, const char *what, int errnum, struct err *e);

#endif
