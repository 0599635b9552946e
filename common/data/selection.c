/* SPDX-License-Identifier: Apache-2.0
 *
 * Stored form: the portable Roaring format, arrays and bitsets only. We never ask for run containers: equal sets could
 * then have different bytes, and version 0.2.66 of the library is not safe to take them back. selection_check.c refuses
 * everything else before the library sees it.
 */
#include "longshore/selection.h"

#include "selection_check.h"

#include <assert.h>
#include <roaring/roaring.h>
#include <stdlib.h>

struct selection {
	roaring_bitmap_t *set;
};

static struct selection *wrap(roaring_bitmap_t *set)
{
	struct selection *s = calloc(1, sizeof(*s));
	if (!s || !set)
		abort(); /* out of memory: the header promises a set */
	s->set = set;
	return s;
}

struct selection *selection_new(void)
{
	return wrap(roaring_bitmap_create());
}

void selection_free(struct selection *s)
{
	if (!s)
		return;
	roaring_bitmap_free(s->set);
	free(s);
}

void selection_add(struct selection *s, const uint32_t *ordinals, size_t count)
{
	if (count > 0)
		roaring_bitmap_add_many(s->set, count, ordinals);
}

void selection_unite(struct selection *into, const struct selection *other)
{
	roaring_bitmap_or_inplace(into->set, other->set);
}

void selection_subtract(struct selection *from, const struct selection *other)
{
	roaring_bitmap_andnot_inplace(from->set, other->set);
}

void selection_intersect(struct selection *into, const struct selection *other)
{
	roaring_bitmap_and_inplace(into->set, other->set);
}

uint64_t selection_count(const struct selection *s)
{
	return roaring_bitmap_get_cardinality(s->set);
}

uint64_t selection_common(const struct selection *a, const struct selection *b)
{
	return roaring_bitmap_and_cardinality(a->set, b->set);
}

uint64_t selection_minus_count(const struct selection *a, const struct selection *b)
{
	return roaring_bitmap_andnot_cardinality(a->set, b->set);
}

bool selection_has(const struct selection *s, uint32_t ordinal)
{
	return roaring_bitmap_contains(s->set, ordinal);
}

void selection_ranks(const struct selection *s, uint64_t first, uint32_t *out, size_t n, size_t *out_n)
{
	uint32_t start = 0;
	*out_n = 0;
	if (n == 0 || first > UINT32_MAX || !roaring_bitmap_select(s->set, (uint32_t)first, &start))
		return;
	roaring_uint32_iterator_t it;
	roaring_init_iterator(s->set, &it);
	if (!roaring_move_uint32_iterator_equalorlarger(&it, start))
		return;
	uint32_t want = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	*out_n = roaring_read_uint32_iterator(&it, out, want);
}

uint64_t selection_groups(const struct selection *members, const struct selection *leaders)
{
	roaring_uint32_iterator_t m, l;
	roaring_init_iterator(members->set, &m);
	roaring_init_iterator(leaders->set, &l);
	uint64_t groups = 0;
	bool counted = false; /* the group that l has entered last */
	for (; m.has_value; roaring_advance_uint32_iterator(&m)) {
		while (l.has_value && l.current_value <= m.current_value) {
			counted = false;
			roaring_advance_uint32_iterator(&l);
		}
		if (!counted)
			groups++;
		counted = true;
	}
	return groups;
}

static void put_le(unsigned char *p, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		p[i] = (unsigned char)(value >> (8 * i));
}

void selection_hash(const struct selection *s, struct str segment, char out[SHA256_HEX])
{
	enum { BLOCK = 4096 };
	unsigned char bytes[4 * BLOCK];
	uint32_t values[BLOCK];
	struct hash *h = hash_new_sha256();
	put_le(bytes, segment.n, 8);
	hash_add(h, bytes, 8);
	hash_add(h, segment.p, segment.n);
	put_le(bytes, selection_count(s), 8);
	hash_add(h, bytes, 8);
	roaring_uint32_iterator_t it;
	roaring_init_iterator(s->set, &it);
	for (uint32_t n; (n = roaring_read_uint32_iterator(&it, values, BLOCK)) > 0;) {
		for (uint32_t i = 0; i < n; i++)
			put_le(bytes + (size_t)4 * i, values[i], 4);
		hash_add(h, bytes, (size_t)4 * n);
	}
	hash_take_hex(h, out);
	hash_free(h);
}

int selection_store(const struct selection *s, struct buf *out, struct err *e)
{
	size_t bytes = roaring_bitmap_portable_size_in_bytes(s->set);
	int act = buf_reserve(out, bytes, e);
	if (act != 0)
		return act;
	size_t written = roaring_bitmap_portable_serialize(s->set, out->p + out->n);
	assert(written == bytes);
	act = selection_check(str_bytes(out->p + out->n, written), e); /* what we write we must be able to read */
	if (act != 0)
		return err_set(e, ERR_FATAL, "broken_selection", "a set was stored in another form than agreed");
	out->n += written;
	return 0;
}

int selection_load(struct str bytes, struct selection **out, struct err *e)
{
	int act = selection_check(bytes, e);
	if (act != 0)
		return act;
	roaring_bitmap_t *set = roaring_bitmap_portable_deserialize_safe(bytes.p, bytes.n);
	if (!set)
		return err_set(e, ERR_REJECT, "corrupt", "a stored set cannot be read");
	*out = wrap(set);
	return 0;
}
