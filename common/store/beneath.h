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
	BENEATH_CREATE,
	BENEATH_CREATE_WHOLLY /* what is created has all of perm, whatever the umask */
};

/* The directory named by the first n bytes of path (0: the root itself). A directory that is
 * created is durable in its parent before anything is put into it. */
int beneath_dir(int root_fd, const char *path, size_t n, enum beneath_mode mode, mode_t perm);

/* The directory that holds `path`; *out_base points at the last component, inside path. */
int beneath_parent(
        int root_fd, const char *path, enum beneath_mode mode, mode_t perm, const char **out_base);

#endif
