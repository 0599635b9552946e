/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds fields of a document that its kind does not know, that have no effect, or that have no
 * value.
 */
#ifndef LONGSHORE_CONFIG_FIELDS_H
#define LONGSHORE_CONFIG_FIELDS_H

#include "kinds.h"
#include "yaml.h"

void fields_check(struct read_documents *read, const char *file, const struct yaml_document *doc,
        const struct kind *kind);

#endif
