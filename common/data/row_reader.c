/* SPDX-License-Identifier: Apache-2.0 */
#include "row_format.h"

#include <stdlib.h>

#define ROW_FORMAT(NAME, word) [SOURCE_##NAME] = &row_format_##word,
static const struct row_format *const formats[] = {SOURCE_FORMAT_ROWS(ROW_FORMAT)};

struct row_reader {
	const struct row_format *format;
	void *state;
};

int row_reader_open(const struct row_form *form, const struct row_input *input,
        const struct row_calls *calls, struct row_reader **out, struct err *e)
{
	struct row_reader *r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to read rows");
	r->format = formats[form->format];
	int act = r->format->open(form, input, calls, &r->state, e);
	if (act != 0) {
		free(r);
		return act;
	}
	*out = r;
	return 0;
}

int row_reader_seek(struct row_reader *r, const struct row_span *span, struct err *e)
{
	return r->format->seek(r->state, span, e);
}

int row_reader_feed(struct row_reader *r, const void *p, size_t n, struct err *e)
{
	return r->format->feed(r->state, p, n, e);
}

int row_reader_finish(struct row_reader *r, struct err *e)
{
	return r->format->finish(r->state, e);
}

void row_reader_close(struct row_reader *r)
{
	if (!r)
		return;
	r->format->close(r->state);
	free(r);
}

const struct row_header *row_reader_header(const struct row_reader *r)
{
	return r->format->header(r->state);
}

bool row_reader_is_between_rows(const struct row_reader *r)
{
	return r->format->is_between_rows(r->state);
}

int64_t row_reader_rows(const struct row_reader *r)
{
	return r->format->rows(r->state);
}

int row_header_find(const struct row_header *header, struct str name, size_t *out, struct err *e)
{
	size_t found = 0, at = 0;
	for (size_t i = 0; i < header->count; i++) {
		if (!str_eq(header->names[i], name))
			continue;
		found++;
		at = i;
	}
	if (found != 1)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "header: there %s column " STR_FMT
		        ": correct the header, or the column or delimiter in the configuration",
		        found == 0 ? "is no" : "is more than one", STR_ARG(name));
	header->wanted[at] = true;
	*out = at;
	return 0;
}
