/* SPDX-License-Identifier: Apache-2.0 */
#include "audience.h"

int audience_columns_find(const struct spec_audience *audience, const struct row_header *header,
        struct audience_columns *out, struct err *e)
{
	struct audience_columns found = {.count = header->count};
	if (audience->filters_count > FILTERS_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC,
		        "audience " STR_FMT " has more than %d filters", STR_ARG(audience->name),
		        FILTERS_MAX);
	int act = row_header_find(header, audience->id_column, &found.id, e);
	if (act == 0 && audience->state_column.n > 0)
		act = row_header_find(header, audience->state_column, &found.state, e);
	for (size_t i = 0; act == 0 && i < audience->filters_count; i++)
		act = row_header_find(header, audience->filters[i].column, &found.filters[i], e);
	if (act == 0)
		*out = found;
	return act;
}

bool audience_passes(const struct spec_audience *audience, const struct audience_columns *columns,
        const struct row_record *record)
{
	for (size_t i = 0; i < audience->filters_count; i++) {
		const struct spec_filter *f = &audience->filters[i];
		bool found = false;
		for (size_t k = 0; k < f->values_count && !found; k++)
			found = str_eq(record->fields[columns->filters[i]], f->values[k]);
		if (!found)
			return false;
	}
	return true;
}
