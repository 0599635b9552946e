/* SPDX-License-Identifier: Apache-2.0
 *
 * The length of an object determines where its chunks are. The last chunk is shorter than the
 * others and flagged as last. Opening authenticates it, so the length can be trusted before
 * anything else is read.
 */
#include "longshore/hex.h"
#include "sealed_format.h"

#include <stddef.h>
#include <stdlib.h>

struct sealed_reader {
	struct store_reader *object;
	struct sealed_key key;
	int64_t bytes;     /* plain */
	uint64_t last;     /* number of the last chunk */
	size_t last_bytes; /* plain */
	uint64_t held;     /* number of the chunk in `chunk` */
	bool has_held;
	size_t chunk_used; /* the largest part ever filled */
	unsigned char chunk[SEALED_FULL_BYTES];
};

static int corrupt(struct err *e, struct str name, const char *what)
{
	return err_set(e, ERR_REJECT, CODE_CORRUPT,
	        "sealed object " STR_FMT
	        ": %s; restore it, or have it made again under another name",
	        STR_ARG(name), what);
}

static int read_exactly(struct sealed_reader *r, int64_t at, void *p, size_t n, struct err *e)
{
	size_t got = 0;
	if (store_read(r->object, at, p, n, &got, e) != 0)
		return e->act;
	if (got != n)
		return err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "the object is shorter than its recorded length");
	return 0;
}

static size_t plain_bytes(const struct sealed_reader *r, uint64_t number)
{
	return number == r->last ? r->last_bytes : SEALED_CHUNK_BYTES;
}

static int hold_chunk(struct sealed_reader *r, uint64_t number, struct err *e)
{
	if (r->has_held && r->held == number)
		return 0;
	r->has_held = false;
	size_t n = plain_bytes(r, number) + AEAD_TAG_BYTES;
	int64_t at = SEALED_HEADER_BYTES + (int64_t)number * SEALED_FULL_BYTES;
	if (r->chunk_used < n)
		r->chunk_used = n;
	if (read_exactly(r, at, r->chunk, n, e) != 0)
		return e->act;
	if (sealed_chunk_open(
	            &r->key, number, number == r->last, str_bytes(r->chunk, n), r->chunk, e) != 0)
		return err_note(e, "sealed chunk %llu", (unsigned long long)number);
	r->held = number;
	r->has_held = true;
	return 0;
}

static int measure(struct sealed_reader *r, struct str name, int64_t total, struct err *e)
{
	if (total < SEALED_HEADER_BYTES + AEAD_TAG_BYTES)
		return corrupt(e, name, "it is shorter than a header and a tag");
	int64_t body = total - SEALED_HEADER_BYTES;
	int64_t rest = body % SEALED_FULL_BYTES;
	if (rest < AEAD_TAG_BYTES)
		return corrupt(e, name, "its end is missing");
	r->last = (uint64_t)(body / SEALED_FULL_BYTES);
	r->last_bytes = (size_t)(rest - AEAD_TAG_BYTES);
	r->bytes = (int64_t)r->last * SEALED_CHUNK_BYTES + (int64_t)r->last_bytes;
	return 0;
}

static int begin(struct sealed_reader *r, struct store *s, struct str name,
        const struct secret *scope_key, struct err *e)
{
	if (store_read_open(s, name, &r->object, NULL, e) != 0)
		return e->act;
	if (measure(r, name, store_size(r->object), e) != 0)
		return e->act;
	unsigned char header[SEALED_HEADER_BYTES];
	if (read_exactly(r, 0, header, sizeof header, e) != 0)
		return e->act;
	if (!sealed_header_is_ours(header))
		return corrupt(e, name, "it does not have the right header");
	if (sealed_key_init(&r->key, header, name, scope_key, e) != 0)
		return e->act;
	return hold_chunk(r, r->last, e);
}

int sealed_open(struct store *s, struct str name, const struct secret *scope_key,
        struct sealed_reader **out, struct err *e)
{
	/* Most objects are small, so the unused part of the chunk is neither cleared nor wiped. */
	struct sealed_reader *r = malloc(sizeof *r);
	if (!r) {
		(void)err_set(e, ERR_FATAL, "out_of_memory", "sealed object: out of memory");
		return ERR_FATAL;
	}
	memset(r, 0, offsetof(struct sealed_reader, chunk));
	int act = begin(r, s, name, scope_key, e);
	if (act != 0) {
		sealed_close(r);
		(void)err_note(e, "open sealed " STR_FMT, STR_ARG(name));
		return act;
	}
	*out = r;
	return 0;
}

int sealed_read(
        struct sealed_reader *r, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	if (offset < 0)
		return err_set(
		        e, ERR_REJECT, CODE_BAD_OFFSET, "sealed object: a position below zero");
	size_t done = 0;
	while (done < n && offset + (int64_t)done < r->bytes) {
		uint64_t at = (uint64_t)offset + done;
		uint64_t number = at / SEALED_CHUNK_BYTES;
		size_t within = (size_t)(at % SEALED_CHUNK_BYTES);
		if (hold_chunk(r, number, e) != 0)
			return e->act;
		size_t there = plain_bytes(r, number) - within;
		size_t take = there < n - done ? there : n - done;
		memcpy((char *)p + done, r->chunk + within, take);
		done += take;
	}
	*out_n = done;
	return 0;
}

void sealed_close(struct sealed_reader *r)
{
	if (!r)
		return;
	store_read_close(r->object);
	sealed_key_release(&r->key);
	wipe(r, offsetof(struct sealed_reader, chunk) + r->chunk_used);
	free(r);
}

int sealed_get(struct store *s, struct str name, const struct secret *scope_key, size_t max_bytes,
        struct arena *mem, struct str *out, struct err *e)
{
	struct sealed_reader *r = NULL;
	int act = sealed_open(s, name, scope_key, &r, e);
	if (act != 0)
		return act;
	size_t n = (size_t)r->bytes;
	size_t got = 0;
	char *p = n <= max_bytes ? arena_try_alloc(mem, n + 1, 1) : NULL;
	if (p)
		act = sealed_read(r, 0, p, n, &got, e);
	else
		act = err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "sealed object " STR_FMT ": %zu bytes, room for %zu", STR_ARG(name), n,
		        max_bytes);
	sealed_close(r);
	if (act == 0)
		*out = str_bytes(p, n);
	return act;
}

static int hash_all(struct sealed_reader *r, struct hash *h, struct err *e)
{
	for (uint64_t number = 0; number <= r->last; number++) {
		if (hold_chunk(r, number, e) != 0)
			return e->act;
		hash_add(h, r->chunk, plain_bytes(r, number));
	}
	return 0;
}

int sealed_check(struct store *s, struct str name, const struct secret *scope_key,
        struct sealed_facts *out, struct err *e)
{
	struct sealed_reader *r = NULL;
	int act = sealed_open(s, name, scope_key, &r, e);
	if (act != 0)
		return act;
	struct hash *h = hash_new_sha256();
	act = hash_all(r, h, e);
	if (act == 0) {
		unsigned char digest[SHA256_BYTES];
		hash_take(h, digest);
		out->bytes = r->bytes;
		out->won = false;
		hex_encode(digest, sizeof digest, out->sha256);
	}
	hash_free(h);
	sealed_close(r);
	return act;
}
