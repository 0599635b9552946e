/* SPDX-License-Identifier: Apache-2.0
 *
 * AES-CMAC is a CBC chain: each block needs the result of the previous one, so a single message
 * leaves the cipher idle most of the time. This file processes many messages (lanes) in parallel.
 * Each round takes one block of every lane and encrypts them all in one ECB call. The constant
 * prefix (tenant, kind) is chained once, in _new.
 */
#include "longshore/fingerprint.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>

enum { BLOCK = 16, LANES = 256, PREFIX_MAX = 2 + 255 + 255 };

struct fingerprinter {
	EVP_CIPHER_CTX *ecb;
	unsigned char k1[BLOCK], k2[BLOCK]; /* for a complete and a padded last block */
	unsigned char start[BLOCK];         /* chain value after the prefix's complete blocks */
	unsigned char rest[BLOCK]; /* the prefix's last 1 to 16 bytes; gives an empty id a block */
	size_t rest_bytes;
	unsigned char work[LANES * BLOCK];  /* chain values */
	unsigned char block[LANES * BLOCK]; /* next block of each lane */
	size_t lane[LANES];                 /* index of each lane's id */
};

static int library_failed(struct err *e, const char *step)
{
	unsigned long code = ERR_get_error();
	ERR_clear_error();
	return err_set_native(e, ERR_FATAL, "crypto_failed", "openssl", (int64_t)code,
	        "AES-256-CMAC: %s failed in the cryptographic library", step);
}

static int encrypt(struct fingerprinter *f, unsigned char *blocks, size_t count, struct err *e)
{
	int n = 0;
	if (EVP_EncryptUpdate(f->ecb, blocks, &n, blocks, (int)(count * BLOCK)) != 1)
		return library_failed(e, "encryption");
	return 0;
}

static inline void xor_block(unsigned char *a, const unsigned char *b)
{
	uint64_t x[2], y[2];
	memcpy(x, a, BLOCK);
	memcpy(y, b, BLOCK);
	x[0] ^= y[0];
	x[1] ^= y[1];
	memcpy(a, x, BLOCK);
}

/* Doubling in GF(2^128), RFC 4493 section 2.3. */
static void double_block(const unsigned char *in, unsigned char *out)
{
	unsigned carry = 0;
	for (int i = BLOCK - 1; i >= 0; i--) {
		unsigned v = (unsigned)in[i] << 1 | carry;
		out[i] = (unsigned char)v;
		carry = v >> 8 & 1;
	}
	out[BLOCK - 1] = (unsigned char)(out[BLOCK - 1] ^ (carry ? 0x87 : 0));
}

static int chain_prefix(
        struct fingerprinter *f, const unsigned char *prefix, size_t n, struct err *e)
{
	size_t done = 0;
	while (n - done > BLOCK) {
		xor_block(f->start, prefix + done);
		if (encrypt(f, f->start, 1, e) != 0)
			return e->act;
		done += BLOCK;
	}
	f->rest_bytes = n - done;
	memcpy(f->rest, prefix + done, f->rest_bytes);
	return 0;
}

static int set_key(struct fingerprinter *f, const struct secret *key, struct err *e)
{
	f->ecb = EVP_CIPHER_CTX_new();
	EVP_CIPHER *aes = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
	int ok = f->ecb && aes && EVP_EncryptInit_ex2(f->ecb, aes, key->bytes, NULL, NULL) == 1 &&
	         EVP_CIPHER_CTX_set_padding(f->ecb, 0) == 1;
	EVP_CIPHER_free(aes);
	if (!ok)
		return library_failed(e, "setting the key");
	unsigned char zero[BLOCK] = {0};
	if (encrypt(f, zero, 1, e) != 0)
		return e->act;
	double_block(zero, f->k1);
	double_block(f->k1, f->k2);
	wipe(zero, sizeof zero);
	return 0;
}

int fingerprinter_new(const struct secret *key, struct str tenant, struct str id_kind,
        struct fingerprinter **out, struct err *e)
{
	if (tenant.n > 255 || id_kind.n > 255)
		return err_set(e, ERR_REJECT, CODE_BAD_ID,
		        "fingerprints: the names of a tenant and of an id kind have at most 255 "
		        "bytes");
	struct fingerprinter *f = calloc(1, sizeof *f);
	if (!f)
		return err_set(e, ERR_FATAL, "out_of_memory", "fingerprints: out of memory");
	unsigned char prefix[PREFIX_MAX];
	size_t n = 0;
	prefix[n++] = (unsigned char)tenant.n;
	if (tenant.n > 0)
		memcpy(prefix + n, tenant.p, tenant.n);
	n += tenant.n;
	prefix[n++] = (unsigned char)id_kind.n;
	if (id_kind.n > 0)
		memcpy(prefix + n, id_kind.p, id_kind.n);
	n += id_kind.n;
	if (set_key(f, key, e) != 0 || chain_prefix(f, prefix, n, e) != 0) {
		fingerprinter_free(f);
		return e->act;
	}
	*out = f;
	return 0;
}

void fingerprinter_free(struct fingerprinter *f)
{
	if (!f)
		return;
	EVP_CIPHER_CTX_free(f->ecb); /* wipes the key schedule */
	wipe(f, sizeof *f);
	free(f);
}

/* Copies at most 16 bytes with fixed-size copies. A call of memcpy would cost more than the
 * cipher. */
static inline void copy_few(unsigned char *to, const char *from, size_t n)
{
	if (n >= 8) {
		memcpy(to, from, 8);
		memcpy(to + n - 8, from + n - 8, 8); /* can overlap the first copy */
	} else if (n >= 4) {
		memcpy(to, from, 4);
		memcpy(to + n - 4, from + n - 4, 4);
	} else {
		for (size_t i = 0; i < n; i++)
			to[i] = (unsigned char)from[i];
	}
}

enum place { PLACE_INNER, PLACE_LAST_WHOLE, PLACE_LAST_PADDED };

/* Builds the block that starts at byte `at` of rest + id. */
static inline enum place make_block(
        const struct fingerprinter *f, struct str id, size_t at, unsigned char *block)
{
	size_t total = f->rest_bytes + id.n;
	size_t n = total - at < BLOCK ? total - at : BLOCK;
	memset(block, 0, BLOCK);
	if (at >= f->rest_bytes) {
		copy_few(block, id.p + (at - f->rest_bytes), n);
	} else { /* only the first block gets here; rest has at most one block and is zero-padded */
		memcpy(block, f->rest, BLOCK);
		if (n > f->rest_bytes)
			copy_few(block + f->rest_bytes, id.p, n - f->rest_bytes);
	}
	if (n < BLOCK)
		block[n] = 0x80;
	if (at + n < total)
		return PLACE_INNER;
	return n == BLOCK ? PLACE_LAST_WHOLE : PLACE_LAST_PADDED;
}

/* Two passes. A block assembled from small writes is not read immediately, because that read would
 * wait until the store buffer drains. */
static void add_blocks(
        struct fingerprinter *f, const struct str *ids, size_t active, size_t at, enum place *place)
{
	for (size_t i = 0; i < active; i++)
		place[i] = make_block(f, ids[f->lane[i]], at, f->block + i * BLOCK);
	for (size_t i = 0; i < active; i++) {
		unsigned char *lane = f->work + i * BLOCK;
		xor_block(lane, f->block + i * BLOCK);
		if (place[i] != PLACE_INNER)
			xor_block(lane, place[i] == PLACE_LAST_WHOLE ? f->k1 : f->k2);
	}
}

/* Writes the results of finished lanes and moves the other lanes together. Returns how many lanes
 * are left. */
static size_t take_done(
        struct fingerprinter *f, size_t active, const enum place *place, unsigned char *out)
{
	size_t kept = 0;
	for (size_t i = 0; i < active; i++) {
		if (place[i] != PLACE_INNER) {
			memcpy(out + f->lane[i] * BLOCK, f->work + i * BLOCK, BLOCK);
			continue;
		}
		if (kept != i) {
			f->lane[kept] = f->lane[i];
			memcpy(f->work + kept * BLOCK, f->work + i * BLOCK, BLOCK);
		}
		kept++;
	}
	return kept;
}

/* Processes at most LANES ids. */
static int run_lanes(struct fingerprinter *f, const struct str *ids, size_t count,
        unsigned char *out, struct err *e)
{
	enum place place[LANES];
	size_t active = count;
	for (size_t i = 0; i < count; i++) {
		f->lane[i] = i;
		memcpy(f->work + i * BLOCK, f->start, BLOCK);
	}
	for (size_t at = 0; active > 0; at += BLOCK) {
		add_blocks(f, ids, active, at, place);
		int act = encrypt(f, f->work, active, e);
		if (act != 0)
			return act;
		active = take_done(f, active, place, out);
	}
	return 0;
}

static int check_ids(const struct str *ids, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i].n > FINGERPRINT_ID_MAX)
			return err_set(e, ERR_REJECT, CODE_BAD_ID,
			        "id %zu of the batch is longer than %d bytes", i,
			        FINGERPRINT_ID_MAX);
	return 0;
}

int fingerprint_batch(struct fingerprinter *f, const struct str *ids, size_t count,
        unsigned char *out, struct err *e)
{
	if (check_ids(ids, count, e) != 0)
		return e->act;
	for (size_t done = 0; done < count; done += LANES) {
		size_t n = count - done < LANES ? count - done : LANES;
		if (run_lanes(f, ids + done, n, out + done * BLOCK, e) != 0)
			return e->act;
	}
	return 0;
}

int fingerprint_marks(
        struct fingerprinter *f, const struct str *ids, size_t count, uint32_t *out, struct err *e)
{
	if (check_ids(ids, count, e) != 0)
		return e->act;
	for (size_t done = 0; done < count; done += LANES) {
		size_t n = count - done < LANES ? count - done : LANES;
		unsigned char full[LANES * BLOCK];
		int act = run_lanes(f, ids + done, n, full, e);
		if (act != 0)
			return act;
		for (size_t i = 0; i < n;
		        i++) { /* the first four bytes, little-endian on every machine */
			const unsigned char *p = full + i * BLOCK;
			out[done + i] = (uint32_t)p[0] | (uint32_t)p[1] << 8 |
			                (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
		}
	}
	return 0;
}
