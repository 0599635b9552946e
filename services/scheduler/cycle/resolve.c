/* SPDX-License-Identifier: Apache-2.0 */
#include "resolve.h"

void resolver_init(struct resolver *r, struct engine *g, struct arena *mem)
{
	*r = (struct resolver){.g = g, .mem = mem};
}

static bool has_tenant(const struct resolver *r, struct str tenant)
{
	for (size_t i = 0; i < r->tenants_count; i++)
		if (str_eq(r->tenants[i], tenant))
			return true;
	return false;
}

/* Adds a tenant and reloads all tenants, so that all documents are of the same moment. */
static int load(struct resolver *r, struct str tenant, struct err *e)
{
	struct str *tenants = arena_alloc(r->mem, (r->tenants_count + 1) * sizeof *tenants);
	if (r->tenants_count > 0)
		memcpy(tenants, r->tenants, r->tenants_count * sizeof *tenants);
	tenants[r->tenants_count] = tenant;
	int act = conf_db_load(r->g->pg, tenants, r->tenants_count + 1, r->mem, &r->documents,
	        &r->documents_count, e);
	if (act)
		return act;
	r->tenants = tenants;
	r->tenants_count++;
	r->plain = arena_alloc(r->mem, (r->documents_count + 2) * sizeof *r->plain);
	for (size_t i = 0; i < r->documents_count; i++) {
		const struct conf_document *d = &r->documents[i];
		r->plain[i] = (struct spec_document){d->kind, d->tenant, d->name, d->body};
	}
	return 0;
}

/* Finds the requested document itself. A route is loaded now; a bridge is already loaded. */
static int find_own(struct resolver *r, enum delivery_kind kind, struct str tenant, struct str name,
        struct conf_document *out, size_t *out_count, struct err *e)
{
	if (kind == KIND_DELIVERY)
		return conf_db_load_route(r->g->pg, tenant, name, r->mem, out, out_count, e);
	*out_count = 0;
	for (size_t i = 0; i < r->documents_count && *out_count == 0; i++) {
		const struct conf_document *d = &r->documents[i];
		*out_count = str_eq(d->kind, STR("Bridge")) && str_eq(d->tenant, tenant) &&
		             str_eq(d->name, name);
		*out = *d;
	}
	return 0;
}

static int resolve(struct resolver *r, enum delivery_kind kind, struct str tenant, struct str name,
        struct frozen *out, struct err *e)
{
	struct str json;
	char hash[65];
	struct conf_document own = {.applied_by = STR("")};
	size_t own_count = 0, count = r->documents_count;
	int act = find_own(r, kind, tenant, name, &own, &own_count, e);
	if (act)
		return act;
	if (kind == KIND_DELIVERY && own_count > 0)
		r->plain[count++] =
		        (struct spec_document){own.kind, own.tenant, own.name, own.body};
	act = kind == KIND_BUILD
	              ? spec_resolve_build(tenant, name, r->plain, count, r->mem, &json, hash, e)
	              : spec_resolve(tenant, name, r->plain, count, r->mem, &json, hash, e);
	const struct frozen *kept = NULL;
	if (act == 0)
		act = specs_add(&r->g->specs, str_c(hash), json, r->mem, &kept, e);
	if (act != 0 && act != ERR_REJECT)
		return act;
	*out = (struct frozen){0};
	if (act == ERR_REJECT)
		out->fault = arena_str(r->mem, str_c(e->text));
	else
		*out = *kept;
	out->applied_by = own_count > 0 ? own.applied_by : STR("");
	return 0;
}

int resolve_spec(struct resolver *r, enum delivery_kind kind, struct str tenant, struct str name,
        struct frozen *out, struct err *e)
{
	struct str key = arena_printf(
	        r->mem, "%d|" STR_FMT "|" STR_FMT, (int)kind, STR_ARG(tenant), STR_ARG(name));
	const struct frozen *known = lookup_find(&r->resolved, key);
	if (known) {
		*out = *known;
		return 0;
	}
	int act = has_tenant(r, tenant) ? 0 : load(r, tenant, e);
	struct frozen frozen;
	act = act ? act : resolve(r, kind, tenant, name, &frozen, e);
	if (act)
		return act;
	struct frozen *kept = ARENA_NEW(r->mem, struct frozen);
	*kept = frozen;
	lookup_put(&r->resolved, key, kept, r->mem);
	*out = frozen;
	return 0;
}
