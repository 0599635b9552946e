/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/crc.h"
#include "longshore/hex.h"
#include "longshore/id.h"
#include "longshore/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void sha256_gives_the_published_digests(void **state)
{
	(void)state;
	char hex[SHA256_HEX];
	sha256_hex("", 0, hex);
	assert_string_equal(
	        hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_hex(NULL, 0, hex);
	assert_string_equal(
	        hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_hex("abc", 3, hex);
	assert_string_equal(
	        hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void a_digest_that_was_taken_starts_anew(void **state)
{
	(void)state;
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	struct hash *h = hash_new_sha256();
	for (int turn = 0; turn < 2; turn++) {
		hash_add(h, "a", 1);
		hash_add(h, NULL, 0);
		hash_add(h, "bc", 2);
		hash_take(h, digest);
		hex_encode(digest, sizeof digest, hex);
		assert_string_equal(
		        hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	}
	hash_free(h);
	hash_free(NULL);
}

static void md5_gives_the_published_digest(void **state)
{
	(void)state;
	unsigned char digest[MD5_BYTES];
	char hex[MD5_HEX];
	struct hash *h = hash_new_md5();
	hash_add(h, "message digest", 14);
	hash_take(h, digest);
	hex_encode(digest, sizeof digest, hex);
	assert_string_equal(hex, "f96b697d7cb7938d525a2f31aaf161d0");
	hash_free(h);
}

/* Vectors of RFC 3720, B.4, and the usual check value. */
static void expect_published_sums(uint32_t (*sum)(uint32_t crc, const void *p, size_t n))
{
	unsigned char p[32];
	assert_int_equal(sum(0, "", 0), 0);
	assert_int_equal(sum(0, "123456789", 9), 0xe3069283U);
	memset(p, 0, sizeof p);
	assert_int_equal(sum(0, p, sizeof p), 0x8a9136aaU);
	memset(p, 0xff, sizeof p);
	assert_int_equal(sum(0, p, sizeof p), 0x62a8ab43U);
	for (size_t i = 0; i < sizeof p; i++)
		p[i] = (unsigned char)i;
	assert_int_equal(sum(0, p, sizeof p), 0x46dd794eU);
}

static void crc32c_gives_the_published_sums(void **state)
{
	(void)state;
	expect_published_sums(crc32c);
	expect_published_sums(crc32c_by_tables);
}

static void crc32c_does_not_depend_on_how_bytes_are_cut(void **state)
{
	(void)state;
	unsigned char p[64];
	for (size_t i = 0; i < sizeof p; i++)
		p[i] = (unsigned char)(i * 37 + 11);
	uint32_t whole = crc32c(0, p, sizeof p);
	for (size_t cut = 0; cut <= sizeof p; cut++) {
		assert_int_equal(crc32c(crc32c(0, p, cut), p + cut, sizeof p - cut), whole);
		assert_int_equal(
		        crc32c(crc32c_by_tables(0, p, cut), p + cut, sizeof p - cut), whole);
		assert_int_equal(
		        crc32c_by_tables(crc32c(0, p, cut), p + cut, sizeof p - cut), whole);
	}
}

/* Fields are length-prefixed: the reference is the SHA-256 of the bytes written out by hand. */
static void an_id_is_the_hash_of_tag_and_fields(void **state)
{
	(void)state;
	static const char bytes[] =
	        "\5\0\0\0\0\0\0\0tag/1\2\0\0\0\0\0\0\0ab\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0-42";
	char hex[SHA256_HEX];
	sha256_hex(bytes, sizeof bytes - 1, hex);
	struct id_hash *h = id_begin(STR("tag/1"));
	id_add(h, STR("ab"));
	id_add(h, STR(""));
	id_add_num(h, -42);
	struct id id = id_end(h);
	assert_int_equal(strlen(id.text), 32);
	assert_memory_equal(id.text, hex, 32);
}

static void moving_a_byte_between_fields_gives_another_id(void **state)
{
	(void)state;
	const struct str one[] = {STR("ab"), STR("c")};
	const struct str two[] = {STR("a"), STR("bc")};
	struct id a = id_of("t", one, 2);
	struct id b = id_of("t", two, 2);
	struct id c = id_of("t", one, 2);
	assert_string_not_equal(a.text, b.text);
	assert_string_equal(a.text, c.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sha256_gives_the_published_digests),
	        cmocka_unit_test(a_digest_that_was_taken_starts_anew),
	        cmocka_unit_test(md5_gives_the_published_digest),
	        cmocka_unit_test(crc32c_gives_the_published_sums),
	        cmocka_unit_test(crc32c_does_not_depend_on_how_bytes_are_cut),
	        cmocka_unit_test(an_id_is_the_hash_of_tag_and_fields),
	        cmocka_unit_test(moving_a_byte_between_fields_gives_another_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
