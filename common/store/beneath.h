/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths below an open directory. No link is ever followed (by openat2, or one component at a time),
 * so a planted link cannot lead outside. Paths are relative, without empty, "." or ".." components;
 * the caller has checked this. All functions return a descriptor, or -1 with errno. A link in the
 * path gives ENOTDIR or ELOOP.
 */
#ifndef LONGSHORE_STORE_BENEATH_H
#define LONGSHORE_STORE_BENEATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum beneath_mode {
	BENEATH_MUST_EXIST,
	BENEATH_CREATE /* perm is reduced by the umask */
};

/* Mode and group of a new directory, regardless of the umask. */
#define BENEATH_GROUP_AS_IS ((gid_t)-1)
struct beneath_new {
	mode_t perm;
	gid_t group;
};

/* Opens the directory that the first n bytes of path name (n = 0: the root itself). A new directory
 * is durable in its parent before anything is put into it. */
int beneath_dir(int root_fd, const char *path, size_t n, enum beneath_mode mode, mode_t perm);

/* Opens the directory that contains `path`. *out_base points to the last component, inside path. */
int beneath_parent(
        int root_fd, const char *path, enum beneath_mode mode, mode_t perm, const char **out_base);
/* The same, and creates missing directories. */
int beneath_parent_new(
        int root_fd, const char *path, struct beneath_new made, const char **out_base);

#endif
