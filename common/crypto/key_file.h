/* SPDX-License-Identifier: Apache-2.0
 *
 * One key file: 64 hex digits and a newline. Its mode is at most 0640, and it belongs to the
 * directory's owner. Errors name the directory and the file, never the content.
 */
#ifndef LONGSHORE_CRYPTO_KEY_FILE_H
#define LONGSHORE_CRYPTO_KEY_FILE_H

#include "longshore/err.h"
#include "longshore/secret.h"

#include <stdbool.h>

enum {
	KEY_FILE_NAME_MAX = 64,
	KEY_EPOCH_MAX = 999999,
	/* Modes are at most 0640 and 0750. Read access for the group allows backups of the keys. */
	KEY_FILE_FORBIDDEN = 07137,
	KEY_DIR_FORBIDDEN = 07027
};

/* dir_fd is the open directory; dir is its name for messages. A missing file is not an error:
 * *out_there is false then. */
int key_file_read(int dir_fd, const char *dir, const char *file, struct secret *out,
        bool *out_there, struct err *e) ERR_MUST_USE;

/* Creates the file once: it appears complete, with its final mode and the directory's owner, or not
 * at all. An existing file is left alone, whatever key it holds. The only possible leftover, after
 * a crash, is a file whose name begins with KEY_FILE_TEMP. */
#define KEY_FILE_TEMP ".new-"
int key_file_create(int dir_fd, const char *dir, const char *file, const struct secret *key,
        struct err *e) ERR_MUST_USE;

/* Returns the epoch of "fingerprint-<epoch>.key" (1 to KEY_EPOCH_MAX, no leading zeros), or 0 for
 * any other name. */
int key_file_epoch(const char *file);
/* Whether one of our key files can have this name. */
bool key_file_is_name(const char *file);

#endif
