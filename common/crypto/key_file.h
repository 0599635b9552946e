/* SPDX-License-Identifier: Apache-2.0
 * One key file: 64 hex digits and a line end, mode 0640 or less, of the directory's owner. Errors name directory and
 * file, never the content. */
#ifndef LONGSHORE_CRYPTO_KEY_FILE_H
#define LONGSHORE_CRYPTO_KEY_FILE_H

#include "longshore/err.h"
#include "longshore/secret.h"

#include <stdbool.h>

enum {
	KEY_FILE_NAME_MAX = 64,
	KEY_EPOCH_MAX = 999999,
	/* At most 0640 and 0750: a group may read, so that somebody can back up the keys. */
	KEY_FILE_FORBIDDEN = 07137,
	KEY_DIR_FORBIDDEN = 07027
};

/* The directory is open as dir_fd; dir is its name for messages. A missing file is not an error:
 * *out_there says. */
int key_file_read(int dir_fd, const char *dir, const char *file, struct secret *out,
        bool *out_there, struct err *e) ERR_MUST_USE;

/* Create-once: the file appears whole, with its final mode and the directory's owner, or not at all; one that is there is
 * left alone and its key is not what was given. Leaves nothing else but, after a crash, a file that
 * begins with KEY_FILE_TEMP. */
#define KEY_FILE_TEMP ".new-"
int key_file_create(int dir_fd, const char *dir, const char *file, const struct secret *key,
        struct err *e) ERR_MUST_USE;

/* Epoch of "fingerprint-<epoch>.key": 1 to KEY_EPOCH_MAX without leading zeros; 0 for any other
 * name. */
int key_file_epoch(const char *file);
/* A name that a key file of ours can have. */
bool key_file_is_name(const char *file);

#endif
