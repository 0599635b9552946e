/* SPDX-License-Identifier: Apache-2.0
 *
 * One document looked at by itself and, where it is a route or a bridge, together with all that it
 * names. Every mistake is told, with the document and field it is in.
 */
#ifndef LONGSHORE_CONFIG_CHECK_H
#define LONGSHORE_CONFIG_CHECK_H

#include "document.h"

#include "longshore/documents.h"

struct check_input {
	const struct spec_document *all; /* that there will be */
	size_t count;
	struct arena *mem;
	const struct document_world *world;
	void (*tell)(void *arg, const struct check_mistake *m);
	void *arg;
};

void check_document(const struct check_input *input, const struct spec_document *document);

#endif
