/* SPDX-License-Identifier: Apache-2.0
 *
 * file:// drop: a directory that the partner reads, local or mounted. What it needs of the file
 * system: exclusive create, rename that does not replace or hard links, fsync of files and
 * directories.
 *
 * A temporary is readable by its owner only; sync gives it the mode and group of the access, before
 * anything can be recorded about it. Directories of temporaries and files are made when needed, durable in their parent
 * first. No link below the drop is ever followed.
 */
#ifndef LONGSHORE_STORE_FILE_DROP_FILE_H
#define LONGSHORE_STORE_FILE_DROP_FILE_H

#include "../beneath.h"
#include "../drop_driver.h"

enum { DROP_TEMP_MODE = 0600, DROP_TEMP_DIR_MODE = 0750 };

struct file_drop {
	struct drop base;
	int root_fd;
};

static inline struct file_drop *file_drop_of(struct drop *d)
{
	return (struct file_drop *)d;
}

/* Gives an open file the mode and the group of the drop's access. 0, or errno. */
int drop_file_give(const struct file_drop *d, int fd);
/* What new directories below the drop are given. */
struct beneath_new drop_file_dir(const struct file_drop *d);

/* errno of a step -> error: a link or a file where a directory must be is bad_name, no memory is
 * FATAL, a file system that cannot do it is drop_unfit, all else drop_unavailable with a remedy. */
int drop_file_failed(struct err *e, int errnum, const char *step);

/* ERR_RETRY ("drop_unavailable") if the directory of the drop was removed while it was open: all is
 * gone there, and nothing can be concluded from it. */
int drop_file_is_alive(const struct file_drop *d, struct err *e) ERR_MUST_USE;

int drop_file_identity(struct drop *d, char *out, struct err *e) ERR_MUST_USE;
int drop_file_mark(struct drop *d, char *out, struct err *e) ERR_MUST_USE;
int drop_file_commit(struct drop *d, const char *temp, const char *name, enum drop_commit *out,
        struct err *e) ERR_MUST_USE;
int drop_file_set_aside(
        struct drop *d, const char *temp, enum drop_aside *out, struct err *e) ERR_MUST_USE;
int drop_file_stat(
        struct drop *d, const char *name, struct drop_facts *out, struct err *e) ERR_MUST_USE;

#endif
