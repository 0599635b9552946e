/* SPDX-License-Identifier: Apache-2.0
 *
 * Mistakes in the configuration. They are collected while files are read and checked, and reported
 * once each, in the order of files and lines.
 */
#ifndef LONGSHORE_CONFIG_MISTAKES_H
#define LONGSHORE_CONFIG_MISTAKES_H

#include "longshore/documents.h"

/* If there are more than MISTAKES_MAX, the report has the first ones and says that there are
 * more. */
enum { MISTAKES_MAX = 1000, MISTAKE_TEXT_MAX = 600 };

/* The report lists files in the order in which they were added. */
void mistakes_add_file(struct read_documents *read, const char *file);

/* path: dotted; "" if there is no field. The text is copied. */
void mistake_at(struct read_documents *read, const char *file, int line, const char *path,
        const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void warning_at(struct read_documents *read, const char *file, int line, const char *path,
        const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* "record[0].name" -> "record.name". */
struct str path_without_indices(struct str path, char out[DOCUMENT_PATH_MAX]);
/* Returns the line of a field. A path without indices means the first item that has the field. If
 * the field is absent, returns the line of the closest thing around it. */
int place_line(const struct read_document *d, const char *path);

#endif
