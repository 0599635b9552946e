/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

/* What ranks first .. first + n - 1 look like, by the oracle. */
static void expect(int64_t first, int64_t n, const char *header, const char *end, struct buf *out)
{
	struct err e;
	int64_t rank = 0;
	buf_init(out, FILE_MAX);
	must(buf_printf(out, &e, "%s\n", header), &e);
	for (uint32_t i = 0; i < RECORDS; i++) {
		if (!is_member(i))
			continue;
		if (rank >= first && rank < first + n)
			must(buf_printf(out, &e, "%s%s\n", w.tokens[i], end), &e);
		rank++;
	}
}

static void a_part_is_exactly_the_ranks_it_was_asked_for(void **state)
{
	(void)state;
	static const struct {
		int64_t first, ranks;
	} cuts[] = {{0, MEMBERS}, {0, 0}, {0, 1}, {MEMBERS - 1, 1}, {MEMBERS, 0}, {1023, 2},
	        {1, 1024}, {7, 2049}};
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		struct job j = job_new(PLAIN_SPEC, EV_FORMAT_OP_PART);
		struct buf wanted;
		j.task.first_rank = cuts[i].first;
		j.task.ranks = cuts[i].ranks;
		job_must(&j);
		assert_int_equal(result_output_of(&j.out, STR("file"))->rows, cuts[i].ranks);
		struct str found = stored(&j);
		expect(cuts[i].first, cuts[i].ranks, "Token Id,country", ",US", &wanted);
		assert_true(str_eq(found, buf_str(&wanted)));
		buf_release(&wanted);
		job_release(&j);
	}
}

/* Files of at most `most` rows for the first `members` ranks, as the planner cuts them. */
static void split(int64_t members, int64_t most)
{
	struct buf all, wanted;
	struct err e;
	buf_init(&all, FILE_MAX);
	for (int64_t first = 0; first < members; first += most) {
		struct job j = job_new(SPEC(TOKEN, ""), EV_FORMAT_OP_PART);
		j.task.first_rank = first;
		j.task.ranks = members - first < most ? members - first : most;
		job_must(&j);
		struct str found = stored(&j);
		assert_true(str_has_prefix(found, STR("Token Id\n")));
		int64_t lines = 0;
		for (size_t i = 0; i < found.n; i++)
			lines += found.p[i] == '\n';
		assert_int_equal(lines, j.task.ranks + 1);
		must(buf_append(&all, found.p + 9, found.n - 9, &e), &e);
		job_release(&j);
	}
	expect(0, members, "Token Id", "", &wanted);
	assert_true(str_eq(buf_str(&all), str_bytes(wanted.p + 9, wanted.n - 9)));
	buf_release(&all);
	buf_release(&wanted);
}

static void files_split_at_exactly_n_rows_lose_and_repeat_none(void **state)
{
	(void)state;
	enum { N = 1500 };
	split(N - 1, N);
	split(N, N);
	split(N + 1, N);
	split(2 * N, N);
	split(7, 1);
}

static void the_facts_are_those_of_the_stored_bytes(void **state)
{
	(void)state;
	struct job j = job_new(GZIP_SPEC, EV_FORMAT_OP_PART);
	struct buf wanted;
	char sha[SHA256_HEX], number[24];
	job_must(&j);
	struct ev_staged_ref file = *result_output_of(&j.out, STR("file"));
	expect(0, MEMBERS, "Token Id", "", &wanted);
	sha256_hex(wanted.p, wanted.n, sha);
	fact_is(&j, "plain_sha256", sha);
	(void)snprintf(number, sizeof number, "%zu", wanted.n);
	fact_is(&j, "plain_bytes", number);
	assert_true(str_has_prefix(result_fact_of(&j.out, STR("encoder")), STR("isal-")));
	char stated[SHA256_HEX];
	memcpy(stated, file.sha256.p, SHA256_HEX - 1);
	stated[SHA256_HEX - 1] = '\0';
	int64_t bytes = file.bytes;
	struct str found = stored(&j);
	assert_int_equal(bytes, found.n);
	sha256_hex(found.p, found.n, sha);
	assert_string_equal(stated, sha);
	assert_true(found.n < wanted.n);
	buf_release(&wanted);
	job_release(&j);
}

static void doing_a_task_again_reports_the_same_file(void **state)
{
	(void)state;
	struct job first = job_new(GZIP_SPEC, EV_FORMAT_OP_PART);
	job_must(&first);
	struct job again = first;
	again.out = (struct ev_task_result){0};
	job_must(&again);
	assert_int_equal(again.out.facts_count, first.out.facts_count);
	for (size_t i = 0; i < first.out.facts_count; i++)
		assert_true(str_eq(again.out.facts[i].value, first.out.facts[i].value));
	assert_true(str_eq(again.out.outputs[0].sha256, first.out.outputs[0].sha256));
	assert_int_equal(again.out.outputs[0].bytes, first.out.outputs[0].bytes);
	job_release(&first);
	job_release(&again);
}

static uint32_t crc32_ieee(struct str s)
{
	uint32_t crc = ~0u;
	for (size_t i = 0; i < s.n; i++) {
		crc ^= (unsigned char)s.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static void put_le32(char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(v >> (8 * i));
}

/* gzip as another encoder might do it: one stored block. */
static void put_other_gzip(const char *task_id, struct str plain)
{
	struct secret key = key_of(w.uploader, "files", DELIVERY);
	struct err e;
	struct sealed_facts facts;
	char name[128], head[15] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1}, tail[8];
	struct buf b;
	buf_init(&b, FILE_MAX);
	assert_true(plain.n < 65536);
	put_le32(head + 11, (uint32_t)plain.n | (uint32_t)~plain.n << 16);
	must(buf_append(&b, head, sizeof head, &e), &e);
	must(buf_append_str(&b, plain, &e), &e);
	put_le32(tail, crc32_ieee(plain));
	put_le32(tail + 4, (uint32_t)plain.n);
	must(buf_append(&b, tail, sizeof tail, &e), &e);
	(void)snprintf(name, sizeof name, "files/" DELIVERY "/%s.out", task_id);
	must(sealed_put_once(w.staging, str_c(name), &key, buf_str(&b), &facts, &e), &e);
	assert_true(facts.won);
	buf_release(&b);
}

static void the_loser_of_a_race_reports_the_file_that_is_there(void **state)
{
	(void)state;
	struct job j = job_new(GZIP_SPEC, EV_FORMAT_OP_PART);
	struct buf wanted;
	j.task.ranks = 1000;
	expect(0, 1000, "Token Id", "", &wanted);
	put_other_gzip(j.id, buf_str(&wanted));
	job_must(&j);
	char sha[SHA256_HEX];
	sha256_hex(wanted.p, wanted.n, sha);
	fact_is(&j, "plain_sha256", sha);
	fact_is(&j, "encoder", "unknown");
	int64_t bytes = result_output_of(&j.out, STR("file"))->bytes;
	char stated[SHA256_HEX] = {0};
	memcpy(stated, result_output_of(&j.out, STR("file"))->sha256.p, SHA256_HEX - 1);
	char md5[MD5_HEX], stated_md5[MD5_HEX] = {0};
	memcpy(stated_md5, result_fact_of(&j.out, STR("md5")).p, MD5_HEX - 1);
	struct str found = stored(&j);
	assert_int_equal(found.n, wanted.n + 23); /* still the other encoder's */
	assert_int_equal(bytes, found.n);
	sha256_hex(found.p, found.n, sha);
	struct hash *h = hash_new_md5();
	hash_add(h, found.p, found.n);
	hash_take_hex(h, md5);
	hash_free(h);
	assert_string_equal(stated_md5, md5);
	assert_string_equal(stated, sha);
	buf_release(&wanted);
	job_release(&j);
}

static void a_file_of_other_content_is_never_adopted(void **state)
{
	(void)state;
	struct job j = job_new(GZIP_SPEC, EV_FORMAT_OP_PART);
	put_other_gzip(j.id, STR("Token Id\nsomething else\n"));
	job_refused(&j, "not_identical", "different content");
}

/* --- refusals --- */

static void a_column_that_the_bridge_lacks_is_named(void **state)
{
	(void)state;
	struct job j = job_new(SPEC("{\"name\":\"x\",\"source\":\"hem\"}", ""), EV_FORMAT_OP_PART);
	job_refused(&j, "bad_spec", "\"hem\"");
}

static void ranks_outside_of_the_selection_are_refused(void **state)
{
	(void)state;
	static const struct {
		int64_t first, ranks;
	} bad[] = {{0, MEMBERS + 1}, {1, MEMBERS}, {MEMBERS + 1, 0}, {-1, 1}, {0, -1},
	        {INT64_MAX, 1}, {1, INT64_MAX}};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct job j = job_new(PLAIN_SPEC, EV_FORMAT_OP_PART);
		j.task.first_rank = bad[i].first;
		j.task.ranks = bad[i].ranks;
		job_refused(&j, "bad_task", "ranks");
	}
}

static void a_selection_that_is_not_the_named_one_is_refused(void **state)
{
	(void)state;
	struct ev_staged_ref other = w.members;
	other.rows++;
	struct job j = job_new(PLAIN_SPEC, EV_FORMAT_OP_PART);
	j.task.members = &other;
	job_refused(&j, "corrupt", "members");
	other.rows--;
	other.sha256 = STR("0000000000000000000000000000000000000000000000000000000000000000");
	j = job_new(PLAIN_SPEC, EV_FORMAT_OP_PART);
	j.task.members = &other;
	job_refused(&j, "corrupt", "hash differs");
	other = w.members;
	other.name = STR("selections/" DELIVERY "/not-there.members");
	j = job_new(PLAIN_SPEC, EV_FORMAT_OP_PART);
	j.task.members = &other;
	job_refused(&j, "not_found", "members");
}

static void a_task_that_lacks_its_inputs_is_refused(void **state)
{
	(void)state;
	struct job j = job_new(PLAIN_SPEC, EV_FORMAT_OP_PART);
	j.task.members = NULL;
	job_refused(&j, "bad_task", "members");
	j = job_new(PLAIN_SPEC, EV_FORMAT_OP_PART);
	j.task.bridge_version = (struct str){NULL, 0};
	job_refused(&j, "bad_task", "bridge version");
	j = job_new(PLAIN_SPEC, EV_FORMAT_OP_MANIFEST);
	job_refused(&j, "bad_task", "list of parts");
	j = job_new(PLAIN_SPEC, EV_FORMAT_OP_UNKNOWN);
	job_refused(&j, "bad_task", "does not know");
	j = job_new("{}", EV_FORMAT_OP_PART);
	job_refused(&j, "bad_spec", "");
}

static void a_bridge_version_that_is_gone_is_said_to_be(void **state)
{
	(void)state;
	struct job j = job_new(PLAIN_SPEC, EV_FORMAT_OP_PART);
	j.task.bridge_version = STR("00000000000000000000000000000000");
	job_refused(&j, "bridge_version_gone", "");
}

static void a_value_that_may_not_be_written_fails_the_part_and_leaves_no_file(void **state)
{
	(void)state;
	static const char version[] = "badbadbadbadbadbadbadbadbadbad00";
	struct err e;
	struct store_facts facts;
	build(version, "SECRET");
	struct job j =
	        job_new(SPEC("{\"max_length\":5,\"name\":\"extra\",\"source\":\"extra\"}", ""),
	                EV_FORMAT_OP_PART);
	j.task.bridge_version = str_c(version);
	job_refused(&j, "bad_value", "column \"extra\", row 1");
	assert_null(strstr(j.e.text, "SECRET"));
	char name[128];
	(void)snprintf(name, sizeof name, "files/" DELIVERY "/%s.out", j.id);
	assert_int_equal(store_stat(w.staging, str_c(name), &facts, &e), ERR_REJECT);
	assert_string_equal(e.code, "not_found");
}

static void a_formatter_that_has_to_go_gives_the_task_back(void **state)
{
	(void)state;
	struct job j = job_new(PLAIN_SPEC, EV_FORMAT_OP_PART);
	atomic_store(&j.stop, true);
	job_run(&j);
	assert_int_equal(j.rc, ERR_DEFER);
	assert_string_equal(j.e.code, "drain");
	job_release(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_part_is_exactly_the_ranks_it_was_asked_for),
	        cmocka_unit_test(files_split_at_exactly_n_rows_lose_and_repeat_none),
	        cmocka_unit_test(the_facts_are_those_of_the_stored_bytes),
	        cmocka_unit_test(doing_a_task_again_reports_the_same_file),
	        cmocka_unit_test(the_loser_of_a_race_reports_the_file_that_is_there),
	        cmocka_unit_test(a_file_of_other_content_is_never_adopted),
	        cmocka_unit_test(a_column_that_the_bridge_lacks_is_named),
	        cmocka_unit_test(ranks_outside_of_the_selection_are_refused),
	        cmocka_unit_test(a_selection_that_is_not_the_named_one_is_refused),
	        cmocka_unit_test(a_task_that_lacks_its_inputs_is_refused),
	        cmocka_unit_test(a_bridge_version_that_is_gone_is_said_to_be),
	        cmocka_unit_test(a_value_that_may_not_be_written_fails_the_part_and_leaves_no_file),
	        cmocka_unit_test(a_formatter_that_has_to_go_gives_the_task_back),
	};
	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
