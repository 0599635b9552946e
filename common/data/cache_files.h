/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a bridge cache: "<sha256>.piece", readable by their owner alone. Several processes
 * may share a directory, for a file's name says what it holds and it appears whole, by rename. A
 * temporary is locked by who writes it, so one without a lock is left over from a crash.
 */
#ifndef LONGSHORE_DATA_CACHE_FILES_H
#define LONGSHORE_DATA_CACHE_FILES_H

#include "bridge_format.h"

#include "longshore/sealed.h"

/* Makes the directory if it is not there; ERR_FATAL ("cache_unusable") if others may read it, or it is a link. */
int cache_dir_open(const char *path, int *out_fd, struct err *e) ERR_MUST_USE;

/* Leaves the service's mark, ".of-SERVICE", which stays; ERR_FATAL ("cache_unusable") if another service's is there.
 * Who claims at the same moment may be refused as well, and nobody gets it then. */
int cache_dir_claim(int dir_fd, const char *path, const char *service, struct err *e) ERR_MUST_USE;

/* Calls `found` for each piece that is there, and removes temporaries that nobody writes. */
int cache_dir_scan(int dir_fd,
        int (*found)(void *arg, const char *sha256, int64_t bytes, struct err *e), void *arg,
        struct err *e) ERR_MUST_USE;

/* Copies the plain bytes into the directory under sha256 and maps the copy, so that it is ours even
 * if another process evicts it at once. *out stays NULL, and no file, if they are not what sha256 and
 * `bytes` say. */
int cache_file_put(int dir_fd, const char *sha256, size_t bytes, struct sealed_reader *from,
        const unsigned char **out, struct err *e) ERR_MUST_USE;

/* Maps the file; *out stays NULL if it is not there or not what its name and `bytes` say. */
int cache_file_map(int dir_fd, const char *sha256, size_t bytes, const unsigned char **out,
        struct err *e) ERR_MUST_USE;
void cache_file_unmap(const unsigned char *map, size_t bytes);

void cache_file_remove(int dir_fd, const char *sha256);

#endif
