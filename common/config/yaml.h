/* SPDX-License-Identifier: Apache-2.0
 *
 * YAML to JSON, with the line of every field. Only the plain subset that people write: no aliases,
 * no duplicate keys, texts as keys.
 */
#ifndef LONGSHORE_CONFIG_YAML_H
#define LONGSHORE_CONFIG_YAML_H

#include "longshore/documents.h"

#include <jansson.h>

struct yaml_document {
	const json_t *body; /* an object; lives during the call */
	int line;
	const struct document_place *places;
	size_t places_count;
};

/* Calls `take` for each document of the text that is a mapping; stops at its first answer other
 * than 0. Mistakes go to `read`. */
int yaml_read(const char *file, struct str text, struct read_documents *read,
        int (*take)(void *arg, const struct yaml_document *doc, struct err *e), void *arg,
        struct err *e) ERR_MUST_USE;

#endif
