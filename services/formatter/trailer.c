/* SPDX-License-Identifier: Apache-2.0
 *
 * The files after the parts: the manifest, which lists the parts with their hashes, and the
 * marker, which is empty. Neither is compressed, because a partner reads them by name. The
 * manifest contains no time, so the same parts give the same bytes.
 */
#include "staged.h"

#include "longshore/reflist.h"

#include <inttypes.h>

enum { ENTRY_BYTES = 64 * 1024, LIST_MEM_BYTES = 4 * REFLIST_MAX_BYTES };

static int put_text(struct buf *out, struct str s, struct err *e)
{
	if (buf_append(out, "\"", 1, e) != 0)
		return e->act;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		int act = c < 0x20                ? buf_printf(out, e, "\\u%04x", c)
		          : c == '"' || c == '\\' ? buf_printf(out, e, "\\%c", c)
		                                  : buf_append(out, &s.p[i], 1, e);
		if (act != 0)
			return act;
	}
	return buf_append(out, "\"", 1, e);
}

/* name is one of our keys: nothing in it needs escaping. */
static int put_member(
        struct buf *out, const char *name, struct str value, const char *behind, struct err *e)
{
	if (buf_printf(out, e, "\"%s\": ", name) != 0 || put_text(out, value, e) != 0)
		return e->act;
	return buf_append(out, behind, strlen(behind), e);
}

static int put_head(struct buf *out, const struct format_op *op, int64_t rows, struct err *e)
{
	const struct spec *spec = op->spec;
	if (buf_printf(out, e, "{\n") != 0 ||
	        put_member(out, "delivery_id", op->run->head->delivery_id, ",\n", e) != 0 ||
	        put_member(out, "tenant", spec->tenant, ",\n", e) != 0 ||
	        put_member(out, "audience", spec->audience.name, ",\n", e) != 0 ||
	        put_member(out, "destination", spec->destination.name, ",\n", e) != 0)
		return e->act;
	return buf_printf(out, e, "\"rows\": %" PRId64 ",\n\"files\": [", rows);
}

static int put_entry(struct buf *out, const struct reflist_item *item, bool is_first, struct err *e)
{
	if (buf_printf(out, e, is_first ? "\n{" : ",\n{") != 0 ||
	        put_member(out, "name", item->label, ", ", e) != 0 ||
	        buf_printf(out, e, "\"rows\": %" PRId64 ", \"bytes\": %" PRId64 ", ", item->rows,
	                item->bytes) != 0 ||
	        put_member(out, "sha256", item->sha256, ", ", e) != 0)
		return e->act;
	return put_member(out, "plain_sha256", item->plain_sha256, "}", e);
}

/* Writes the buffer out and empties it, so that it never holds more than one entry. */
static int hand_on(struct staged_file *f, struct buf *b, struct err *e)
{
	int act = encoder_write(f->encoder, b->p, b->n, e);
	buf_clear(b);
	return act;
}

static int put_manifest(struct staged_file *f, const struct reflist_item *items, size_t count,
        struct buf *b, struct err *e)
{
	int64_t rows = 0;
	for (size_t i = 0; i < count; i++)
		rows += items[i].rows;
	if (put_head(b, f->op, rows, e) != 0 || hand_on(f, b, e) != 0)
		return e->act;
	for (size_t i = 0; i < count; i++) {
		if (put_entry(b, &items[i], i == 0, e) != 0 || hand_on(f, b, e) != 0)
			return e->act;
	}
	if (buf_printf(b, e, "\n]\n}\n") != 0)
		return e->act;
	return hand_on(f, b, e);
}

static int write_manifest(
        const struct format_op *op, const struct reflist_item *items, size_t count, struct err *e)
{
	struct staged_file file;
	struct buf b;
	buf_init(&b, ENTRY_BYTES);
	int act = staged_begin(op, COMPRESSION_NONE, &file, e);
	if (act == 0)
		act = put_manifest(&file, items, count, &b, e);
	if (act == 0)
		act = staged_finish(&file, 0, e);
	staged_release(&file);
	buf_release(&b);
	return act;
}

int format_manifest(const struct format_op *op, struct err *e)
{
	struct str text = {0};
	struct reflist_item *items = NULL;
	size_t count = 0;
	struct arena mem;
	if (!op->task->parts)
		return err_set(e, ERR_REJECT, CODE_BAD_TASK, "a manifest needs the list of parts");
	arena_init(&mem, LIST_MEM_BYTES);
	int act = staged_get(op, STR("specs"), op->task->parts, REFLIST_MAX_BYTES, &mem, &text, e);
	if (act == 0)
		act = reflist_parse(text, &mem, &items, &count, e);
	if (act != 0)
		act = err_note(e, "list of parts");
	else
		act = write_manifest(op, items, count, e);
	arena_release(&mem);
	return act;
}

int format_marker(const struct format_op *op, struct err *e)
{
	struct staged_file file;
	int act = staged_begin(op, COMPRESSION_NONE, &file, e);
	if (act == 0)
		act = staged_finish(&file, 0, e);
	staged_release(&file);
	return act;
}
