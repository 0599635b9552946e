/* SPDX-License-Identifier: Apache-2.0 */
#include "sealed_format.h"

static const unsigned char magic[SEALED_SALT_AT] = {
        'L', 'S', 'S', 'O', '1', '\0', 1, 0}; /* the last two bytes are version 1 */

void sealed_header_fill(unsigned char *header)
{
	memcpy(header, magic, sizeof magic);
}

bool sealed_header_is_ours(const unsigned char *header)
{
	return memcmp(header, magic, sizeof magic) == 0;
}

int sealed_key_init(struct sealed_key *k, const unsigned char *header, struct str name,
        const struct secret *scope_key, struct err *e)
{
	static const char purpose[] = "longshore/sealed/1:";
	char info[sizeof purpose - 1 + SEALED_NAME_MAX];
	if (name.n > SEALED_NAME_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "sealed object: a name has at most %d bytes", SEALED_NAME_MAX);
	memcpy(info, purpose, sizeof purpose - 1);
	if (name.n > 0)
		memcpy(info + sizeof purpose - 1, name.p, name.n);
	struct secret key;
	struct str salt = str_bytes(header + SEALED_SALT_AT, SEALED_SALT_BYTES);
	if (hkdf(scope_key, salt, str_bytes(info, sizeof purpose - 1 + name.n), &key, e) != 0)
		return e->act;
	int act = aead_new(&key, &k->aead, e);
	secret_wipe(&key);
	memcpy(k->associated, header, SEALED_HEADER_BYTES);
	if (name.n > 0)
		memcpy(k->associated + SEALED_HEADER_BYTES, name.p, name.n);
	k->associated_bytes = SEALED_HEADER_BYTES + name.n;
	return act;
}

void sealed_key_release(struct sealed_key *k)
{
	aead_free(k->aead);
	k->aead = NULL;
}

/* A nonce is never used twice with one key. The key depends on the object's salt, and the nonce on
 * the chunk's number and on whether it is the last. */
static void make_nonce(uint64_t number, bool is_last, unsigned char out[AEAD_NONCE_BYTES])
{
	memset(out, 0, AEAD_NONCE_BYTES);
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)(number >> 8 * i & 0xff);
	out[AEAD_NONCE_BYTES - 1] = is_last ? 1 : 0;
}

int sealed_chunk_seal(struct sealed_key *k, uint64_t number, bool is_last, struct str in,
        unsigned char *out, struct err *e)
{
	unsigned char nonce[AEAD_NONCE_BYTES];
	make_nonce(number, is_last, nonce);
	return aead_seal(k->aead, nonce, str_bytes(k->associated, k->associated_bytes), in, out, e);
}

int sealed_chunk_open(struct sealed_key *k, uint64_t number, bool is_last, struct str in,
        unsigned char *out, struct err *e)
{
	unsigned char nonce[AEAD_NONCE_BYTES];
	make_nonce(number, is_last, nonce);
	return aead_open(k->aead, nonce, str_bytes(k->associated, k->associated_bytes), in, out, e);
}
