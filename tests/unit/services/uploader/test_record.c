/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/aead.h"
#include "record.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct secret key = {{5}};
#define OBJECT STR("ledger/d/f.file")

/* The text form, written out by hand. */
#define TEXT \
	"longshore-ledger 1\nphase=written\ntemp=.longshore-tmp/ab\nplace=0123\nname=out/a = " \
	"b.csv\nrole=part\nsha256=aa\n" \
	"bytes=12\nrows=-3\nplain_sha256=\nmd5=cc\ncrc32c=00000001\nguarantee=\nverified=\nthere_" \
	"sha256=\nthere_bytes=0\n" \
	"committed_at_ms=9223372036854775807\nresolved=t1\n"

static struct record example(void)
{
	struct record r = {
	        .phase = RECORD_WRITTEN, .bytes = 12, .rows = -3, .committed_at_ms = INT64_MAX};
	struct err e;
	assert_int_equal(
	        record_set(r.temp, sizeof r.temp, STR(".longshore-tmp/ab"), "temp", &e), 0);
	assert_int_equal(record_set(r.place, sizeof r.place, STR("0123"), "place", &e), 0);
	assert_int_equal(record_set(r.name, sizeof r.name, STR("out/a = b.csv"), "name", &e), 0);
	assert_int_equal(record_set(r.role, sizeof r.role, STR("part"), "role", &e), 0);
	assert_int_equal(record_set(r.sha256, sizeof r.sha256, STR("aa"), "sha256", &e), 0);
	assert_int_equal(record_set(r.md5, sizeof r.md5, STR("cc"), "md5", &e), 0);
	assert_int_equal(record_set(r.crc32c, sizeof r.crc32c, STR("00000001"), "crc", &e), 0);
	assert_int_equal(record_set(r.resolved, sizeof r.resolved, STR("t1"), "resolved", &e), 0);
	return r;
}

/* Seals a text of ours as a record would be. */
static struct str sealed_text(struct arena *mem, const char *text, const char *bound_to)
{
	struct err e;
	struct aead *a = NULL;
	size_t n = strlen(text);
	char *p = arena_alloc(mem, 6 + AEAD_NONCE_BYTES + n + AEAD_TAG_BYTES);
	memcpy(p, "LSLR1", 6);
	assert_int_equal(aead_new(&key, &a, &e), 0);
	assert_int_equal(aead_seal(a, (unsigned char *)p + 6, str_c(bound_to), str_bytes(text, n),
	                         (unsigned char *)p + 6 + AEAD_NONCE_BYTES, &e),
	        0);
	aead_free(a);
	return str_bytes(p, 6 + AEAD_NONCE_BYTES + n + AEAD_TAG_BYTES);
}

#define BOUND "longshore/ledger/1:ledger/d/f.file"

static void a_record_comes_back_as_it_was(void **state)
{
	(void)state;
	struct err e;
	struct arena mem;
	struct str sealed;
	struct record r = example(), back;
	arena_init(&mem, 100000);
	for (int phase = RECORD_OPEN; phase <= RECORD_WITHDRAWN; phase++) {
		r.phase = (enum record_phase)phase;
		assert_int_equal(record_seal(&r, &key, OBJECT, &mem, &sealed, &e), 0);
		assert_null(memmem(sealed.p, sealed.n, "out/a", 5));
		assert_int_equal(record_unseal(sealed, &key, OBJECT, &mem, &back, &e), 0);
		assert_memory_equal(&r, &back, sizeof r);
	}
	arena_release(&mem);
}

static void the_text_form_is_fixed(void **state)
{
	(void)state;
	struct err e;
	struct arena mem;
	struct str sealed;
	struct record r = example(), back;
	unsigned char text[sizeof TEXT + AEAD_TAG_BYTES];
	struct aead *a = NULL;
	arena_init(&mem, 100000);
	assert_int_equal(
	        record_unseal(sealed_text(&mem, TEXT, BOUND), &key, OBJECT, &mem, &back, &e), 0);
	assert_memory_equal(&r, &back, sizeof r);
	assert_int_equal(record_seal(&r, &key, OBJECT, &mem, &sealed, &e), 0);
	assert_int_equal(sealed.n, 6 + AEAD_NONCE_BYTES + sizeof TEXT - 1 + AEAD_TAG_BYTES);
	assert_int_equal(aead_new(&key, &a, &e), 0);
	assert_int_equal(
	        aead_open(a, (const unsigned char *)sealed.p + 6, STR(BOUND),
	                str_bytes(sealed.p + 6 + AEAD_NONCE_BYTES, sealed.n - 6 - AEAD_NONCE_BYTES),
	                text, &e),
	        0);
	assert_memory_equal(text, TEXT, sizeof TEXT - 1);
	aead_free(a);
	arena_release(&mem);
}

static void two_sealings_differ(void **state)
{
	(void)state;
	struct err e;
	struct arena mem;
	struct str one, two;
	struct record r = example();
	arena_init(&mem, 100000);
	assert_int_equal(record_seal(&r, &key, OBJECT, &mem, &one, &e), 0);
	assert_int_equal(record_seal(&r, &key, OBJECT, &mem, &two, &e), 0);
	assert_memory_not_equal(one.p, two.p, one.n);
	arena_release(&mem);
}

static void expect_corrupt(
        struct arena *mem, struct str sealed, const struct secret *with, struct str object)
{
	struct err e;
	struct record back = {.bytes = -77};
	assert_int_equal(record_unseal(sealed, with, object, mem, &back, &e), ERR_REJECT);
	assert_string_equal(e.code, "corrupt");
	assert_int_equal(back.bytes, -77);
}

static void a_changed_moved_or_foreign_record_is_refused(void **state)
{
	(void)state;
	struct err e;
	struct arena mem;
	struct str sealed;
	struct record r = example();
	const struct secret other = {{6}};
	arena_init(&mem, 4000000);
	assert_int_equal(record_seal(&r, &key, OBJECT, &mem, &sealed, &e), 0);
	char *p = arena_alloc(&mem, sealed.n);
	for (size_t i = 0; i < sealed.n; i++) {
		memcpy(p, sealed.p, sealed.n);
		p[i] = (char)(p[i] ^ 4);
		expect_corrupt(&mem, str_bytes(p, sealed.n), &key, OBJECT);
		expect_corrupt(&mem, str_bytes(sealed.p, i), &key, OBJECT);
	}
	expect_corrupt(&mem, sealed, &other, OBJECT);
	expect_corrupt(&mem, sealed, &key, STR("ledger/d/g.file"));
	arena_release(&mem);
}

/* Authentic, but not a record as it must be. */
static void malformed_text_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
	        "",
	        "longshore-ledger 1",
	        "longshore-ledger 1\n",
	        "longshore-ledger 2\nphase=open\n",
	        "longshore-ledger 1\nphase=opened\n",
	        "longshore-ledger 1\nphase=open\ntemp=a\n",
	        TEXT "more=1\n",
	        TEXT "\n",
	};
	struct arena mem;
	arena_init(&mem, 1000000);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		expect_corrupt(&mem, sealed_text(&mem, bad[i], BOUND), &key, OBJECT);
	/* Every line in turn: left out, named otherwise, or with a value too long or not a number.
	 */
	static const char *const changes[][2] = {
	        {"bytes=12", "bytes=twelve"},
	        {"bytes=12", "bytes="},
	        {"bytes=12", "bytes=99999999999999999999"},
	        {"rows=-3\n", ""},
	        {"role=part", "role=longer-than-a-role-is"},
	        {"role=part", "rule=part"},
	        {"md5=cc", "md5=c\tc"},
	        {"crc32c=00000001", "crc32c=000000012"},
	        {"phase=written", "phase=writte"},
	        {"resolved=t1\n", "resolved=t1"},
	};
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		char text[sizeof TEXT + 64];
		const char *at = strstr(TEXT, changes[i][0]);
		assert_non_null(at);
		int n = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - TEXT), TEXT,
		        changes[i][1], at + strlen(changes[i][0]));
		assert_true(n > 0 && (size_t)n < sizeof text);
		expect_corrupt(&mem, sealed_text(&mem, text, BOUND), &key, OBJECT);
	}
	arena_release(&mem);
}

static void fields_have_edges(void **state)
{
	(void)state;
	struct err e;
	char field[5] = "old";
	assert_int_equal(record_set(field, sizeof field, STR("12345"), "role", &e), ERR_REJECT);
	assert_string_equal(e.code, "bad_task");
	assert_string_equal(field, "old");
	assert_int_equal(record_set(field, sizeof field, STR("a\nb"), "role", &e), ERR_REJECT);
	assert_int_equal(record_set(field, sizeof field, STR("1234"), "role", &e), 0);
	assert_string_equal(field, "1234");
	assert_int_equal(record_set(field, sizeof field, (struct str){NULL, 0}, "role", &e), 0);
	assert_string_equal(field, "");
	/* The longest of everything fits. */
	struct record r = {.phase = RECORD_COMMITTED,
	        .bytes = INT64_MIN,
	        .rows = INT64_MIN,
	        .there_bytes = INT64_MIN};
	memset(r.name, 'n', sizeof r.name - 1);
	memset(r.temp, 't', sizeof r.temp - 1);
	memset(r.resolved, 'r', sizeof r.resolved - 1);
	struct arena mem;
	struct str sealed;
	arena_init(&mem, 100000);
	assert_int_equal(record_seal(&r, &key, OBJECT, &mem, &sealed, &e), 0);
	assert_true(sealed.n <= RECORD_SEALED_MAX);
	arena_release(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_record_comes_back_as_it_was),
	        cmocka_unit_test(the_text_form_is_fixed),
	        cmocka_unit_test(two_sealings_differ),
	        cmocka_unit_test(a_changed_moved_or_foreign_record_is_refused),
	        cmocka_unit_test(malformed_text_is_refused),
	        cmocka_unit_test(fields_have_edges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
