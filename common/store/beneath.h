/* SPDX-License-Identifier: Apache-2.0
 *
 * Paths below an open directory, never through a link (by openat2, or one component at a time), so that
 * nothing outside can be reached, whoever plants links. Paths are relative, without empty, "." or
 * ".." components (the caller has checked). All return a descriptor, or -1 with errno; a link on
 * the way is ENOTDIR or ELOOP.
 */
#ifndef LONGSHORE_STORE_BENEATH_H
#define LONGSHORE_STORE_BENEATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum beneath_mode {
	BENEATH_MUST_EXIST,
	BENEATH_CREATE /* perm as the umask leaves it */
};

/* What a directory that is made is given, whatever the umask. */
#define BENEATH_GROUP_AS_IS ((gid_t)-1)
struct beneath_new {
	mode_t perm;
	gid_t group;
};

/* The directory named by the first n bytes of path (0: the root itself). A directory that is
 * created is durable in its parent before anything is put into it. */
int beneath_dir(int root_fd, const char *path, size_t n, enum beneath_mode mode, mode_t perm);

/* The directory that holds `path`; *out_base points at the last component, inside path. */
int beneath_parent(
        int root_fd, const char *path, enum beneath_mode mode, mode_t perm, const char **out_base);
/* The same; what is missing is made. */
int beneath_parent_new(
        int root_fd, const char *path, struct beneath_new made, const char **out_base);

#endif
