/* SPDX-License-Identifier: Apache-2.0 */
#include "ev_type.h"

const char *ev_type_name(const struct ev_type *type)
{
	return type->record->name;
}

uint64_t ev_type_fingerprint(const struct ev_type *type)
{
	return type->fingerprint;
}

struct str ev_type_schema(const struct ev_type *type)
{
	return type->schema;
}

size_t ev_type_struct_bytes(const struct ev_type *type)
{
	return type->record->struct_bytes;
}

const struct ev_type *const *ev_types(size_t *out_count)
{
	*out_count = ev_type_list_count;
	return ev_type_list;
}

const struct ev_type *ev_type_by_name(struct str name)
{
	for (size_t i = 0; i < ev_type_list_count; i++)
		if (str_eq(name, str_c(ev_type_list[i]->record->name)))
			return ev_type_list[i];
	return NULL;
}
