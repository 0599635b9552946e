/* SPDX-License-Identifier: Apache-2.0
 *
 * file:// driver, a directory on one local or network file system with hard links. How it keeps the
 * store's promises:
 *
 *   - Temporaries lie in "<first component>/.tmp/", so that permissions can be cut per prefix,
 * under names drawn at random, created exclusively. link() gives the finished object its name, or
 *     fails if the name is taken.
 *   - File, then directory are synced before finish or replace answers.
 *   - What replaces an object is linked beside it under the next number (replace.c): nobody who is
 *     stopped or killed holds up another, and a reader that sees too old a state, as network file
 *     systems may show it, loses its comparison.
 *   - Below a prefix, names are fanned out by their first characters (layout.c).
 *   - Objects are never written once they have their name.
 *
 * A process that dies leaves its temporary behind: invisible to list, sealed bytes only. sweep.c
 * removes those that are old.
 */
#ifndef LONGSHORE_STORE_FILE_FILE_H
#define LONGSHORE_STORE_FILE_FILE_H

#include "../driver.h"

enum {
	FILE_MODE = 0640,
	DIR_MODE = 0770,
	TEMP_NAME_BYTES = 33,
	FILE_REPLACE_TIMES_MAX = 255, /* of one object: meant for records that change a few times */
	FILE_PATH_BYTES = STORE_NAME_MAX + 4
};

struct file_store {
	struct store base;
	int root_fd; /* another directory may come to stand here, under the same number (root.c) */
	char *path;
	char identity[STORE_IDENTITY_BYTES]; /* empty: whatever is at the path */
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

/* Path below the root of the object, or directory, of this name (layout.c). */
void file_path(const char *name, char out[static FILE_PATH_BYTES]);
/* Whether a second component stands in a directory of its first characters; and whether a name below
 * a prefix is that of such a directory. */
bool file_is_fanned(const char *component, size_t n);
bool file_is_fan(const char *name);

/* errno of a step on a named object -> error: missing is not_found, a name that the tree cannot
 * hold is bad_name, no memory is FATAL, all else is store_unavailable. */
int file_failed(struct err *e, int errnum, const char *step);

int file_temp_open(
        const struct file_store *s, const char *name, struct temp *out, struct err *e) ERR_MUST_USE;
int file_temp_write(const struct temp *t, const void *p, size_t n, struct err *e) ERR_MUST_USE;
void file_temp_drop(struct temp *t); /* closes and unlinks */
/* errno of giving the temporary its object's name -> error: gone is ERR_RETRY, for then nothing was
 * made and it can be made again. */
int file_temp_failed(struct err *e, int errnum, const char *step);

/* Opens the object for reading: a regular file, never through a link. *out_size may be NULL. */
int file_object_open(const struct file_store *s, const char *name, int *out_fd, int64_t *out_size,
        struct err *e) ERR_MUST_USE;
/* Size and tag of an open object. */
int file_object_facts(int fd, struct store_facts *out, struct err *e) ERR_MUST_USE;

/* What a name stands for now, for reading, or -1 with errno. *out_number: how often it was
 * replaced. */
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

/* Pointer to the driver's own type; store.c hands every object back to the driver that made it. */
static inline struct file_store *file_of(struct store *s)
{
	return (struct file_store *)s;
}

#endif
