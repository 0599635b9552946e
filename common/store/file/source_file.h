/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of a file source share: where a name really leads.
 */
#ifndef LONGSHORE_STORE_FILE_SOURCE_FILE_H
#define LONGSHORE_STORE_FILE_SOURCE_FILE_H

#include "../source_driver.h"

#include <sys/stat.h>

struct file_source {
	struct source base;
	int dir_fd;
	char *url;    /* for messages */
	char *single; /* name of the single object; NULL for a prefix */
};

enum source_kind { SOURCE_FILE, SOURCE_DIRECTORY, SOURCE_OTHER };

/* What a name leads to after all links are followed. It is below the prefix. */
struct source_place {
	int fd; /* O_PATH: opening has no effect on a pipe or device that replaced a file */
	enum source_kind kind;
	struct stat st;
	char path[SOURCE_PATH_MAX + 1]; /* real path relative to the prefix; empty: the prefix */
};

/* name: relative to dir_fd, which is below the prefix. ERR_REJECT ("bad_source") if it leads out of
 * the prefix, ERR_RETRY ("source_missing") if nothing is there. */
int source_find(const struct file_source *s, int dir_fd, const char *name, struct source_place *out,
        struct err *e) ERR_MUST_USE;
void source_place_close(struct source_place *place);

/* Opens a file or directory for reading. shown: its name in messages. */
int source_open_found(const struct file_source *s, const char *shown,
        const struct source_place *place, int *out_fd, struct err *e) ERR_MUST_USE;

int source_file_list(struct source *s, const struct source_options *options, struct arena *mem,
        struct source_listing *out, struct err *e) ERR_MUST_USE;

int64_t source_modified_ms(const struct stat *st);
/* Turns errno into ERR_RETRY: "source_gone" if the name does not exist or is not a file, otherwise
 * "source_missing". */
int source_cannot_open(
        const struct file_source *s, const char *what, int errnum, struct err *e) ERR_MUST_USE;
int source_missing(const struct file_source *s, const char *what, int errnum, struct err *e);

#endif
