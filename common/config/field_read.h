/* SPDX-License-Identifier: Apache-2.0
 * Reading the fields of a document into a spec, as the rows of its kind say. What is wrong is noted. */
#ifndef LONGSHORE_CONFIG_FIELD_READ_H
#define LONGSHORE_CONFIG_FIELD_READ_H

#include "document.h"
#include "field.h"

/* Where the members of each area are; NULL: they are not read. */
struct areas {
	void *at[AREAS];
};

/* All rows with a member, but those that are read by hand. Of a document without a body, the defaults. */
void fields_read(const struct document *doc, const struct areas *areas);

/* Single fields, for code that reads a row by hand. */
void field_texts(const struct document *doc, const char *path, struct str **out, size_t *out_count);
/* One of the words of the row with this path: its index, or that of the default. */
int field_word(const struct document *doc, const char *path);
char field_character(const struct document *doc, const char *path, char preset);

#endif
