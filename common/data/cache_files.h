/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a bridge cache: "<sha256>.piece", readable by their owner only. Several processes
 * can share a directory, because a file's name determines its content, and a file appears complete,
 * by rename. The process that writes a temporary holds a lock on it, so a temporary without a lock
 * is left over from a crash.
 */
#ifndef LONGSHORE_DATA_CACHE_FILES_H
#define LONGSHORE_DATA_CACHE_FILES_H

#include "bridge_format.h"

#include "longshore/sealed.h"

/* Creates the directory if it is missing. ERR_FATAL ("cache_unusable") if other users can read it,
 * or if it is a link. */
int cache_dir_open(const char *path, int *out_fd, struct err *e) ERR_MUST_USE;

/* Creates the service's mark, ".of-SERVICE", which stays. ERR_FATAL ("cache_unusable") if another
 * service's mark exists. If two services claim at the same moment, both can be refused, and then
 * neither gets the directory. */
int cache_dir_claim(int dir_fd, const char *path, const char *service, struct err *e) ERR_MUST_USE;

/* Calls `found` for each piece, and removes temporaries that nobody is writing. */
int cache_dir_scan(int dir_fd,
        int (*found)(void *arg, const char *sha256, int64_t bytes, struct err *e), void *arg,
        struct err *e) ERR_MUST_USE;

/* Copies the plain bytes into the directory under the name sha256 and maps the copy. The map stays
 * valid even if another process evicts the file at once. If the bytes do not match sha256 and
 * `bytes`, *out stays NULL and no file is kept. */
int cache_file_put(int dir_fd, const char *sha256, size_t bytes, struct sealed_reader *from,
        const unsigned char **out, struct err *e) ERR_MUST_USE;

/* Maps the file. *out stays NULL if it does not exist or does not match its name and `bytes`. */
int cache_file_map(int dir_fd, const char *sha256, size_t bytes, const unsigned char **out,
        struct err *e) ERR_MUST_USE;
void cache_file_unmap(const unsigned char *map, size_t bytes);

void cache_file_remove(int dir_fd, const char *sha256);

#endif
