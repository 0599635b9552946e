/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks one document by itself. A route or a bridge is also checked together with everything it
 * names. Every mistake is reported with its document and field.
 */
#ifndef LONGSHORE_CONFIG_CHECK_H
#define LONGSHORE_CONFIG_CHECK_H

#include "document.h"

#include "longshore/documents.h"

struct check_input {
	const struct spec_document *all; /* all documents as they will be after the apply */
	size_t count;
	struct arena *mem;
	const struct document_world *world;
	void (*tell)(void *arg, const struct check_mistake *m);
	void *arg;
};

void check_document(const struct check_input *input, const struct spec_document *document);

#endif
