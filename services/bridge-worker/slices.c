/* SPDX-License-Identifier: Apache-2.0 */
#include "slices.h"

#include <inttypes.h>

int slice_add(struct buf *list, const struct slice *s, struct err *e)
{
	return buf_printf(list, e,
	        STR_FMT "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%s\n",
	        STR_ARG(s->object), s->offset, s->length, s->first_row, s->rows, s->sha256);
}

static bool parse(struct str line, struct slice *out)
{
	struct str fields[6];
	size_t at = 0;
	for (int i = 0; i < 6; i++) {
		ptrdiff_t tab = i < 5 ? str_find(line, '\t', at) : (ptrdiff_t)line.n;
		if (tab < 0)
			return false;
		fields[i] = str_bytes(line.p + at, (size_t)tab - at);
		at = (size_t)tab + 1;
	}
	if (fields[5].n != SHA256_HEX - 1)
		return false;
	out->object = fields[0];
	memcpy(out->sha256, fields[5].p, SHA256_HEX - 1);
	out->sha256[SHA256_HEX - 1] = '\0';
	return str_to_i64(fields[1], &out->offset) && str_to_i64(fields[2], &out->length) &&
	       str_to_i64(fields[3], &out->first_row) && str_to_i64(fields[4], &out->rows) &&
	       out->length >= 0;
}

int slice_at(struct str list, int32_t index, struct slice *out, struct err *e)
{
	size_t at = 0;
	for (int32_t i = 0; at < list.n; i++) {
		ptrdiff_t end = str_find(list, '\n', at);
		if (end < 0)
			break;
		if (i == index) {
			struct slice s;
			if (!parse(str_bytes(list.p + at, (size_t)end - at), &s))
				break;
			*out = s;
			return 0;
		}
		at = (size_t)end + 1;
	}
	return err_set(e, ERR_REJECT, "corrupt", "the slice list has no readable line for slice %d",
	        index);
}
