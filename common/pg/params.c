/* SPDX-License-Identifier: Apache-2.0
 *
 * Parameters and array literals. libpq ends text parameters at a NUL. A text that contains one
 * marks the parameters as bad, and pg_run refuses the statement instead of storing half of the
 * text.
 */
#include "connection.h"

#include "longshore/hex.h"

#include <assert.h>
#include <stdio.h>

enum { NUM_BYTES = 24 };

void pg_params_init(struct pg_params *p, struct arena *mem)
{
	memset(p, 0, sizeof(*p));
	p->mem = mem;
}

static void give(struct pg_params *p, int name, const char *value, size_t length, int format)
{
	int place = PG_PLACE(name);
	assert(place < PG_PARAMS_MAX);
	assert(length <= INT32_MAX);
	p->values[place] = value;
	p->lengths[place] = (int)length;
	p->formats[place] = format;
	p->owners[place] = PG_OWNER(name);
	p->given |= UINT64_C(1) << place;
	p->count = place >= p->count ? place + 1 : p->count;
}

static bool has_nul(struct str s)
{
	return s.n > 0 && memchr(s.p, '\0', s.n);
}

static char *room(struct pg_params *p, size_t bytes)
{
	char *at = bytes <= INT32_MAX ? arena_try_alloc(p->mem, bytes, 1) : NULL;
	if (!at) {
		p->problem = "parameters are larger than the memory for one batch";
	}
	return at;
}

void pg_set(struct pg_params *p, int name, struct str text)
{
	if (!text.p) {
		give(p, name, NULL, 0, 0);
		return;
	}
	if (has_nul(text)) {
		p->problem = "a text contains a NUL byte";
	}
	char *copy = room(p, text.n + 1);
	if (copy) {
		memcpy(copy, text.p, text.n);
	}
	give(p, name, copy, text.n, 0);
}

void pg_set_null(struct pg_params *p, int name)
{
	give(p, name, NULL, 0, 0);
}

void pg_set_num(struct pg_params *p, int name, int64_t number)
{
	char *text = arena_alloc(p->mem, NUM_BYTES);
	int n = snprintf(text, NUM_BYTES, "%lld", (long long)number);
	give(p, name, text, (size_t)n, 0);
}

void pg_set_bool(struct pg_params *p, int name, bool value)
{
	give(p, name, value ? "t" : "f", 1, 0);
}

void pg_set_bytes(struct pg_params *p, int name, struct str bytes)
{
	/* Copied, so a parameter does not depend on the lifetime of its source. */
	char *copy = bytes.p ? room(p, bytes.n + 1) : NULL;
	if (copy && bytes.n > 0) {
		memcpy(copy, bytes.p, bytes.n);
	}
	give(p, name, copy, bytes.n, 1);
}

/* Builds an array literal: begin, then each item with a separator before it, then end. */
struct literal {
	char *p;
	size_t n;
};

static void put(struct literal *out, const char *bytes, size_t n)
{
	memcpy(out->p + out->n, bytes, n);
	out->n += n;
}

static void put_quoted(struct literal *out, struct str s)
{
	put(out, "\"", 1);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\') {
			put(out, "\\", 1);
		}
		put(out, s.p + i, 1);
	}
	put(out, "\"", 1);
}

void pg_set_texts(struct pg_params *p, int name, const struct str *items, size_t count)
{
	size_t bytes = 3;
	for (size_t i = 0; i < count; i++) {
		bytes += 2 * items[i].n + 5; /* worst case: all escaped, quotes, comma, or NULL */
		if (has_nul(items[i])) {
			p->problem = "a text contains a NUL byte";
		}
	}
	struct literal out = {room(p, bytes), 0};
	if (!out.p) {
		give(p, name, NULL, 0, 0);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		put(&out, i == 0 ? "{" : ",", 1);
		if (items[i].p) {
			put_quoted(&out, items[i]);
		} else {
			put(&out, "NULL", 4);
		}
	}
	put(&out, count == 0 ? "{}" : "}", count == 0 ? 2 : 1);
	give(p, name, out.p, out.n, 0);
}

void pg_set_nums(struct pg_params *p, int name, const int64_t *items, size_t count)
{
	struct literal out = {
	        count < SIZE_MAX / NUM_BYTES - 1 ? room(p, (count + 1) * NUM_BYTES) : NULL, 0};
	if (!out.p) {
		give(p, name, NULL, 0, 0);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		out.n += (size_t)snprintf(out.p + out.n, NUM_BYTES, "%c%lld", i == 0 ? '{' : ',',
		        (long long)items[i]);
	}
	put(&out, count == 0 ? "{}" : "}", count == 0 ? 2 : 1);
	give(p, name, out.p, out.n, 0);
}

void pg_set_bytes_array(struct pg_params *p, int name, const struct str *items, size_t count)
{
	size_t bytes = 3;
	for (size_t i = 0; i < count; i++) {
		bytes += 2 * items[i].n +
		         8; /* ',"\\x..." and the terminator that hex_encode writes */
	}
	struct literal out = {room(p, bytes), 0};
	if (!out.p) {
		give(p, name, NULL, 0, 0);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		put(&out, i == 0 ? "{" : ",", 1);
		if (!items[i].p) {
			put(&out, "NULL", 4);
			continue;
		}
		put(&out, "\"\\\\x", 4);
		hex_encode(items[i].p, items[i].n, out.p + out.n);
		out.n += 2 * items[i].n;
		put(&out, "\"", 1);
	}
	put(&out, count == 0 ? "{}" : "}", count == 0 ? 2 : 1);
	give(p, name, out.p, out.n, 0);
}
