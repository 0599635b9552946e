/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/reflist.h"

enum { FIELDS = 6 };

static bool is_plain(struct str field)
{
	for (size_t i = 0; i < field.n; i++)
		if (field.p[i] == '\t' || field.p[i] == '\n' || field.p[i] == '\r' ||
		        field.p[i] == '\0')
			return false;
	return true;
}

int reflist_add(struct buf *out, const struct reflist_item *item, struct err *e)
{
	const struct str texts[] = {item->name, item->sha256, item->label, item->plain_sha256};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (!is_plain(texts[i]))
			return err_set(e, ERR_REJECT, CODE_BAD_LIST,
			        "a field of a list contains a tab, a line end or a NUL");
	if (item->name.n == 0 || item->bytes < 0 || item->rows < 0)
		return err_set(e, ERR_REJECT, CODE_BAD_LIST,
		        "an entry of a list needs a name, and sizes that are not negative");
	return buf_printf(out, e, STR_FMT "\t" STR_FMT "\t%lld\t%lld\t" STR_FMT "\t" STR_FMT "\n",
	        STR_ARG(item->name), STR_ARG(item->sha256), (long long)item->bytes,
	        (long long)item->rows, STR_ARG(item->label), STR_ARG(item->plain_sha256));
}

static bool parse_line(struct str line, struct reflist_item *out)
{
	struct str fields[FIELDS];
	size_t first = 0;
	for (int i = 0; i < FIELDS; i++) {
		ptrdiff_t end = i < FIELDS - 1 ? str_find(line, '\t', first) : (ptrdiff_t)line.n;
		if (end < 0)
			return false;
		fields[i] = (struct str){line.p + first, (size_t)end - first};
		first = (size_t)end + 1;
		if (!is_plain(fields[i]))
			return false;
	}
	*out = (struct reflist_item){.name = fields[0],
	        .sha256 = fields[1],
	        .label = fields[4],
	        .plain_sha256 = fields[5]};
	return out->name.n > 0 && str_to_i64(fields[2], &out->bytes) && out->bytes >= 0 &&
	       str_to_i64(fields[3], &out->rows) && out->rows >= 0;
}

static size_t count_lines(struct str text)
{
	size_t lines = 0;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n' ? 1 : 0;
	return lines;
}

int reflist_parse(struct str text, struct arena *mem, struct reflist_item **out, size_t *out_count,
        struct err *e)
{
	size_t lines = count_lines(text);
	if (text.n > REFLIST_MAX_BYTES)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "a list of %zu bytes; at most %d are allowed", text.n, REFLIST_MAX_BYTES);
	if (text.n > 0 && text.p[text.n - 1] != '\n')
		return err_set(e, ERR_REJECT, CODE_CORRUPT, "list: line %zu has no end", lines + 1);
	/* Copies the text once; the fields are slices of the copy. */
	char *copied = arena_try_alloc(mem, text.n + 1, 1);
	struct reflist_item *items = ARENA_TRY_ARRAY(mem, struct reflist_item, lines + 1);
	if (!items || !copied)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE, "a list of %zu lines", lines);
	if (text.n > 0)
		memcpy(copied, text.p, text.n);
	struct str copy = {copied, text.n};
	size_t first = 0;
	for (size_t i = 0; i < lines; i++) {
		size_t end = (size_t)str_find(copy, '\n', first);
		if (!parse_line((struct str){copy.p + first, end - first}, &items[i]))
			return err_set(e, ERR_REJECT, CODE_CORRUPT,
			        "list: line %zu is not name, sha256, bytes, rows, label, "
			        "plain_sha256",
			        i + 1);
		first = end + 1;
	}
	*out = items;
	*out_count = lines;
	return 0;
}
