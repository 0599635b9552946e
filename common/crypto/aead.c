/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/aead.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* One context per direction. The key schedule is computed once; each call only sets a nonce. */
struct aead {
	EVP_CIPHER_CTX *sealing;
	EVP_CIPHER_CTX *opening;
};

static int library_failed(struct err *e, const char *step)
{
	unsigned long code = ERR_get_error();
	ERR_clear_error();
	return err_set_native(e, ERR_FATAL, "crypto_failed", "openssl", (int64_t)code,
	        "AES-256-GCM: %s failed in the cryptographic library", step);
}

int aead_new(const struct secret *key, struct aead **out, struct err *e)
{
	struct aead *a = calloc(1, sizeof *a);
	if (!a)
		return err_set(e, ERR_FATAL, "out_of_memory", "AES-256-GCM: out of memory");
	a->sealing = EVP_CIPHER_CTX_new();
	a->opening = EVP_CIPHER_CTX_new();
	EVP_CIPHER *gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	int ok = a->sealing && a->opening && gcm &&
	         EVP_EncryptInit_ex2(a->sealing, gcm, key->bytes, NULL, NULL) == 1 &&
	         EVP_DecryptInit_ex2(a->opening, gcm, key->bytes, NULL, NULL) == 1;
	EVP_CIPHER_free(gcm);
	if (!ok) {
		aead_free(a);
		return library_failed(e, "setting the key");
	}
	*out = a;
	return 0;
}

void aead_free(struct aead *a)
{
	if (!a)
		return;
	EVP_CIPHER_CTX_free(a->sealing); /* wipes the key schedule */
	EVP_CIPHER_CTX_free(a->opening);
	free(a);
}

static int check_lengths(struct str associated, struct str in, struct err *e)
{
	if (associated.n > INT_MAX || in.n > INT_MAX)
		return err_set(
		        e, ERR_REJECT, CODE_TOO_LARGE, "AES-256-GCM: more than 2 GiB in one piece");
	return 0;
}

int aead_seal(struct aead *a, const unsigned char nonce[AEAD_NONCE_BYTES], struct str associated,
        struct str in, unsigned char *out, struct err *e)
{
	if (check_lengths(associated, in, e) != 0)
		return e->act;
	int n = 0;
	EVP_CIPHER_CTX *c = a->sealing;
	int ok = EVP_EncryptInit_ex2(c, NULL, NULL, nonce, NULL) == 1 &&
	         (associated.n == 0 ||
	                 EVP_EncryptUpdate(c, NULL, &n, (const unsigned char *)associated.p,
	                         (int)associated.n) == 1) &&
	         (in.n == 0 || EVP_EncryptUpdate(
	                               c, out, &n, (const unsigned char *)in.p, (int)in.n) == 1) &&
	         EVP_EncryptFinal_ex(c, out + in.n, &n) == 1 &&
	         EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, AEAD_TAG_BYTES, out + in.n) == 1;
	return ok ? 0 : library_failed(e, "encryption");
}

int aead_open(struct aead *a, const unsigned char nonce[AEAD_NONCE_BYTES], struct str associated,
        struct str in, unsigned char *out, struct err *e)
{
	if (check_lengths(associated, in, e) != 0)
		return e->act;
	if (in.n < AEAD_TAG_BYTES)
		return err_set(
		        e, ERR_REJECT, CODE_CORRUPT, "encrypted data is shorter than its tag");
	size_t plain = in.n - AEAD_TAG_BYTES;
	unsigned char tag[AEAD_TAG_BYTES]; /* a copy, because out can overlap in */
	memcpy(tag, in.p + plain, sizeof tag);
	int n = 0;
	EVP_CIPHER_CTX *c = a->opening;
	if (EVP_DecryptInit_ex2(c, NULL, NULL, nonce, NULL) != 1 ||
	        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, AEAD_TAG_BYTES, tag) != 1)
		return library_failed(e, "setting the nonce");
	int ok =
	        (associated.n == 0 ||
	                EVP_DecryptUpdate(c, NULL, &n, (const unsigned char *)associated.p,
	                        (int)associated.n) == 1) &&
	        (plain == 0 || EVP_DecryptUpdate(
	                               c, out, &n, (const unsigned char *)in.p, (int)plain) == 1) &&
	        EVP_DecryptFinal_ex(c, tag, &n) == 1; /* GCM writes nothing here; out can be full */
	if (!ok) {
		wipe(out, plain);
		ERR_clear_error();
		return err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "encrypted data was changed, or belongs to another key or name");
	}
	return 0;
}
