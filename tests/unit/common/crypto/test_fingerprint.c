/* SPDX-License-Identifier: Apache-2.0
 * The oracle is OpenSSL's own CMAC, one message at a time. */
#include "longshore/fingerprint.h"
#include "longshore/hex.h"
#include "longshore/random.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void cmac(
        const unsigned char key[32], const unsigned char *p, size_t n, unsigned char out[16])
{
	char cipher[] = "AES-256-CBC";
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
	        OSSL_PARAM_construct_end()};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	size_t got = 0;
	assert_int_equal(EVP_MAC_init(ctx, key, 32, params), 1);
	assert_int_equal(EVP_MAC_update(ctx, p, n), 1);
	assert_int_equal(EVP_MAC_final(ctx, out, &got, 16), 1);
	assert_int_equal(got, 16);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
}

static void expected(const struct secret *key, struct str tenant, struct str kind, struct str id,
        unsigned char out[16])
{
	unsigned char text[2 + 255 + 255 + FINGERPRINT_ID_MAX];
	size_t n = 0;
	text[n++] = (unsigned char)tenant.n;
	memcpy(text + n, tenant.p, tenant.n);
	n += tenant.n;
	text[n++] = (unsigned char)kind.n;
	memcpy(text + n, kind.p, kind.n);
	n += kind.n;
	if (id.n > 0)
		memcpy(text + n, id.p, id.n);
	cmac(key->bytes, text, n + id.n, out);
}

/* The oracle itself is held against NIST's AES-256-CMAC vectors (SP 800-38B, D.3: the longer key's
 * form of the messages of RFC 4493). */
static void the_oracle_gives_the_published_macs(void **state)
{
	(void)state;
	unsigned char key[32], message[64], out[16];
	assert_true(
	        hex_decode(STR("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
	                key, sizeof key));
	assert_true(hex_decode(STR("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5"
	                           "130c81c46a35ce411e5fbc119"
	                           "1a0a52eff69f2445df4f9b17ad2b417be66c3710"),
	        message, sizeof message));
	static const struct {
		size_t n;
		const char *mac;
	} cases[] = {
	        {0, "028962f61b7bf89efc6b551f4667d983"},
	        {16, "28a7023f452e8f82bd4bf28d8c37c35c"},
	        {40, "aaf3d8f1de5640c232f5b169b9c911e6"},
	        {64, "e1992190549f6ed5696a2c056c315410"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char hex[33];
		cmac(key, message, cases[i].n, out);
		hex_encode(out, sizeof out, hex);
		assert_string_equal(hex, cases[i].mac);
	}
}

/* All lengths of prefix and id around the block borders, in one batch, so lanes end in different
 * rounds. */
static void every_length_gives_openssls_cmac(void **state)
{
	(void)state;
	enum { IDS = FINGERPRINT_ID_MAX + 1 };
	static unsigned char text[FINGERPRINT_ID_MAX], out[IDS * 16];
	static struct str ids[IDS];
	struct err e;
	struct secret key;
	random_bytes(key.bytes, sizeof key.bytes);
	random_bytes(text, sizeof text);
	for (size_t i = 0; i < IDS; i++)
		ids[i] = str_bytes(text, (i * 7) % IDS);
	char name[256];
	memset(name, 'n', sizeof name);
	static const size_t tenants[] = {0, 1, 12, 13, 14, 15, 16, 29, 30, 255};
	for (size_t t = 0; t < sizeof tenants / sizeof tenants[0]; t++) {
		struct fingerprinter *f = NULL;
		struct str tenant = str_bytes(name, tenants[t]);
		assert_int_equal(fingerprinter_new(&key, tenant, STR("k"), &f, &e), 0);
		assert_int_equal(fingerprint_batch(f, ids, IDS, out, &e), 0);
		for (size_t i = 0; i < IDS; i++) {
			unsigned char want[16];
			expected(&key, tenant, STR("k"), ids[i], want);
			assert_memory_equal(out + 16 * i, want, 16);
		}
		fingerprinter_free(f);
	}
}

static void batches_of_any_size_give_the_same(void **state)
{
	(void)state;
	enum { IDS = 515 };
	struct err e;
	struct secret key = {{3}};
	struct fingerprinter *f = NULL;
	static char text[IDS][8];
	static struct str ids[IDS];
	static unsigned char one[IDS * 16], all[IDS * 16];
	static uint32_t marks[IDS];
	for (size_t i = 0; i < IDS; i++) {
		memset(text[i], (int)('a' + i % 26), sizeof text[i]);
		text[i][0] = (char)('0' + i % 10);
		ids[i] = str_bytes(text[i], i % 8);
	}
	assert_int_equal(fingerprinter_new(&key, STR("acme"), STR("patient"), &f, &e), 0);
	for (size_t i = 0; i < IDS; i++)
		assert_int_equal(fingerprint_batch(f, &ids[i], 1, one + 16 * i, &e), 0);
	static const size_t counts[] = {0, 1, 255, 256, 257, 511, 512, 513, IDS};
	for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
		assert_int_equal(fingerprint_batch(f, ids, counts[c], all, &e), 0);
		assert_memory_equal(all, one, counts[c] * 16);
	}
	assert_int_equal(fingerprint_marks(f, ids, IDS, marks, &e), 0);
	for (size_t i = 0; i < IDS; i++) {
		const unsigned char *p = one + 16 * i;
		uint32_t first =
		        (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
		assert_int_equal(marks[i], first);
	}
	fingerprinter_free(f);
	fingerprinter_free(NULL);
}

static void tenant_kind_and_key_each_change_the_fingerprint(void **state)
{
	(void)state;
	struct err e;
	struct secret key = {{1}}, other = {{2}};
	static const struct {
		int key;
		const char *tenant, *kind, *id;
	} cases[] = {
	        {0, "ab", "c", "x"},
	        {0, "a", "bc", "x"},
	        {0, "ab", "d", "x"},
	        {0, "ab", "", "cx"},
	        {1, "ab", "c", "x"},
	};
	unsigned char out[5][16];
	for (size_t i = 0; i < 5; i++) {
		struct fingerprinter *f = NULL;
		struct str id = str_c(cases[i].id);
		assert_int_equal(fingerprinter_new(cases[i].key ? &other : &key,
		                         str_c(cases[i].tenant), str_c(cases[i].kind), &f, &e),
		        0);
		assert_int_equal(fingerprint_batch(f, &id, 1, out[i], &e), 0);
		fingerprinter_free(f);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(out[i], out[j], 16);
	}
}

static void too_long_ids_are_refused_before_anything_is_written(void **state)
{
	(void)state;
	struct err e;
	struct secret key = {{1}};
	struct fingerprinter *f = NULL;
	char text[FINGERPRINT_ID_MAX + 1];
	memset(text, 'x', sizeof text);
	unsigned char out[32], before[32];
	uint32_t marks[2] = {5, 5};
	memset(out, 5, sizeof out);
	memset(before, 5, sizeof before);
	assert_int_equal(fingerprinter_new(&key, STR("t"), STR("k"), &f, &e), 0);
	struct str ids[2] = {
	        str_bytes(text, FINGERPRINT_ID_MAX), str_bytes(text, FINGERPRINT_ID_MAX + 1)};
	assert_int_equal(fingerprint_batch(f, ids, 2, out, &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_id");
	assert_null(strstr(e.text, "xx"));
	assert_memory_equal(out, before, sizeof out);
	assert_int_equal(fingerprint_marks(f, ids, 2, marks, &e), ERR_REJECT);
	assert_int_equal(marks[0], 5);
	assert_int_equal(fingerprint_batch(f, ids, 1, out, &e), 0);
	fingerprinter_free(f);
	char name[256];
	memset(name, 'n', sizeof name);
	assert_int_equal(
	        fingerprinter_new(&key, str_bytes(name, 256), STR("k"), &f, &e), ERR_REJECT);
	assert_int_equal(
	        fingerprinter_new(&key, STR("t"), str_bytes(name, 256), &f, &e), ERR_REJECT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_oracle_gives_the_published_macs),
	        cmocka_unit_test(every_length_gives_openssls_cmac),
	        cmocka_unit_test(batches_of_any_size_give_the_same),
	        cmocka_unit_test(tenant_kind_and_key_each_change_the_fingerprint),
	        cmocka_unit_test(too_long_ids_are_refused_before_anything_is_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
