/* SPDX-License-Identifier: Apache-2.0
 * The ledger of a delivery that is over: one object, from which everything is still answered; and an
 * attempt that was stopped before the end never makes a file visible after it, nor after all is
 * forgotten. */
#include "ledger_world.h"

enum { FILES = 3 };

static struct book_place place_of(const struct world *w)
{
	return (struct book_place){w->store, &w->key, str_c(w->delivery_id)};
}

static int count(void *arg, struct str name, struct err *e)
{
	(void)name, (void)e;
	++*(int *)arg;
	return 0;
}

static int objects(const struct world *w)
{
	struct err e;
	int n = 0;
	assert_int_equal(store_list(w->store, STR("ledger/delivery"), count, &n, &e), 0);
	return n;
}

static int temps(const struct world *w)
{
	char names[16][64];
	return world_temps(w, names, 16);
}

static int64_t close_book(const struct world *w)
{
	struct err e;
	const struct book_place p = place_of(w);
	int64_t removed = 0;
	if (book_close(&p, &removed, &e) != 0)
		fail_msg("%s: %s", e.code, e.text);
	return removed;
}

static int64_t remove_book(const struct world *w)
{
	struct err e;
	const struct book_place p = place_of(w);
	int64_t removed = 0;
	if (book_remove(&p, &removed, &e) != 0)
		fail_msg("%s: %s", e.code, e.text);
	return removed;
}

static void from_the_book_all_is_answered_as_before(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < FILES; i++) {
		world_next_file(w, i);
		world_finish(w, world_upload(w), true);
	}
	world_next_file(w, FILES);
	world_finish(w, world_settle(w), false);
	assert_int_equal(objects(w), FILES + 1);
	assert_int_equal(close_book(w), FILES + 1);
	assert_int_equal(objects(w), 1);
	assert_int_equal(close_book(w), 0);
	int opened = w->drops_opened;
	for (int i = 0; i < FILES; i++) {
		world_next_file(w, i);
		struct ledger *l = world_upload(w);
		struct err e;
		assert_int_equal(world_run(w, l, &e), 0);
		assert_true(l->is_visible);
		assert_string_equal(l->record.guarantee, "rename_noreplace");
		assert_string_equal(l->record.sha256, w->sha256);
		assert_int_equal(l->record.committed_at_ms, WORLD_MS);
		ledger_free(l);
		world_finish(w, world_settle(w), true);
	}
	world_next_file(w, FILES);
	world_finish(w, world_settle(w), false);
	world_fails(w, world_upload(w), ERR_REJECT, "closed");
	assert_int_equal(w->drops_opened, opened);
	assert_int_equal(objects(w), 1);
}

static void a_file_that_the_book_does_not_name_is_closed(void **state)
{
	struct world *w = *state;
	world_finish(w, world_upload(w), true);
	(void)close_book(w);
	world_next_file(w, 1);
	world_fails(w, world_upload(w), ERR_REJECT, "closed");
	world_finish(w, world_settle(w), false);
	world_expect_seen(w, 0);
	assert_int_equal(temps(w), 0);
	assert_int_equal(objects(w), 1);
}

static void what_is_not_settled_is_left_as_it_is(void **state)
{
	struct world *w = *state;
	static const enum ledger_step stops[] = {LEDGER_WRITE, LEDGER_COMMIT};
	const struct book_place p = place_of(w);
	world_finish(w, world_upload(w), true);
	for (int i = 0; i < 2; i++) {
		struct err e;
		int64_t removed = 0;
		world_next_file(w, i + 1);
		struct ledger *l = world_upload(w);
		world_until(w, l, stops[i]);
		assert_int_equal(book_close(&p, &removed, &e), ERR_REJECT);
		assert_string_equal(e.code, "uncertain");
		assert_int_equal(removed, 0);
		assert_int_equal(book_remove(&p, &removed, &e), ERR_REJECT);
		assert_int_equal(removed, 0);
		assert_int_equal(objects(w), i + 2);
		world_finish(w, l, true);
		world_expect_seen(w, 1);
	}
	assert_int_equal(close_book(w), 3);
}

static void without_records_there_is_no_book(void **state)
{
	struct world *w = *state;
	struct err e;
	assert_int_equal(close_book(w), 0);
	assert_int_equal(objects(w), 0);
	assert_int_equal(
	        store_put_once(w->store, STR("ledger/delivery/t.result"), STR("x"), &e), 0);
	assert_int_equal(close_book(w), 0);
	assert_int_equal(objects(w), 1);
	assert_int_equal(remove_book(w), 1);
	assert_int_equal(objects(w), 0);
}

static void no_record_goes_before_the_book_is_there(void **state)
{
	struct world *w = *state;
	struct err e;
	const struct book_place p = place_of(w);
	int64_t removed = 0;
	world_finish(w, world_upload(w), true);
	assert_int_equal(mkdir(world_path(w, "staging/ledger/de/delivery.book"), 0700), 0);
	assert_int_not_equal(book_close(&p, &removed, &e), 0);
	assert_int_equal(removed, 0);
	assert_int_equal(objects(w), 1);
	assert_int_equal(rmdir(world_path(w, "staging/ledger/de/delivery.book")), 0);
	assert_int_equal(close_book(w), 1);
}

/* Who died between book and records: the next one removes what is left. */
static void a_record_beside_the_book_counts_no_more(void **state)
{
	struct world *w = *state;
	struct ledger *z = world_upload(w);
	world_until(w, z, LEDGER_CLAIM);
	world_finish(w, world_settle(w), false);
	(void)close_book(w);
	struct err e;
	assert_int_equal(
	        world_step(w, z, &e), 0); /* claims a record where there is none any more */
	assert_int_equal(objects(w), 2);
	struct ledger *other = world_upload(w);
	world_fails(w, other, ERR_REJECT, "closed");
	world_fails(w, z, ERR_REJECT, "closed");
	assert_int_equal(temps(w), 0);
	assert_int_equal(close_book(w), 1);
	assert_int_equal(objects(w), 1);
}

static const enum ledger_step zombies[] = {LEDGER_READ, LEDGER_TEMP, LEDGER_CLAIM, LEDGER_OPEN,
        LEDGER_WRITE, LEDGER_SYNC, LEDGER_WRITTEN, LEDGER_COMMIT, LEDGER_VERIFY, LEDGER_MARK};
enum { ZOMBIES = sizeof zombies / sizeof zombies[0] };

/* The delivery ends in each way that it can while a zombie stands at each step; the partner takes the
 * file away, and the zombie goes on. */
static void after_the_end(struct world *w, bool is_forgotten)
{
	for (int i = 0; i < 2 * ZOMBIES; i++) {
		struct err e;
		bool is_settled = i >= ZOMBIES;
		world_next_file(w, i);
		(void)snprintf(w->delivery_id, sizeof w->delivery_id, "delivery%d", i);
		struct ledger *z = world_upload(w);
		world_until(w, z, zombies[i % ZOMBIES]);
		if (is_settled) {
			struct ledger *s = world_settle(w);
			assert_int_equal(world_run(w, s, &e), 0);
			ledger_free(s);
		} else {
			world_finish(w, world_upload(w), true);
		}
		int appeared = w->appeared;
		world_take(w);
		(void)close_book(w);
		if (is_forgotten) {
			(void)remove_book(w);
			w->is_old = true;
		}
		int rc = world_run(w, z, &e);
		if (rc != 0)
			assert_string_equal(e.code, is_forgotten ? "too_old" : "closed");
		assert_true(rc == 0 || is_forgotten || is_settled);
		assert_true(rc != 0 || (z->is_visible && appeared == 1));
		assert_int_equal(w->appeared, appeared);
		assert_false(w->was_wrong);
		ledger_free(z);
		if (!is_forgotten)
			assert_int_equal(temps(w), 0);
		w->is_old = false;
		world_delete_temps(w);
	}
}

static void who_goes_on_after_the_end_finds_it(void **state)
{
	after_the_end(*state, false);
}

static void who_goes_on_after_all_is_forgotten_goes_no_further(void **state)
{
	after_the_end(*state, true);
}

static void a_broken_book_answers_nothing(void **state)
{
	struct world *w = *state;
	world_finish(w, world_upload(w), true);
	(void)close_book(w);
	FILE *f = fopen(world_path(w, "staging/ledger/de/delivery.book"), "r+b");
	assert_non_null(f);
	assert_int_equal(fseek(f, 100, SEEK_SET), 0);
	assert_int_not_equal(fputc('x', f), EOF);
	assert_int_not_equal(fputc('y', f), EOF);
	assert_int_equal(fclose(f), 0);
	world_fails(w, world_upload(w), ERR_REJECT, "corrupt");
	world_fails(w, world_settle(w), ERR_REJECT, "corrupt");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        CASE(from_the_book_all_is_answered_as_before),
	        CASE(a_file_that_the_book_does_not_name_is_closed),
	        CASE(what_is_not_settled_is_left_as_it_is),
	        CASE(without_records_there_is_no_book),
	        CASE(no_record_goes_before_the_book_is_there),
	        CASE(a_record_beside_the_book_counts_no_more),
	        CASE(who_goes_on_after_the_end_finds_it),
	        CASE(who_goes_on_after_all_is_forgotten_goes_no_further),
	        CASE(a_broken_book_answers_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
