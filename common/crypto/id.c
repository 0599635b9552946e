/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/id.h"

#include "longshore/hex.h"
#include "longshore/sha256.h"

#include <inttypes.h>
#include <stdio.h>

/* An id_hash is a running SHA-256 under another name. Only this file knows that. */
static struct hash *hash_of(struct id_hash *h)
{
	return (struct hash *)h;
}

struct id_hash *id_begin(struct str tag)
{
	struct id_hash *h = (struct id_hash *)hash_new_sha256();
	id_add(h, tag);
	return h;
}

void id_add(struct id_hash *h, struct str field)
{
	unsigned char length[8];
	for (int i = 0; i < 8; i++)
		length[i] = (unsigned char)((uint64_t)field.n >> 8 * i & 0xff);
	hash_add(hash_of(h), length, sizeof length);
	hash_add(hash_of(h), field.p, field.n);
}

void id_add_num(struct id_hash *h, int64_t number)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%" PRId64, number);
	id_add(h, str_bytes(text, (size_t)n));
}

struct id id_end(struct id_hash *h)
{
	unsigned char digest[SHA256_BYTES];
	hash_take(hash_of(h), digest);
	hash_free(hash_of(h));
	struct id id = {""};
	hex_encode(digest, (ID_TEXT_BYTES - 1) / 2, id.text);
	return id;
}

struct id id_of(const char *tag, const struct str *fields, size_t count)
{
	struct id_hash *h = id_begin(str_c(tag));
	for (size_t i = 0; i < count; i++)
		id_add(h, fields[i]);
	return id_end(h);
}
