/* SPDX-License-Identifier: Apache-2.0
 *
 * Radix sort from the first byte, in place ("American flag"). Each pass distributes a range to 256
 * buckets by one byte of `first`. After all eight bytes, entries that end there move to the front,
 * and the others load their next eight bytes. Small ranges are sorted by insertion. The loop
 * continues with the largest bucket and recursion handles the others. So the stack grows with the
 * logarithm of the count, whatever the entries are.
 */
#include "sort_items.h"

#include "longshore/str.h"

enum { SMALL = 24, BUCKETS = 256, STEP = 8, FIRST_SHIFT = 56 };

uint64_t item_bytes(const char *p, size_t n, size_t depth)
{
	unsigned char bytes[STEP] = {0};
	if (n > depth)
		memcpy(bytes, p + depth, n - depth < STEP ? n - depth : STEP);
	uint64_t v = 0;
	for (size_t i = 0; i < STEP; i++)
		v = v << 8 | bytes[i];
	return v;
}

static void swap(struct item *a, struct item *b)
{
	struct item t = *a;
	*a = *b;
	*b = t;
}

static struct str tail(const struct item *x, size_t depth)
{
	return x->n > depth + STEP ? str_bytes(x->p + depth + STEP, x->n - depth - STEP)
	                           : str_bytes(NULL, 0);
}

/* Compares two items that are equal up to `depth`. The zeros after a shorter entry are padding, so
 * if the bytes are equal, the length decides. */
static bool is_less(const struct item *x, const struct item *y, size_t depth)
{
	if (x->first != y->first)
		return x->first < y->first;
	int order = str_cmp(tail(x, depth), tail(y, depth));
	return order != 0 ? order < 0 : x->n < y->n;
}

static void by_insertion(struct item *a, size_t count, size_t depth)
{
	for (size_t i = 1; i < count; i++) {
		struct item x = a[i];
		size_t at = i;
		for (; at > 0 && is_less(&x, &a[at - 1], depth); at--)
			a[at] = a[at - 1];
		a[at] = x;
	}
}

/* All items have the same eight bytes. Moves those that end within them to the front, shortest
 * first, and loads the next eight bytes of the others. Returns how many ended. */
static size_t go_deeper(struct item *a, size_t count, size_t depth)
{
	size_t ended = 0;
	for (size_t n = depth; n <= depth + STEP; n++) {
		for (size_t i = ended; i < count; i++) {
			if (a[i].n == n)
				swap(&a[i], &a[ended++]);
		}
	}
	for (size_t i = ended; i < count; i++)
		a[i].first = item_bytes(a[i].p, a[i].n, depth + STEP);
	return ended;
}

static size_t bucket_of(const struct item *x, int shift)
{
	return (size_t)(x->first >> shift & 0xff);
}

/* Afterwards bucket b is starts[b] to starts[b + 1]. Returns the largest bucket. */
static size_t deal(struct item *a, size_t count, int shift, size_t starts[BUCKETS + 1])
{
	size_t heads[BUCKETS] = {0}, largest = 0;
	for (size_t i = 0; i < count; i++)
		heads[bucket_of(&a[i], shift)]++;
	starts[0] = 0;
	for (size_t b = 0; b < BUCKETS; b++) {
		if (heads[b] > heads[largest])
			largest = b;
		starts[b + 1] = starts[b] + heads[b];
	}
	memcpy(heads, starts, sizeof(heads));
	if (starts[largest + 1] - starts[largest] == count)
		return largest;
	for (size_t b = 0; b < BUCKETS; b++) {
		while (heads[b] < starts[b + 1]) {
			size_t to = bucket_of(&a[heads[b]], shift);
			if (to == b)
				heads[b]++;
			else
				swap(&a[heads[b]], &a[heads[to]++]);
		}
	}
	return largest;
}

static void sort_range(struct item *a, size_t count, size_t depth, int shift)
{
	while (count > SMALL) {
		if (shift < 0) {
			size_t ended = go_deeper(a, count, depth);
			a += ended;
			count -= ended;
			depth += STEP;
			shift = FIRST_SHIFT;
			continue;
		}
		size_t starts[BUCKETS + 1];
		size_t largest = deal(a, count, shift, starts);
		for (size_t b = 0; b < BUCKETS; b++) {
			if (b != largest && starts[b + 1] - starts[b] > 1)
				sort_range(
				        a + starts[b], starts[b + 1] - starts[b], depth, shift - 8);
		}
		a += starts[largest];
		count = starts[largest + 1] - starts[largest];
		shift -= 8;
	}
	by_insertion(a, count, depth);
}

void sort_items(struct item *items, size_t count)
{
	sort_range(items, count, 0, FIRST_SHIFT);
}
