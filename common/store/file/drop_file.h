/* SPDX-License-Identifier: Apache-2.0
 *
 * file:// drop: a directory that the partner reads, local or mounted. The file system must support
 * exclusive create, rename without replacing or hard links, and fsync of files and directories.
 *
 * A temporary is readable by its owner only. sync sets the mode and group of the access before
 * anything about the file can be recorded. Directories are created when needed, and synced in their
 * parent before they are used. Links below the drop are never followed.
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

/* Sets the mode and group of the drop's access on an open file. Returns 0 or errno. */
int drop_file_give(const struct file_drop *d, int fd);
/* Mode and group of new directories below the drop. */
struct beneath_new drop_file_dir(const struct file_drop *d);

/* Turns the errno of a step into an error. A link or a file in place of a directory is bad_name, no
 * memory is FATAL, a file system that lacks an operation is drop_unfit, and everything else is
 * drop_unavailable with a remedy. */
int drop_file_failed(struct err *e, int errnum, const char *step);

/* ERR_RETRY ("drop_unavailable") if the drop's directory was removed while it was open. Everything
 * in it is gone then, so a missing name proves nothing. */
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
