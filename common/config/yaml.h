/* SPDX-License-Identifier: Apache-2.0
 *
 * Converts YAML to JSON and keeps the line of every field. Accepts only the plain subset that
 * people write: no aliases, no duplicate keys, and only texts as keys.
 */
#ifndef LONGSHORE_CONFIG_YAML_H
#define LONGSHORE_CONFIG_YAML_H

#include "longshore/documents.h"

#include <jansson.h>

struct yaml_document {
	const json_t *body; /* an object; valid during the call */
	int line;
	const struct document_place *places;
	size_t places_count;
};

/* Calls `take` for each document that is a mapping. Stops at the first result other than 0.
 * Mistakes go to `read`. */
int yaml_read(const char *file, struct str text, struct read_documents *read,
        int (*take)(void *arg, const struct yaml_document *doc, struct err *e), void *arg,
        struct err *e) ERR_MUST_USE;

#endif
