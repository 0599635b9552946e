/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/hex.h"
#include "longshore/sha256.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct hash {
	EVP_MD_CTX *ctx;
};

/* Fetched once, because OpenSSL 3 looks up the algorithm by name on every use of EVP_sha256(). */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *md_sha256;
static EVP_MD *md_md5;

static void must(bool ok, const char *step)
{
	if (!ok) {
		(void)fprintf(stderr, "longshore: OpenSSL cannot hash (%s)\n", step);
		abort();
	}
}

static void fetch(void)
{
	md_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	md_md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	must(md_sha256, "fetch SHA-256");
}

static struct hash *hash_new(EVP_MD **md, const char *name)
{
	must(pthread_once(&once, fetch) == 0, "once");
	must(*md, name);
	struct hash *h = calloc(1, sizeof *h);
	must(h, "memory");
	h->ctx = EVP_MD_CTX_new();
	must(h->ctx, "context");
	must(EVP_DigestInit_ex2(h->ctx, *md, NULL) == 1, name);
	return h;
}

struct hash *hash_new_sha256(void)
{
	return hash_new(&md_sha256, "SHA-256");
}

struct hash *hash_new_md5(void)
{
	return hash_new(&md_md5, "MD5");
}

void hash_add(struct hash *h, const void *p, size_t n)
{
	if (n > 0)
		must(EVP_DigestUpdate(h->ctx, p, n) == 1, "update");
}

void hash_take(struct hash *h, unsigned char *out)
{
	must(EVP_DigestFinal_ex(h->ctx, out, NULL) == 1, "final");
	must(EVP_DigestInit_ex2(h->ctx, NULL, NULL) == 1, "restart");
}

void hash_free(struct hash *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

void sha256(const void *p, size_t n, unsigned char out[SHA256_BYTES])
{
	must(pthread_once(&once, fetch) == 0, "once");
	must(EVP_Digest(n > 0 ? p : "", n, out, NULL, md_sha256, NULL) == 1, "digest");
}

void sha256_hex(const void *p, size_t n, char out[SHA256_HEX])
{
	unsigned char digest[SHA256_BYTES];
	sha256(p, n, digest);
	hex_encode(digest, sizeof digest, out);
}

void hash_take_hex(struct hash *h, char *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	must(EVP_DigestFinal_ex(h->ctx, digest, &size) == 1, "final");
	must(EVP_DigestInit_ex2(h->ctx, NULL, NULL) == 1, "restart");
	hex_encode(digest, size, out);
}
