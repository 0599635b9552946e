/* SPDX-License-Identifier: Apache-2.0
 * Resolves configuration documents into frozen specs, for the requests of one batch. */
#ifndef SCHEDULER_RESOLVE_H
#define SCHEDULER_RESOLVE_H

#include "db/conf_db.h"
#include "delivery/lookup.h"
#include "engine.h"

struct resolver {
	struct engine *g;
	struct arena *mem;
	struct str *tenants; /* whose documents are loaded */
	size_t tenants_count;
	struct conf_document *documents; /* all except routes */
	struct spec_document *plain;     /* the same for spec_resolve, with room for one route */
	size_t documents_count;
	struct lookup resolved; /* struct frozen, by kind, tenant and name */
};

void resolver_init(struct resolver *r, struct engine *g, struct arena *mem);

/* *out is the spec, or the fault if the configuration does not allow one. Fails only if the
 * database does. */
int resolve_spec(struct resolver *r, enum delivery_kind kind, struct str tenant, struct str name,
        struct frozen *out, struct err *e) ERR_MUST_USE;

#endif
