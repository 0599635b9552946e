/* SPDX-License-Identifier: Apache-2.0
 *
 * The formatter on a real directory, with a bridge version that the builder wrote. */
#include "folder.h"
#include "formatter.h"

#include "longshore/bridge_build.h"
#include "longshore/reflist.h"
#include "longshore/result.h"
#include "longshore/sealed.h"
#include "longshore/selection.h"

#define DELIVERY "0123456789abcdef0123456789abcdef"
#define VERSION "feedfeedfeedfeedfeedfeedfeedfeed"

enum { RECORDS = 5000, MEMBERS = 4000, MEM_BYTES = 512 * 1024, FILE_MAX = 1024 * 1024 };

/* A world is made once; tests differ in their task ids. */
static struct world {
	struct folder folder;
	struct store *staging;
	struct keyring *builder, *worker, *uploader, *scheduler;
	void *state; /* of the service */
	char root[96], keys_dir[128], cache_dir[128];
	char (*tokens)[32]; /* by ordinal: the oracle's own order */
	struct ev_staged_ref members;
	char members_sha[SHA256_HEX];
	int tasks;
} w;

static void must(int act, const struct err *e)
{
	if (act != 0)
		fail_msg("%s: %s", e->code, e->text);
}

static struct secret key_of(const struct keyring *k, const char *prefix, const char *scope)
{
	struct secret key;
	struct err e;
	must(keyring_staging(k, str_c(prefix), str_c(scope), &key, &e), &e);
	return key;
}

static void keyring_of(const char *service, struct keyring **out)
{
	char path[256];
	struct err e;
	(void)snprintf(path, sizeof path, "%s/%s", w.keys_dir, service);
	must(keyring_open(path, out, &e), &e);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void token_of(unsigned i, char out[32])
{
	(void)snprintf(out, 32, "t%08x", i * 2654435761u);
}

/* Records of two columns: a token, and what `extra` says for it. */
static void build(const char *version, const char *extra)
{
	static const struct str columns[] = {{"token", 5}, {"extra", 5}};
	struct bridge_build_spec spec = {
	        .staging = w.staging,
	        .version = str_c(version),
	        .tenant = STR("acme"),
	        .bridge = STR("tokens"),
	        .id_kind = STR("patient_id"),
	        .recipient = STR("partner"),
	        .columns = columns,
	        .columns_count = 2,
	        .one_to_one = true,
	        .key_epoch = 1,
	        .fingerprint_key = {{1}},
	        .mark_key = {{2}},
	        .keys_scope = key_of(w.builder, "keys", version),
	        .values_scope = key_of(w.builder, "values", version),
	        .spill_dir = w.folder.path,
	        .memory_bytes = 1024 * 1024,
	        .shard_bytes = 16 * 1024, /* several shards */
	};
	struct bridge_build *b = NULL;
	struct bridge_build_facts facts;
	struct err e;
	must(bridge_build_new(&spec, &b, &e), &e);
	for (unsigned i = 0; i < RECORDS; i++) {
		char id[32], token[32];
		(void)snprintf(id, sizeof id, "p%u", i);
		token_of(i, token);
		const struct str values[2] = {str_c(token), str_c(extra)};
		must(bridge_build_add(b, str_c(id), values, i + 1, &e), &e);
	}
	must(bridge_build_finish(b, &facts, &e), &e);
	assert_int_equal(facts.records, RECORDS);
	bridge_build_free(b);
}

/* Every fifth record is left out. */
static bool is_member(uint32_t ordinal)
{
	return ordinal % 5 != 3;
}

static void store_members(void)
{
	static const char name[] = "selections/" DELIVERY "/combine.members";
	struct secret key = key_of(w.worker, "selections", DELIVERY);
	struct selection *s = selection_new();
	struct buf bytes;
	struct err e;
	struct sealed_facts facts;
	for (uint32_t i = 0; i < RECORDS; i++)
		if (is_member(i))
			selection_add(s, &i, 1);
	buf_init(&bytes, FILE_MAX);
	must(selection_store(s, &bytes, &e), &e);
	must(sealed_put_once(w.staging, str_c(name), &key, buf_str(&bytes), &facts, &e), &e);
	memcpy(w.members_sha, facts.sha256, sizeof w.members_sha);
	w.members = (struct ev_staged_ref){.kind = STR("members"),
	        .name = str_c(name),
	        .sha256 = str_c(w.members_sha),
	        .bytes = facts.bytes,
	        .rows = (int64_t)selection_count(s)};
	assert_int_equal(w.members.rows, MEMBERS);
	buf_release(&bytes);
	selection_free(s);
}

static int setup(void **state)
{
	(void)state;
	struct err e;
	folder_make(&w.folder);
	folder_mkdir(&w.folder, "staging");
	(void)snprintf(w.root, sizeof w.root, "%s/staging", w.folder.url);
	(void)snprintf(w.keys_dir, sizeof w.keys_dir, "%s/keys", w.folder.path);
	(void)snprintf(w.cache_dir, sizeof w.cache_dir, "%s/cache", w.folder.path);
	must(store_open(w.root, &w.staging, &e), &e);
	must(keyring_init(w.keys_dir, false, &e), &e);
	keyring_of("bridge-builder", &w.builder);
	keyring_of("bridge-worker", &w.worker);
	keyring_of("uploader", &w.uploader);
	keyring_of("scheduler", &w.scheduler);
	build(VERSION, "x");
	store_members();
	w.tokens = calloc(RECORDS, 32);
	assert_non_null(w.tokens);
	for (unsigned i = 0; i < RECORDS; i++)
		token_of(i, w.tokens[i]);
	qsort(w.tokens, RECORDS, 32, by_text);
	char own_keys[256];
	(void)snprintf(own_keys, sizeof own_keys, "%s/formatter", w.keys_dir);
	const struct worker_conf conf = {.staging = w.root,
	        .keys = own_keys,
	        .cache_dir = w.cache_dir,
	        .cache_bytes = 1 << 20};
	must(formatter_service.start(&conf, NULL, &w.state, &e), &e);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	formatter_service.stop(w.state);
	keyring_close(w.builder);
	keyring_close(w.worker);
	keyring_close(w.uploader);
	keyring_close(w.scheduler);
	store_close(w.staging);
	folder_drop(&w.folder);
	free(w.tokens);
	return 0;
}

/* --- tasks --- */

/* One task and what came of it. */
struct job {
	struct ev_format_task task;
	const char *spec;
	char id[33];
	atomic_bool stop;
	struct arena mem;
	struct ev_task_result out;
	struct err e;
	int rc;
};

#define SPEC(columns, more) \
	"{\"audience\":{\"id_column\":\"id\",\"id_kind\":\"patient_id\",\"name\":\"a " \
	"\\\"1\\\"\",\"source\":" \
	"{\"url\":\"file:///a/" \
	"\"}},\"bridge\":{\"columns\":[{\"column\":\"t\",\"name\":\"token\"}]," \
	"\"from_column\":\"id\",\"from_kind\":\"patient_id\",\"name\":\"tokens\",\"source\":{" \
	"\"url\":" \
	"\"file:///b\"}},\"bucket\":{\"url\":\"file:///drop/" \
	"\"},\"destination\":{\"columns\":[" columns "]," more \
	"\"data_template\":\"{delivery}\",\"name\":\"dsp\"},\"route\":\"r\",\"tenant\":\"acme\"}"

#define TOKEN "{\"name\":\"Token Id\",\"source\":\"token\"}"
#define PLAIN_SPEC \
	SPEC(TOKEN ",{\"constant\":\"US\",\"is_constant\":true,\"name\":\"country\"}", "")
#define GZIP_SPEC SPEC(TOKEN, "\"compression\":\"gzip\",")

static struct job job_new(const char *spec, enum ev_format_op op)
{
	struct job j = {.spec = spec};
	(void)snprintf(j.id, sizeof j.id, "%032d", ++w.tasks);
	j.task.op = op;
	j.task.bridge_version = STR(VERSION);
	j.task.members = &w.members;
	j.task.ranks = MEMBERS;
	j.task.file_name = STR("f.csv");
	return j;
}

static void job_run(struct job *j)
{
	j->task.head = (struct ev_task_head){.task_id = str_c(j->id),
	        .delivery_id = STR(DELIVERY),
	        .tenant = STR("acme"),
	        .stage = STR("part")};
	arena_init(&j->mem, MEM_BYTES);
	const struct task_run run = {.head = &j->task.head,
	        .type = &ev_format_task_type,
	        .task = &j->task,
	        .spec = str_c(j->spec),
	        .stop = &j->stop,
	        .mem = &j->mem};
	j->rc = formatter_service.handle(w.state, &run, &j->out, &j->e);
}

static void job_release(struct job *j)
{
	arena_release(&j->mem);
}

static void job_must(struct job *j)
{
	job_run(j);
	must(j->rc, &j->e);
}

static void job_refused(struct job *j, const char *code, const char *words)
{
	job_run(j);
	assert_int_equal(j->rc, ERR_REJECT);
	assert_string_equal(j->e.code, code);
	if (strstr(j->e.text, words) == NULL)
		fail_msg("'%s' is not in: %s", words, j->e.text);
	assert_int_equal(j->out.outputs_count, 0);
	job_release(j);
}

/* The file as the uploader gets it. */
static struct str stored(struct job *j)
{
	struct secret key = key_of(w.uploader, "files", DELIVERY);
	struct str bytes;
	struct err e;
	char sha[SHA256_HEX];
	const struct ev_staged_ref *file = result_output_of(&j->out, STR("file"));
	assert_non_null(file);
	arena_release(&j->mem); /* the file is looked at after the task's memory is gone */
	arena_init(&j->mem, 2 * FILE_MAX);
	struct str name = arena_printf(&j->mem, "files/" DELIVERY "/%s.out", j->id);
	must(sealed_get(w.staging, name, &key, FILE_MAX, &j->mem, &bytes, &e), &e);
	sha256_hex(bytes.p, bytes.n, sha);
	return bytes;
}

static void fact_is(const struct job *j, const char *name, const char *value)
{
	struct str fact = result_fact_of(&j->out, str_c(name));
	if (!str_eq(fact, str_c(value)))
		fail_msg("fact %s is " STR_FMT ", not %s", name, STR_ARG(fact), value);
}

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

/* --- parts --- */

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
	struct str found = stored(&j);
	assert_int_equal(found.n, wanted.n + 23); /* still the other encoder's */
	assert_int_equal(bytes, found.n);
	sha256_hex(found.p, found.n, sha);
	assert_string_equal(stated, sha);
	buf_release(&wanted);
	job_release(&j);
}

static void a_file_of_other_content_is_never_adopted(void **state)
{
	(void)state;
	struct job j = job_new(GZIP_SPEC, EV_FORMAT_OP_PART);
	put_other_gzip(j.id, STR("Token Id\nsomething else\n"));
	job_refused(&j, "not_identical", "other content");
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
	job_refused(&j, "corrupt", "another hash");
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
	build(version, "SECRET\x01");
	struct job j =
	        job_new(SPEC("{\"name\":\"extra\",\"source\":\"extra\"}", ""), EV_FORMAT_OP_PART);
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

/* --- manifest and marker --- */

static const struct reflist_item parts[] = {
        {.name = {"files/x/1.out", 13},
                .sha256 = {"aa", 2},
                .bytes = 10,
                .rows = 3,
                .label = {"p \"1\".csv", 9},
                .plain_sha256 = {"bb", 2}},
        {.name = {"files/x/2.out", 13},
                .sha256 = {"cc", 2},
                .bytes = 20,
                .rows = 4,
                .label = {"p\\2\x01.csv", 8},
                .plain_sha256 = {"dd", 2}},
};

static void manifest_task(struct job *j, size_t count, const char *list, struct ev_staged_ref *ref,
        char sha[SHA256_HEX])
{
	struct secret key = key_of(w.scheduler, "specs", DELIVERY);
	struct sealed_facts facts;
	struct buf text;
	struct err e;
	buf_init(&text, FILE_MAX);
	for (size_t i = 0; i < count; i++)
		must(reflist_add(&text, &parts[i], &e), &e);
	must(sealed_put_once(w.staging, str_c(list), &key, buf_str(&text), &facts, &e), &e);
	memcpy(sha, facts.sha256, SHA256_HEX);
	*ref = (struct ev_staged_ref){
	        .name = str_c(list), .sha256 = str_c(sha), .bytes = facts.bytes, .rows = 2};
	buf_release(&text);
	*j = job_new(GZIP_SPEC, EV_FORMAT_OP_MANIFEST);
	j->task.parts = ref;
	j->task.members = NULL;
	j->task.bridge_version = (struct str){NULL, 0};
}

static void a_manifest_lists_the_parts(void **state)
{
	(void)state;
	struct job j;
	struct ev_staged_ref ref;
	char sha[SHA256_HEX];
	manifest_task(&j, 2, "specs/" DELIVERY "/two.list", &ref, sha);
	job_must(&j);
	assert_int_equal(result_output_of(&j.out, STR("file"))->rows, 0);
	fact_is(&j, "encoder", "none");
	struct str found = stored(&j);
	struct str wanted = STR(
	        "{\n\"delivery_id\": \"" DELIVERY "\",\n\"tenant\": \"acme\",\n"
	        "\"audience\": \"a \\\"1\\\"\",\n\"destination\": \"dsp\",\n\"rows\": "
	        "7,\n\"files\": [\n"
	        "{\"name\": \"p \\\"1\\\".csv\", \"rows\": 3, \"bytes\": 10, \"sha256\": \"aa\", "
	        "\"plain_sha256\": \"bb\"},\n"
	        "{\"name\": \"p\\\\2\\u0001.csv\", \"rows\": 4, \"bytes\": 20, \"sha256\": \"cc\", "
	        "\"plain_sha256\": \"dd\"}\n]\n}\n");
	if (!str_eq(found, wanted))
		fail_msg(STR_FMT, STR_ARG(found));
	job_release(&j);
}

static void a_manifest_of_no_parts_is_json_too(void **state)
{
	(void)state;
	struct job j;
	struct ev_staged_ref ref;
	char sha[SHA256_HEX];
	manifest_task(&j, 0, "specs/" DELIVERY "/none.list", &ref, sha);
	job_must(&j);
	assert_true(str_has_suffix(stored(&j), STR("\"rows\": 0,\n\"files\": [\n]\n}\n")));
	job_release(&j);
}

static void a_marker_is_an_empty_file(void **state)
{
	(void)state;
	struct job j = job_new(GZIP_SPEC, EV_FORMAT_OP_MARKER);
	job_must(&j);
	fact_is(&j, "plain_bytes", "0");
	fact_is(&j, "plain_sha256",
	        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(result_output_of(&j.out, STR("file"))->bytes, 0);
	assert_int_equal(stored(&j).n, 0);
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
	        cmocka_unit_test(a_manifest_lists_the_parts),
	        cmocka_unit_test(a_manifest_of_no_parts_is_json_too),
	        cmocka_unit_test(a_marker_is_an_empty_file),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
