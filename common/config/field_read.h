/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the fields of a document into a spec, as the rows of its kind say. Mistakes are recorded.
 */
#ifndef LONGSHORE_CONFIG_FIELD_READ_H
#define LONGSHORE_CONFIG_FIELD_READ_H

#include "document.h"
#include "field.h"

/* Where the members of each area are stored; NULL: the area is not read. */
struct areas {
	void *at[AREAS];
};

/* Reads all rows that have a member, except those read by hand. A document without a body gives the
 * defaults. */
void fields_read(const struct document *doc, const struct areas *areas);

/* Single fields, for code that reads a row by hand. */
void field_texts(const struct document *doc, const char *path, struct str **out, size_t *out_count);
/* Returns the index of the value among the words of the row, or that of the default. */
int field_word(const struct document *doc, const char *path);
char field_character(const struct document *doc, const char *path, char preset);

#endif
