/* SPDX-License-Identifier: Apache-2.0
 * A file of settings that may hold secrets: a line for each, name=value. Blank lines, and lines that
 * begin with '#', say nothing. Blanks around name and value, a carriage return at a line's end and a
 * byte order mark do not count; a '#' inside a line does.
 *
 * Errors name the setting that names the file, the file and the line, and never a value. */
#ifndef LONGSHORE_PRIVATE_FILE_H
#define LONGSHORE_PRIVATE_FILE_H

#include "longshore/err.h"

enum { PRIVATE_FILE_BYTES = 64 * 1024, PRIVATE_FILE_LINES = 200 };

/* name: letters, digits, '.', '-', '_'. Both are terminated, and wiped after the last line. */
typedef int private_line(void *arg, const char *name, const char *value, struct err *e);

/* Hands each line to `take`, the first failure of which ends it. Refused (ERR_FATAL, "bad_settings"):
 * a file that others may read, that another group may write, or that belongs to somebody else than
 * root and the user who runs this; what is no file; more than PRIVATE_FILE_BYTES or
 * PRIVATE_FILE_LINES; a name that comes twice or has no value. */
int private_file_read(const char *setting, const char *path, private_line *take, void *arg,
        struct err *e) ERR_MUST_USE;

#endif
