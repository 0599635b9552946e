/* SPDX-License-Identifier: Apache-2.0
 *
 * A settings file that may have secrets: one name=value per line. Blank lines and lines that begin
 * with '#' are ignored. So are blanks around name and value, a carriage return at the end of a
 * line, and a byte order mark. A '#' inside a line is part of it.
 *
 * Errors name the setting that names the file, the file and the line, and never a value.
 */
#ifndef LONGSHORE_PRIVATE_FILE_H
#define LONGSHORE_PRIVATE_FILE_H

#include "longshore/err.h"

enum { PRIVATE_FILE_BYTES = 64 * 1024, PRIVATE_FILE_LINES = 200 };

/* name: letters, digits, '.', '-', '_'. Both strings are terminated, and are wiped after the last
 * line. */
typedef int private_line(void *arg, const char *name, const char *value, struct err *e);

/* Passes each line to `take` and stops at its first failure. ERR_FATAL ("bad_settings"): others may
 * read the file, another group may write it, or its owner is neither root nor the user who runs
 * this; it is not a file; it exceeds PRIVATE_FILE_BYTES or PRIVATE_FILE_LINES; a name is repeated
 * or has no value. */
int private_file_read(const char *setting, const char *path, private_line *take, void *arg,
        struct err *e) ERR_MUST_USE;

#endif
