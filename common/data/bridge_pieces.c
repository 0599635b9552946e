/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge_pieces.h"

static struct str object_name(struct piece_side *side, const char *name)
{
	return arena_printf(side->mem, STR_FMT "/" STR_FMT "/%s", STR_ARG(side->prefix),
	        STR_ARG(side->version), name);
}

int piece_open(struct piece_side *side, const char *name, struct sealed_writer **out, struct err *e)
{
	if (side->count == PIECES_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_BRIDGE, "a bridge of more than %d pieces",
		        PIECES_MAX);
	return sealed_create(side->staging, object_name(side, name), &side->scope, out, e);
}

static void note_piece(struct piece_side *side, const char *name, const struct sealed_facts *facts,
        uint64_t first, uint64_t count)
{
	struct bridge_piece *p = &side->pieces[side->count++];
	*p = (struct bridge_piece){.name = arena_str(side->mem, str_c(name)),
	        .bytes = facts->bytes,
	        .first = first,
	        .count = count};
	memcpy(p->sha256, facts->sha256, sizeof(p->sha256));
}

int piece_close(struct piece_side *side, const char *name, struct sealed_writer *w, uint64_t first,
        uint64_t count, struct err *e)
{
	struct sealed_facts facts;
	int act = sealed_finish(w, &facts, e);
	if (act == 0)
		note_piece(side, name, &facts, first, count);
	return act;
}

int piece_put(
        struct piece_side *side, const char *name, struct str bytes, uint64_t count, struct err *e)
{
	struct sealed_facts facts;
	int act = sealed_put_once(
	        side->staging, object_name(side, name), &side->scope, bytes, &facts, e);
	if (act == 0)
		note_piece(side, name, &facts, 0, count);
	return act;
}

int manifest_put(struct piece_side *side, const struct bridge_manifest *m, struct err *e)
{
	struct bridge_manifest own = *m;
	own.pieces = side->pieces;
	own.pieces_count = side->count;
	struct buf text;
	struct sealed_facts facts;
	buf_init(&text, MANIFEST_MAX);
	int act = bridge_manifest_write(&own, &text, e);
	if (act == 0)
		act = sealed_put_once(side->staging, object_name(side, "manifest"), &side->scope,
		        buf_str(&text), &facts, e);
	buf_release(&text);
	return act;
}
