/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/hex.h"
#include "longshore/random.h"
#include "sealed_format.h"

#include <stddef.h>
#include <stdlib.h>

struct sealed_writer {
	struct store *store;
	struct store_writer *object; /* NULL after it was finished or abandoned */
	struct sealed_key key;
	struct secret scope_key; /* to read the winner's object back */
	struct hash *hash;
	int64_t bytes;
	uint64_t chunks;
	size_t held;
	char name[SEALED_NAME_MAX];
	size_t name_bytes;
	size_t chunk_used; /* the largest part ever filled */
	unsigned char chunk[SEALED_FULL_BYTES];
};

static void writer_free(struct sealed_writer *w)
{
	store_abandon(w->object);
	sealed_key_release(&w->key);
	hash_free(w->hash);
	wipe(w, offsetof(struct sealed_writer, chunk) + w->chunk_used);
	free(w);
}

static int begin(struct sealed_writer *w, struct str name, struct err *e)
{
	unsigned char header[SEALED_HEADER_BYTES];
	sealed_header_fill(header);
	random_bytes(header + SEALED_SALT_AT, SEALED_SALT_BYTES);
	if (sealed_key_init(&w->key, header, name, &w->scope_key, e) != 0)
		return e->act;
	if (name.n > 0)
		memcpy(w->name, name.p, name.n);
	w->name_bytes = name.n;
	if (store_create(w->store, name, &w->object, e) != 0)
		return e->act;
	return store_write(w->object, header, sizeof header, e);
}

int sealed_create(struct store *s, struct str name, const struct secret *scope_key,
        struct sealed_writer **out, struct err *e)
{
	/* Most objects are small, so the unused part of the chunk is neither cleared nor wiped. */
	struct sealed_writer *w = malloc(sizeof *w);
	if (!w) {
		(void)err_set(e, ERR_FATAL, "out_of_memory", "sealed object: out of memory");
		return ERR_FATAL;
	}
	memset(w, 0, offsetof(struct sealed_writer, chunk));
	w->store = s;
	w->scope_key = *scope_key;
	w->hash = hash_new_sha256();
	int act = begin(w, name, e);
	if (act != 0) {
		writer_free(w);
		return act;
	}
	*out = w;
	return 0;
}

static int emit(struct sealed_writer *w, bool is_last, struct err *e)
{
	if (w->chunk_used < w->held + AEAD_TAG_BYTES)
		w->chunk_used = w->held + AEAD_TAG_BYTES;
	if (sealed_chunk_seal(
	            &w->key, w->chunks, is_last, str_bytes(w->chunk, w->held), w->chunk, e) != 0)
		return e->act;
	if (store_write(w->object, w->chunk, w->held + AEAD_TAG_BYTES, e) != 0)
		return e->act;
	w->chunks++;
	w->held = 0;
	return 0;
}

int sealed_write(struct sealed_writer *w, const void *p, size_t n, struct err *e)
{
	const char *at = p;
	hash_add(w->hash, p, n);
	w->bytes += (int64_t)n;
	while (n > 0) {
		size_t take = SEALED_CHUNK_BYTES - w->held < n ? SEALED_CHUNK_BYTES - w->held : n;
		memcpy(w->chunk + w->held, at, take);
		w->held += take;
		if (w->chunk_used < w->held)
			w->chunk_used = w->held;
		at += take;
		n -= take;
		if (w->held == SEALED_CHUNK_BYTES && emit(w, false, e) != 0)
			return e->act;
	}
	return 0;
}

static int finish(struct sealed_writer *w, struct sealed_facts *out, struct err *e)
{
	if (emit(w, true, e) != 0)
		return e->act;
	struct store_writer *object = w->object;
	w->object = NULL; /* store_finish frees it, even on failure */
	if (store_finish(object, e) == 0) {
		unsigned char digest[SHA256_BYTES];
		hash_take(w->hash, digest);
		out->bytes = w->bytes;
		out->won = true;
		hex_encode(digest, sizeof digest, out->sha256);
		return 0;
	}
	if (strcmp(e->code, CODE_EXISTS) != 0)
		return e->act;
	return sealed_check(w->store, str_bytes(w->name, w->name_bytes), &w->scope_key, out, e);
}

int sealed_finish(struct sealed_writer *w, struct sealed_facts *out, struct err *e)
{
	struct sealed_facts facts = {0};
	int act = finish(w, &facts, e);
	if (act == 0)
		*out = facts;
	writer_free(w);
	return act;
}

void sealed_abandon(struct sealed_writer *w)
{
	if (w)
		writer_free(w);
}

int sealed_put_once(struct store *s, struct str name, const struct secret *scope_key,
        struct str bytes, struct sealed_facts *out, struct err *e)
{
	struct sealed_writer *w = NULL;
	int act = sealed_create(s, name, scope_key, &w, e);
	if (act != 0)
		return act;
	act = sealed_write(w, bytes.p, bytes.n, e);
	if (act != 0) {
		sealed_abandon(w);
		return act;
	}
	return sealed_finish(w, out, e);
}
