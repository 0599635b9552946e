/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/aead.h"
#include "longshore/hex.h"
#include "longshore/random.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct secret key_of(const char *hex)
{
	struct secret key;
	assert_true(hex_decode(str_c(hex), key.bytes, SECRET_BYTES));
	return key;
}

/* Test case 16 of the specification of GCM (McGrew, Viega), as in NIST's submission. */
static void gcm_gives_the_published_cipher_text(void **state)
{
	(void)state;
	struct err e;
	struct aead *a = NULL;
	struct secret key =
	        key_of("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
	unsigned char nonce[AEAD_NONCE_BYTES], plain[60], associated[20], out[60 + AEAD_TAG_BYTES],
	        back[60];
	assert_true(hex_decode(STR("cafebabefacedbaddecaf888"), nonce, sizeof nonce));
	assert_true(hex_decode(STR("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a7"
	                           "21c3c0c95956809532fcf0e24"
	                           "49a6b525b16aedf5aa0de657ba637b39"),
	        plain, sizeof plain));
	assert_true(hex_decode(
	        STR("feedfacedeadbeeffeedfacedeadbeefabaddad2"), associated, sizeof associated));
	struct str with = str_bytes(associated, sizeof associated);
	assert_int_equal(aead_new(&key, &a, &e), 0);
	assert_int_equal(aead_seal(a, nonce, with, str_bytes(plain, sizeof plain), out, &e), 0);
	char hex[2 * sizeof out + 1];
	hex_encode(out, sizeof out, hex);
	assert_string_equal(hex, "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8"
	                         "cb08e48590dbb3da7b08b1056828838c5f61e6393ba7"
	                         "a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
	assert_int_equal(aead_open(a, nonce, with, str_bytes(out, sizeof out), back, &e), 0);
	assert_memory_equal(back, plain, sizeof plain);
	aead_free(a);
	aead_free(NULL);
}

static void every_flipped_bit_is_noticed_and_the_output_wiped(void **state)
{
	(void)state;
	struct err e;
	struct aead *a = NULL;
	struct secret key;
	random_bytes(key.bytes, sizeof key.bytes);
	unsigned char nonce[AEAD_NONCE_BYTES] = {1};
	unsigned char sealed[5 + AEAD_TAG_BYTES], out[5], zero[5] = {0};
	assert_int_equal(aead_new(&key, &a, &e), 0);
	assert_int_equal(aead_seal(a, nonce, STR("name"), STR("hello"), sealed, &e), 0);
	for (size_t bit = 0; bit < 8 * sizeof sealed; bit++) {
		sealed[bit / 8] = (unsigned char)(sealed[bit / 8] ^ 1 << bit % 8);
		memset(out, 7, sizeof out);
		assert_int_equal(
		        aead_open(a, nonce, STR("name"), str_bytes(sealed, sizeof sealed), out, &e),
		        ERR_REJECT);
		assert_string_equal(e.code, "corrupt");
		assert_memory_equal(out, zero, sizeof out);
		sealed[bit / 8] = (unsigned char)(sealed[bit / 8] ^ 1 << bit % 8);
	}
	struct str whole = str_bytes(sealed, sizeof sealed);
	assert_int_equal(aead_open(a, nonce, STR("nane"), whole, out, &e), ERR_REJECT);
	assert_int_equal(aead_open(a, nonce, STR(""), whole, out, &e), ERR_REJECT);
	nonce[3] = 1;
	assert_int_equal(aead_open(a, nonce, STR("name"), whole, out, &e), ERR_REJECT);
	nonce[3] = 0;
	assert_int_equal(
	        aead_open(a, nonce, STR("name"), str_bytes(sealed, AEAD_TAG_BYTES - 1), out, &e),
	        ERR_REJECT);
	/* The context is none the worse for it. */
	assert_int_equal(aead_open(a, nonce, STR("name"), whole, out, &e), 0);
	assert_memory_equal(out, "hello", 5);
	aead_free(a);
}

static void another_key_opens_nothing(void **state)
{
	(void)state;
	struct err e;
	struct aead *a = NULL, *b = NULL;
	struct secret key = {{1}}, other = {{2}};
	unsigned char nonce[AEAD_NONCE_BYTES] = {0}, sealed[1 + AEAD_TAG_BYTES], out[1];
	assert_int_equal(aead_new(&key, &a, &e), 0);
	assert_int_equal(aead_new(&other, &b, &e), 0);
	assert_int_equal(aead_seal(a, nonce, STR(""), STR("x"), sealed, &e), 0);
	assert_int_equal(aead_open(b, nonce, STR(""), str_bytes(sealed, sizeof sealed), out, &e),
	        ERR_REJECT);
	aead_free(a);
	aead_free(b);
}

static void empty_text_and_work_in_place(void **state)
{
	(void)state;
	struct err e;
	struct aead *a = NULL;
	struct secret key = {{9}};
	unsigned char nonce[AEAD_NONCE_BYTES] = {0}, space[100 + AEAD_TAG_BYTES], plain[100];
	assert_int_equal(aead_new(&key, &a, &e), 0);
	assert_int_equal(aead_seal(a, nonce, STR(""), str_bytes(NULL, 0), space, &e), 0);
	assert_int_equal(
	        aead_open(a, nonce, STR(""), str_bytes(space, AEAD_TAG_BYTES), plain, &e), 0);
	random_bytes(plain, sizeof plain);
	memcpy(space, plain, sizeof plain);
	assert_int_equal(
	        aead_seal(a, nonce, STR("n"), str_bytes(space, sizeof plain), space, &e), 0);
	assert_memory_not_equal(space, plain, sizeof plain);
	assert_int_equal(
	        aead_open(a, nonce, STR("n"), str_bytes(space, sizeof space), space, &e), 0);
	assert_memory_equal(space, plain, sizeof plain);
	aead_free(a);
}

/* RFC 5869 written out with HMAC: PRK = HMAC(salt, IKM), T(1) = HMAC(PRK, info 01). */
static void hkdf_is_the_one_of_the_rfc(void **state)
{
	(void)state;
	struct err e;
	struct secret master, out;
	random_bytes(master.bytes, sizeof master.bytes);
	const struct str salts[] = {STR(""), STR("salt")};
	const struct str infos[] = {STR(""), STR("some info")};
	for (size_t i = 0; i < 4; i++) {
		struct str salt = salts[i % 2], info = infos[i / 2];
		unsigned char zero[32] = {0}, prk[32], text[64], expected[32];
		const void *hmac_key = salt.n > 0 ? (const void *)salt.p : zero;
		assert_non_null(HMAC(EVP_sha256(), hmac_key, salt.n > 0 ? (int)salt.n : 32,
		        master.bytes, 32, prk, NULL));
		memcpy(text, info.p, info.n);
		text[info.n] = 1;
		assert_non_null(HMAC(EVP_sha256(), prk, 32, text, info.n + 1, expected, NULL));
		assert_int_equal(hkdf(&master, salt, info, &out, &e), 0);
		assert_memory_equal(out.bytes, expected, 32);
	}
}

static void random_bytes_do_not_repeat(void **state)
{
	(void)state;
	unsigned char a[32], b[32];
	random_bytes(a, sizeof a);
	random_bytes(b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
	random_bytes(a, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(gcm_gives_the_published_cipher_text),
	        cmocka_unit_test(every_flipped_bit_is_noticed_and_the_output_wiped),
	        cmocka_unit_test(another_key_opens_nothing),
	        cmocka_unit_test(empty_text_and_work_in_place),
	        cmocka_unit_test(hkdf_is_the_one_of_the_rfc),
	        cmocka_unit_test(random_bytes_do_not_repeat),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
