/* SPDX-License-Identifier: Apache-2.0 */
#include "selfile.h"

#define MAGIC "LSSEL1\n"
enum { MAGIC_BYTES = sizeof(MAGIC) - 1 };

static void put_le(unsigned char out[8], uint64_t v)
{
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)(v >> (8 * i));
}

static int put_set(struct buf *out, const struct selection *s, struct err *e)
{
	unsigned char length[8] = {0};
	size_t at = out->n;
	int act = buf_append(out, length, sizeof(length), e);
	if (act == 0)
		act = selection_store(s, out, e);
	if (act != 0)
		return act;
	put_le(length, out->n - at - sizeof(length));
	memcpy(out->p + at, length, sizeof(length));
	return 0;
}

int selfile_write(const struct selfile *s, struct buf *out, struct err *e)
{
	unsigned char links[8];
	put_le(links, s->links);
	int act = buf_append(out, MAGIC, MAGIC_BYTES, e);
	if (act == 0)
		act = buf_append(out, links, sizeof(links), e);
	if (act == 0)
		act = put_set(out, s->chosen, e);
	if (act == 0)
		act = put_set(out, s->blocked, e);
	return act == 0 ? put_set(out, s->persons, e) : act;
}

static bool take_num(struct str *from, uint64_t *out)
{
	if (from->n < 8)
		return false;
	*out = 0;
	for (int i = 0; i < 8; i++)
		*out |= (uint64_t)(unsigned char)from->p[i] << (8 * i);
	*from = str_bytes(from->p + 8, from->n - 8);
	return true;
}

static int take_set(struct str *from, struct selection **out, struct err *e)
{
	uint64_t n = 0;
	if (!take_num(from, &n) || n > from->n)
		return err_set(e, ERR_REJECT, CODE_CORRUPT, "a selection is cut off");
	int act = selection_load(str_bytes(from->p, (size_t)n), out, e);
	*from = str_bytes(from->p + n, from->n - (size_t)n);
	return act;
}

int selfile_read(struct str bytes, struct selfile *out, struct err *e)
{
	struct selfile s = {0};
	if (!str_has_prefix(bytes, STR(MAGIC)))
		return err_set(
		        e, ERR_REJECT, CODE_CORRUPT, "a selection of another kind or version");
	struct str rest = str_bytes(bytes.p + MAGIC_BYTES, bytes.n - MAGIC_BYTES);
	int act = take_num(&rest, &s.links)
	                  ? 0
	                  : err_set(e, ERR_REJECT, CODE_CORRUPT, "a selection is cut off");
	if (act == 0)
		act = take_set(&rest, &s.chosen, e);
	if (act == 0)
		act = take_set(&rest, &s.blocked, e);
	if (act == 0)
		act = take_set(&rest, &s.persons, e);
	if (act == 0 && rest.n > 0)
		act = err_set(e, ERR_REJECT, CODE_CORRUPT, "bytes after a selection");
	if (act != 0) {
		selfile_release(&s);
		return act;
	}
	*out = s;
	return 0;
}

void selfile_release(struct selfile *s)
{
	selection_free(s->chosen);
	selection_free(s->blocked);
	selection_free(s->persons);
	*s = (struct selfile){0};
}
