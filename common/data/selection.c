/* SPDX-License-Identifier: Apache-2.0
 *
 * The stored form is the portable Roaring format with arrays and bitsets only (selection_check.h).
 * We write it ourselves, because a union that fills a container makes the library keep it as a run.
 * Then equal sets would have different bytes, and version 0.2.66 of the library does not read runs
 * safely. selection_check.c refuses everything else before the library sees it.
 */
#include "longshore/selection.h"

#include "selection_check.h"

#include <roaring/roaring.h>
#include <stdlib.h>

enum { BLOCK = 4096 }; /* values read from a set at once */

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

uint64_t selection_count(const struct selection *s)
{
	return roaring_bitmap_get_cardinality(s->set);
}

uint64_t selection_common(const struct selection *a, const struct selection *b)
{
	return roaring_bitmap_and_cardinality(a->set, b->set);
}

void selection_ranks(
        const struct selection *s, uint64_t first, uint32_t *out, size_t n, size_t *out_n)
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
	bool counted = false; /* whether the group that l entered last is counted */
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

/* Upper bound of the container keys of a set. */
static uint32_t keys_of(const struct selection *s)
{
	return roaring_bitmap_is_empty(s->set) ? 0 : (roaring_bitmap_maximum(s->set) >> 16) + 1;
}

/* Counts the values of each container, by key. */
static void count_containers(const struct selection *s, uint32_t *sizes)
{
	uint32_t values[BLOCK];
	roaring_uint32_iterator_t it;
	roaring_init_iterator(s->set, &it);
	for (uint32_t n; (n = roaring_read_uint32_iterator(&it, values, BLOCK)) > 0;) {
		for (uint32_t i = 0; i < n; i++)
			sizes[values[i] >> 16]++;
	}
}

/* Writes everything before the containers and returns its length. */
static size_t put_header(
        unsigned char *p, const uint32_t *sizes, uint32_t keys, uint32_t containers)
{
	size_t at = STORED_HEADER_BYTES +
	            (size_t)(STORED_DESCRIPTION_BYTES + STORED_OFFSET_BYTES) * containers,
	       begin = at;
	unsigned char *description = p + STORED_HEADER_BYTES;
	unsigned char *offset = description + (size_t)STORED_DESCRIPTION_BYTES * containers;
	put_le(p, STORED_COOKIE, 4);
	put_le(p + 4, containers, 4);
	for (uint32_t key = 0; key < keys; key++) {
		if (sizes[key] == 0)
			continue;
		put_le(description, key, 2);
		put_le(description + 2, sizes[key] - 1, 2);
		put_le(offset, at, 4);
		description += STORED_DESCRIPTION_BYTES;
		offset += STORED_OFFSET_BYTES;
		at += stored_container_bytes(sizes[key]);
	}
	return begin;
}

/* p: zeroed; points to the first container. */
static void put_containers(const struct selection *s, const uint32_t *sizes, unsigned char *p)
{
	uint32_t values[BLOCK], key = UINT32_MAX, at = 0;
	size_t last = 0; /* bytes of the previous container */
	roaring_uint32_iterator_t it;
	roaring_init_iterator(s->set, &it);
	for (uint32_t n; (n = roaring_read_uint32_iterator(&it, values, BLOCK)) > 0;) {
		for (uint32_t i = 0; i < n; i++) {
			uint32_t low = values[i] & 0xffff;
			if (values[i] >> 16 != key) {
				key = values[i] >> 16;
				p += last;
				last = stored_container_bytes(sizes[key]);
				at = 0;
			}
			if (sizes[key] <= STORED_ARRAY_MAX)
				put_le(p + (size_t)2 * at++, low, 2);
			else
				p[low / 8] = (unsigned char)(p[low / 8] | 1U << low % 8);
		}
	}
}

int selection_store(const struct selection *s, struct buf *out, struct err *e)
{
	uint32_t keys = keys_of(s), containers = 0;
	uint32_t *sizes = calloc((size_t)keys + 1, sizeof(*sizes));
	if (!sizes)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to store a set");
	count_containers(s, sizes);
	size_t bytes = STORED_HEADER_BYTES;
	for (uint32_t key = 0; key < keys; key++) {
		if (sizes[key] == 0)
			continue;
		containers++;
		bytes += STORED_DESCRIPTION_BYTES + STORED_OFFSET_BYTES +
		         stored_container_bytes(sizes[key]);
	}
	int act = buf_reserve(out, bytes, e);
	if (act == 0) {
		unsigned char *p = (unsigned char *)out->p + out->n;
		memset(p, 0, bytes);
		put_containers(s, sizes, p + put_header(p, sizes, keys, containers));
		out->n += bytes;
	}
	free(sizes);
	return act;
}

int selection_load(struct str bytes, struct selection **out, struct err *e)
{
	int act = selection_check(bytes, e);
	if (act != 0)
		return act;
	roaring_bitmap_t *set = roaring_bitmap_portable_deserialize_safe(bytes.p, bytes.n);
	if (!set)
		return err_set(e, ERR_REJECT, CODE_CORRUPT, "a stored set cannot be read");
	*out = wrap(set);
	return 0;
}
