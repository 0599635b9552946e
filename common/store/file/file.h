/* SPDX-License-Identifier: Apache-2.0
 *
 * file:// driver: a directory on a local or network file system with hard links. It keeps the
 * store's promises as follows:
 *
 *   - Temporaries are in "<first component>/.tmp/", so that permissions can be restricted per
 *     prefix. Their names are random, and they are created exclusively. link() gives the finished
 *     object its name, or fails if the name is taken.
 *   - The file and then its directory are synced before finish or replace returns.
 *   - A replacement of an object is linked next to it under the next number (replace.c). So a
 *     process that is stopped or killed blocks no other. A writer that read an outdated state, as
 *     network file systems can show it, fails when it replaces.
 *   - Below a prefix, names are fanned out by their first characters (layout.c).
 *   - An object is never written after it has its name.
 *
 * A process that dies leaves its temporary behind. list does not show it, and it contains only
 * sealed bytes. sweep.c removes old ones.
 */
#ifndef LONGSHORE_STORE_FILE_FILE_H
#define LONGSHORE_STORE_FILE_FILE_H

#include "../driver.h"

enum {
	FILE_MODE = 0640,
	DIR_MODE = 0770,
	TEMP_NAME_BYTES = 33,
	FILE_REPLACE_TIMES_MAX = 255, /* per object: for records that change a few times */
	FILE_PATH_BYTES = STORE_NAME_MAX + 4
};

struct file_store {
	struct store base;
	int root_fd; /* another directory can replace it under the same descriptor (root.c) */
	char *path;
	char identity[STORE_IDENTITY_BYTES]; /* empty: any directory at the path is accepted */
};

int file_open(const struct place *place, const char *identity, struct store **out,
        struct err *e) ERR_MUST_USE;
void file_close(struct store *s);
int file_check(struct store *s, struct err *e) ERR_MUST_USE;
int file_identity(struct store *s, char *out, struct err *e) ERR_MUST_USE;
int file_identify(struct store *s, const char *identity, struct err *e) ERR_MUST_USE;
int file_is_empty(struct store *s, bool *out, struct err *e) ERR_MUST_USE;

struct temp {
	int dir_fd; /* the temporary directory */
	int fd;
	char name[TEMP_NAME_BYTES];
};

/* Path, below the root, of the object or directory with this name (layout.c). */
void file_path(const char *name, char out[static FILE_PATH_BYTES]);
/* file_is_fanned: whether a second component is stored in a directory named after its first
 * characters. file_is_fan: whether a name below a prefix is the name of such a directory. */
bool file_is_fanned(const char *component, size_t n);
bool file_is_fan(const char *name);

/* Turns the errno of a step on an object into an error. A missing object is not_found, a name that
 * the tree cannot store is bad_name, no memory is FATAL, and everything else is
 * store_unavailable. */
int file_failed(struct err *e, int errnum, const char *step);

int file_temp_open(
        const struct file_store *s, const char *name, struct temp *out, struct err *e) ERR_MUST_USE;
int file_temp_write(const struct temp *t, const void *p, size_t n, struct err *e) ERR_MUST_USE;
void file_temp_drop(struct temp *t); /* closes and unlinks */
/* Turns the errno of linking a temporary into an error. A missing temporary is ERR_RETRY: nothing
 * was created, so the caller can start over. */
int file_temp_failed(struct err *e, int errnum, const char *step);

/* Opens the object for reading: a regular file, never through a link. out_size may be NULL. */
int file_object_open(const struct file_store *s, const char *name, int *out_fd, int64_t *out_size,
        struct err *e) ERR_MUST_USE;
/* Size and tag of an open object. */
int file_object_facts(int fd, struct store_facts *out, struct err *e) ERR_MUST_USE;

/* Opens the newest state of an object for reading. Returns -1 and sets errno if it fails.
 * *out_number: how often the object was replaced. */
int file_newest(int dir_fd, const char *base, int *out_number);
int file_replace(struct store *s, const char *name, struct str bytes, const char *tag,
        struct err *e) ERR_MUST_USE;
int file_remove(struct store *s, const char *name, struct err *e) ERR_MUST_USE;
int file_sweep(struct store *s, const char *prefix, const struct store_sweep *limits,
        int64_t *out_removed, struct err *e) ERR_MUST_USE;
int file_remove_below(struct store *s, const char *name, const atomic_bool *stop,
        int64_t *out_removed, struct err *e) ERR_MUST_USE;
int file_clock(struct store *s, const char *prefix, int64_t *out_ms, struct err *e) ERR_MUST_USE;
int file_list(struct store *s, struct str prefix, store_visit *visit, void *arg,
        struct err *e) ERR_MUST_USE;

/* Casts to the driver's own type. store.c passes an object only to the driver that made it. */
static inline struct file_store *file_of(struct store *s)
{
	return (struct file_store *)s;
}

#endif
