/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/aead.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

static int derive(EVP_KDF_CTX *ctx, const struct secret *master, struct str salt, struct str info,
        struct secret *out)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[5];
	size_t n = 0;
	params[n++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
	/* The library's parameters are not const, but it only reads these. */
	params[n++] = OSSL_PARAM_construct_octet_string(
	        OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)master->bytes, SECRET_BYTES);
	if (salt.n > 0) /* no salt is the same as a salt of zeros (RFC 5869, 2.2) */
		params[n++] = OSSL_PARAM_construct_octet_string(
		        OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt.p, salt.n);
	if (info.n > 0)
		params[n++] = OSSL_PARAM_construct_octet_string(
		        OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info.p, info.n);
	params[n] = OSSL_PARAM_construct_end();
	return EVP_KDF_derive(ctx, out->bytes, SECRET_BYTES, params) == 1;
}

int hkdf(const struct secret *master, struct str salt, struct str info, struct secret *out,
        struct err *e)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	struct secret key;
	int ok = ctx && derive(ctx, master, salt, info, &key);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	if (!ok) {
		unsigned long code = ERR_get_error();
		ERR_clear_error();
		return err_set_native(e, ERR_FATAL, "crypto_failed", "openssl", (int64_t)code,
		        "HKDF-SHA256 failed in the cryptographic library");
	}
	*out = key;
	secret_wipe(&key);
	return 0;
}
