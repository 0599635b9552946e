/* SPDX-License-Identifier: Apache-2.0
 * The rules of the ledger, one by one: each test stops an attempt where breaking the rule would
 * show. */
#include "ledger_world.h"

static void one_temporary(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w), *b = world_upload(w);
	char names[4][64];
	world_until(w, a, LEDGER_WRITE);
	world_until(w, b, LEDGER_WRITE);
	assert_string_equal(a->record.temp, b->record.temp);
	assert_int_equal(world_temps(w, names, 4), 1);
	assert_string_equal(names[0], strrchr(a->record.temp, '/') + 1);
	world_finish(w, a, true);
	world_finish(w, b, true);
	assert_int_equal(world_temps(w, names, 4), 0);
	world_expect_seen(w, 1);
}

static void create_once(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ledger *a = world_upload(w), *b = world_upload(w);
	char names[4][64];
	world_until(w, a, LEDGER_CLAIM);
	world_until(w, b, LEDGER_CLAIM);
	assert_int_equal(world_temps(w, names, 4), 2);
	assert_int_equal(world_step(w, b, &e), 0);
	assert_int_equal(b->step, LEDGER_READ);
	assert_int_equal(world_step(w, a, &e), 0);
	assert_int_equal(a->step, LEDGER_DISCARD);
	world_until(w, a, LEDGER_OPEN);
	world_until(w, b, LEDGER_OPEN);
	assert_string_equal(a->record.temp, b->record.temp);
	assert_int_equal(world_temps(w, names, 4), 1);
	world_finish(w, a, true);
	world_finish(w, b, true);
	world_expect_seen(w, 1);
}

static void own_name(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w);
	char seen[8][64];
	for (size_t i = 0; i < 8; i++) {
		world_until(w, a, LEDGER_OPEN);
		memcpy(seen[i], a->record.temp, sizeof seen[i]);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(seen[i], seen[j]);
		world_delete_temps(w);
		world_until(w, a, LEDGER_GONE);
	}
	world_finish(w, a, true);
	world_expect_seen(w, 1);
}

static void same_bytes(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ledger *a = world_upload(w), *b = world_upload(w), *c = world_upload(w);
	world_until(w, a, LEDGER_WRITE);
	world_until(w, b, LEDGER_WRITE);
	assert_int_equal(world_step(w, a, &e), 0);
	assert_int_equal(world_step(w, b, &e), 0);
	assert_int_equal(world_step(w, b, &e), 0);
	world_until(w, c, LEDGER_WRITE);
	world_finish(w, a, true);
	/* Late writes land in what the partner already sees: the same bytes at the same place. */
	assert_int_equal(world_step(w, b, &e), 0);
	assert_int_equal(world_step(w, c, &e), 0);
	world_look(w);
	world_finish(w, b, true);
	world_finish(w, c, true);
	world_expect_seen(w, 1);
}

static void other_bytes_for_the_same_file_are_refused(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_WRITE);
	struct ledger_task other = world_task(w, LEDGER_UPLOAD);
	other.sha256 = STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	world_fails(w, world_begin(w, &other), ERR_REJECT, "ledger_mismatch");
	other = world_task(w, LEDGER_UPLOAD);
	other.bytes++;
	world_fails(w, world_begin(w, &other), ERR_REJECT, "ledger_mismatch");
	other = world_task(w, LEDGER_UPLOAD);
	other.name = STR("out/other.csv");
	world_fails(w, world_begin(w, &other), ERR_REJECT, "ledger_mismatch");
	world_finish(w, a, true);
	world_expect_seen(w, 1);
}

static void no_truncate(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w), *b = world_upload(w);
	world_until(w, a, LEDGER_SYNC);
	world_until(w, b, LEDGER_WRITE);
	struct stat st;
	char path[WORLD_PATH];
	(void)snprintf(path, sizeof path, "%s/drop/%s", w->root, a->record.temp);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, strlen(WORLD_CONTENT));
	world_finish(w, a, true);
	world_finish(w, b, true);
	world_expect_seen(w, 1);
}

static void no_recreate(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w), *b = world_upload(w);
	char names[4][64];
	world_until(w, a, LEDGER_OPEN);
	world_until(w, b, LEDGER_COMMIT);
	world_until(w, b, LEDGER_VERIFY); /* committed */
	world_until(w, a, LEDGER_GONE);   /* would have to create it to write */
	assert_int_equal(world_temps(w, names, 4), 0);
	world_finish(w, a, true);
	world_finish(w, b, true);
	world_expect_seen(w, 1);
}

static void all_acked(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_WRITE);
	while (a->step != LEDGER_WRITTEN) {
		world_expect_phase(w, RECORD_OPEN);
		assert_int_equal(world_step(w, a, &e), 0);
	}
	assert_int_equal(a->offset, strlen(WORLD_CONTENT));
	assert_int_equal(world_step(w, a, &e), 0);
	world_expect_phase(w, RECORD_WRITTEN);
	world_finish(w, a, true);
}

static void written_first(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_COMMIT);
	world_expect_phase(w, RECORD_WRITTEN);
	world_expect_seen(w, 0);
	world_finish(w, a, true);
	world_expect_seen(w, 1);
}

static void written_compare(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w), *b = world_upload(w);
	/* The temporary vanished and was renewed under a zombie's feet. */
	world_until(w, a, LEDGER_WRITTEN);
	world_delete_temps(w);
	world_until(w, b, LEDGER_SYNC);
	assert_string_not_equal(a->record.temp, b->record.temp);
	world_until(w, a, LEDGER_READ);
	world_expect_phase(w, RECORD_OPEN);
	world_finish(w, b, true);
	world_finish(w, a, true);
	world_expect_seen(w, 1);
	/* And it was closed. */
	world_next_file(w, 1);
	a = world_upload(w);
	world_until(w, a, LEDGER_WRITTEN);
	world_finish(w, world_settle(w), false);
	world_fails(w, a, ERR_REJECT, "closed");
	world_expect_seen(w, 0);
}

static void consume(void **state)
{
	struct world *w = *state;
	struct ledger *a = world_upload(w), *b = world_upload(w);
	world_until(w, a, LEDGER_COMMIT);
	world_until(w, b, LEDGER_COMMIT);
	world_until(w, a, LEDGER_VERIFY);
	world_take(w); /* the name is free again */
	world_finish(w, b, true);
	world_finish(w, a, true);
	world_finish(w, world_upload(w), true);
	world_expect_seen(w, 1);
	struct record r;
	assert_true(world_record(w, &r));
	assert_string_equal(r.verified, "gone_after_commit");
}

static void uncertain(void **state)
{
	struct world *w = *state;
	w->others_may_delete = true;
	struct ledger *a = world_upload(w);
	world_until(w, a, LEDGER_COMMIT);
	world_delete_temps(w);
	world_fails(w, a, ERR_REJECT, "uncertain");
	world_fails(w, world_upload(w), ERR_REJECT, "uncertain");
	world_fails(w, world_settle(w), ERR_REJECT, "uncertain");
	world_expect_phase(w, RECORD_WRITTEN);
	/* Committed and died: the file itself is proof, until it is taken away. */
	world_next_file(w, 1);
	a = world_upload(w);
	world_until(w, a, LEDGER_VERIFY);
	ledger_free(a);
	a = world_upload(w);
	world_until(w, a, LEDGER_DOUBT);
	world_until(w, a, LEDGER_VERIFY);
	ledger_free(a);
	world_take(w);
	world_fails(w, world_upload(w), ERR_REJECT, "uncertain");
}

static void renew(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ledger *a = world_upload(w), *b = world_upload(w);
	world_until(w, a, LEDGER_OPEN);
	world_until(w, b, LEDGER_OPEN);
	world_delete_temps(w);
	world_until(w, a, LEDGER_CLAIM);
	world_until(w, b, LEDGER_CLAIM);
	assert_int_equal(world_step(w, a, &e), 0);
	assert_int_equal(a->step, LEDGER_READ);
	assert_int_equal(world_step(w, b, &e), 0);
	assert_int_equal(b->step, LEDGER_DISCARD);
	world_finish(w, b, true);
	world_finish(w, a, true);
	world_expect_seen(w, 1);
	/* Written into, and gone before it was durable. */
	world_next_file(w, 1);
	a = world_upload(w);
	world_until(w, a, LEDGER_SYNC);
	world_delete_temps(w);
	world_until(w, a, LEDGER_GONE);
	world_finish(w, a, true);
	world_expect_seen(w, 1);
}

static void settle_closes(void **state)
{
	struct world *w = *state;
	static const enum ledger_step stops[] = {
	        LEDGER_READ, LEDGER_OPEN, LEDGER_WRITE, LEDGER_SYNC, LEDGER_WRITTEN};
	for (int i = 0; i < 5; i++) {
		char names[4][64];
		world_next_file(w, i);
		struct ledger *a = world_upload(w);
		if (i > 0)
			world_until(w, a, stops[i]);
		world_finish(w, world_settle(w), false);
		assert_int_equal(world_temps(w, names, 4), 0);
		world_fails(w, a, ERR_REJECT, "closed");
		world_fails(w, world_upload(w), ERR_REJECT, "closed");
		world_finish(w, world_settle(w), false);
		world_expect_phase(w, RECORD_CLOSED);
		world_expect_seen(w, 0);
		world_delete_temps(w);
	}
}

static void settle_creates(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ledger *a = world_upload(w), *s = world_settle(w);
	world_until(w, a, LEDGER_CLAIM);
	world_until(w, s, LEDGER_CLOSE);
	assert_int_equal(world_step(w, s, &e), 0);
	assert_int_equal(world_step(w, a, &e), 0);
	assert_int_equal(a->step, LEDGER_DISCARD);
	world_fails(w, a, ERR_REJECT, "closed");
	world_finish(w, s, false);
	char names[4][64];
	assert_int_equal(world_temps(w, names, 4), 0);
	/* The other way round: the claim came first, so settle reads again and closes it. */
	world_next_file(w, 1);
	a = world_upload(w);
	s = world_settle(w);
	world_until(w, a, LEDGER_CLAIM);
	world_until(w, s, LEDGER_CLOSE);
	assert_int_equal(world_step(w, a, &e), 0);
	assert_int_equal(world_step(w, s, &e), 0);
	assert_int_equal(s->step, LEDGER_READ);
	world_finish(w, s, false);
	world_fails(w, a, ERR_REJECT, "closed");
	world_expect_seen(w, 0);
}

static void settle_finishes(void **state)
{
	struct world *w = *state;
	struct err e;
	struct ledger *a = world_upload(w), *s = world_settle(w);
	world_until(w, a, LEDGER_COMMIT);
	world_until(w, s, LEDGER_COMMIT);
	world_finish(w, s, true);
	world_expect_seen(w, 1);
	world_take(w);
	world_finish(w, a, true);
	world_finish(w, world_settle(w), true);
	world_expect_seen(w, 1);
	/* Settle had read `open`, and `written` came first. */
	world_next_file(w, 1);
	a = world_upload(w);
	s = world_settle(w);
	world_until(w, a, LEDGER_WRITTEN);
	world_until(w, s, LEDGER_CLOSE);
	assert_int_equal(world_step(w, a, &e), 0);
	assert_int_equal(world_step(w, s, &e), 0);
	assert_int_equal(s->step, LEDGER_READ);
	ledger_free(a);
	world_finish(w, s, true);
	world_expect_seen(w, 1);
}

/* An attempt dies before each step in turn; the next one ends the matter, and the file was seen
 * once. */
static void a_death_at_any_step_is_made_good(void **state)
{
	struct world *w = *state;
	int number = 0;
	for (int partner = 0; partner < 2; partner++)
		for (int steps = 0;; steps++) {
			struct err e;
			world_next_file(w, ++number);
			struct ledger *a = world_upload(w);
			for (int i = 0; i < steps && a->step != LEDGER_DONE; i++)
				assert_int_equal(world_step(w, a, &e), 0);
			bool is_over = a->step == LEDGER_DONE;
			ledger_free(a);
			if (partner)
				world_take(w);
			world_finish(w, world_upload(w), true);
			world_expect_seen(w, 1);
			if (is_over)
				break;
		}
}

/* A dies before each of its steps, then settle dies before each of its own, then settle is done
 * again. */
static void settle_is_true_after_deaths_at_any_steps(void **state)
{
	struct world *w = *state;
	int number = 0;
	bool is_upload_over = false;
	for (int i = 0; !is_upload_over; i++)
		for (int j = 0, is_settle_over = 0; !is_settle_over; j++) {
			struct err e;
			world_next_file(w, ++number);
			struct ledger *a = world_upload(w), *s = world_settle(w);
			for (int k = 0; k < i && a->step != LEDGER_DONE; k++)
				assert_int_equal(world_step(w, a, &e), 0);
			for (int k = 0; k < j && s->step != LEDGER_DONE; k++)
				assert_int_equal(world_step(w, s, &e), 0);
			is_upload_over = a->step == LEDGER_DONE;
			is_settle_over = s->step == LEDGER_DONE;
			ledger_free(s);
			struct ledger *again = world_settle(w);
			assert_int_equal(world_run(w, again, &e), 0);
			int seen = again->is_visible ? 1 : 0;
			world_expect_seen(w, seen);
			ledger_free(again);
			/* The zombie goes on. */
			if (seen)
				world_finish(w, a, true);
			else
				world_fails(w, a, ERR_REJECT, "closed");
			world_expect_seen(w, seen);
		}
}

static void a_repeated_task_gives_the_same_receipt_from_the_ledger_alone(void **state)
{
	struct world *w = *state;
	world_finish(w, world_upload(w), true);
	struct record first, again;
	assert_true(world_record(w, &first));
	int drops = w->drops_opened, reads = w->reads;
	world_take(w);
	struct ledger_task later = world_task(w, LEDGER_UPLOAD);
	later.now_ms = 5000;
	world_finish(w, world_begin(w, &later), true);
	assert_true(world_record(w, &again));
	assert_memory_equal(&first, &again, sizeof first);
	assert_int_equal(first.committed_at_ms, WORLD_MS);
	assert_int_equal(w->drops_opened, drops);
	assert_int_equal(w->reads, reads);
	assert_string_equal(first.sha256, w->sha256);
	assert_int_equal(first.bytes, strlen(WORLD_CONTENT));
	assert_int_equal(first.rows, 2);
	assert_string_equal(first.md5, "95f4fb96482b97d5f2fb472598252ea2");
	assert_string_equal(first.crc32c, "09b73ff3");
	assert_string_equal(first.guarantee, "rename_noreplace");
	assert_string_equal(first.verified, "size_sha256");
}

static struct record uploaded_with_md5(struct world *w, const char *md5)
{
	struct record found;
	struct ledger_task task = world_task(w, LEDGER_UPLOAD);
	task.md5 = str_c(md5);
	world_finish(w, world_begin(w, &task), true);
	assert_true(world_record(w, &found));
	return found;
}

static void an_md5_that_the_task_knows_is_recorded(void **state)
{
	static const char known[] = "00112233445566778899aabbccddeeff";
	struct record found = uploaded_with_md5(*state, known);
	assert_string_equal(found.md5, known);
}

static void an_md5_that_is_none_is_computed(void **state)
{
	struct record found = uploaded_with_md5(*state, "00112233445566778899aabbccddeef");
	assert_string_equal(found.md5, "95f4fb96482b97d5f2fb472598252ea2");
}

static void two_attempts_give_one_receipt(void **state)
{
	struct world *w = *state;
	struct ledger_task later = world_task(w, LEDGER_UPLOAD);
	later.now_ms = 5000;
	struct ledger *a = world_upload(w), *b = world_begin(w, &later);
	struct err e;
	world_until(w, a, LEDGER_MARK);
	world_until(w, b, LEDGER_MARK);
	assert_int_equal(world_run(w, b, &e), 0);
	assert_int_equal(world_run(w, a, &e), 0);
	assert_memory_equal(&a->record, &b->record, sizeof a->record);
	assert_int_equal(a->record.committed_at_ms, 5000);
	ledger_free(a);
	ledger_free(b);
	world_expect_seen(w, 1);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
	        IN_WORLD(one_temporary),
	        IN_WORLD(create_once),
	        IN_WORLD(own_name),
	        IN_WORLD(same_bytes),
	        IN_WORLD(other_bytes_for_the_same_file_are_refused),
	        IN_WORLD(no_truncate),
	        IN_WORLD(no_recreate),
	        IN_WORLD(all_acked),
	        IN_WORLD(written_first),
	        IN_WORLD(written_compare),
	        IN_WORLD(consume),
	        IN_WORLD(uncertain),
	        IN_WORLD(renew),
	        IN_WORLD(settle_closes),
	        IN_WORLD(settle_creates),
	        IN_WORLD(settle_finishes),
	        IN_WORLD(a_death_at_any_step_is_made_good),
	        IN_WORLD(settle_is_true_after_deaths_at_any_steps),
	        IN_WORLD(a_repeated_task_gives_the_same_receipt_from_the_ledger_alone),
	        IN_WORLD(an_md5_that_the_task_knows_is_recorded),
	        IN_WORLD(an_md5_that_is_none_is_computed),
	        IN_WORLD(two_attempts_give_one_receipt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
