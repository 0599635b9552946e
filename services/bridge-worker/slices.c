/* SPDX-License-Identifier: Apache-2.0 */
#include "slices.h"

#include <inttypes.h>

enum { FIELDS = 6 };

int slice_add_piece(struct buf *list, bool is_first, const struct slice_piece *p, struct err *e)
{
	return buf_printf(list, e,
	        "%s" STR_FMT "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%s",
	        is_first ? "" : "\t", STR_ARG(p->object), p->offset, p->length, p->first_row,
	        p->rows, p->sha256);
}

int slice_end(struct buf *list, struct err *e)
{
	return buf_append(list, "\n", 1, e);
}

static int corrupt(struct err *e)
{
	return err_set(
	        e, ERR_REJECT, CODE_CORRUPT, "the slice list has no readable line for this slice");
}

int slice_at(struct str list, int32_t index, struct str *out, struct err *e)
{
	size_t at = 0;
	for (int32_t i = 0; at < list.n; i++) {
		ptrdiff_t end = str_find(list, '\n', at);
		if (end < 0)
			break;
		if (i == index) {
			*out = str_bytes(list.p + at, (size_t)end - at);
			return 0;
		}
		at = (size_t)end + 1;
	}
	return corrupt(e);
}

int slice_next_piece(struct str *slice, struct slice_piece *out, bool *out_more, struct err *e)
{
	struct str fields[FIELDS], line = *slice;
	struct slice_piece p;
	size_t at = 0;
	for (int i = 0; i < FIELDS; i++) {
		ptrdiff_t tab = at <= line.n ? str_find(line, '\t', at) : -1;
		size_t end = tab < 0 ? line.n : (size_t)tab;
		if (end < at || (tab < 0 && i < FIELDS - 1))
			return corrupt(e);
		fields[i] = str_bytes(line.p + at, end - at);
		at = end + 1;
	}
	if (fields[5].n != SHA256_HEX - 1 || !str_to_i64(fields[1], &p.offset) ||
	        !str_to_i64(fields[2], &p.length) || !str_to_i64(fields[3], &p.first_row) ||
	        !str_to_i64(fields[4], &p.rows) || p.length < 0)
		return corrupt(e);
	p.object = fields[0];
	memcpy(p.sha256, fields[5].p, SHA256_HEX - 1);
	p.sha256[SHA256_HEX - 1] = '\0';
	*out = p;
	*out_more = at <= line.n;
	*slice = *out_more ? str_bytes(line.p + at, line.n - at) : str_bytes(line.p + line.n, 0);
	return 0;
}
