/* SPDX-License-Identifier: Apache-2.0
 *
 * Mistakes of configuration: collected while files are read and checked, told in the order of the
 * files and lines, each once.
 */
#ifndef LONGSHORE_CONFIG_MISTAKES_H
#define LONGSHORE_CONFIG_MISTAKES_H

#include "longshore/documents.h"

/* Past MISTAKES_MAX the first of them are told, and that there are more. */
enum { MISTAKES_MAX = 1000, MISTAKE_TEXT_MAX = 600 };

/* Files are told in the order in which they are added. */
void mistakes_add_file(struct read_documents *read, const char *file);

/* path: dotted, "" for what has no field. The text is copied. */
void mistake_at(struct read_documents *read, const char *file, int line, const char *path,
        const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void warning_at(struct read_documents *read, const char *file, int line, const char *path,
        const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* "record[0].name" -> "record.name". */
struct str path_without_indices(struct str path, char out[DOCUMENT_PATH_MAX]);
/* The line of a field of the document; a path without indices stands for the first item that has the
 * field. Where it is not there, of the nearest thing around it. */
int place_line(const struct read_document *d, const char *path);

#endif
