/* SPDX-License-Identifier: Apache-2.0
 * The ledger over a drop that fails at its n-th call, for every n, with the request lost or the
 * answer: the file is there once and whole, or not at all, and a retry succeeds. */
#include "fake_drop.h"
#include "ledger_world.h"

enum { CALLS_MAX = 40 };

struct fake_world {
	struct world *w;
	struct fake_place *place;
};

static int open_fake(void *arg, struct drop **out, char place[DROP_IDENTITY_BYTES], struct err *e)
{
	const struct fake_world *f = arg;
	struct drop *d = fake_drop_at(f->place);
	if (drop_mark(d, place, e) != 0) {
		drop_close(d);
		return e->act;
	}
	*out = d;
	return 0;
}

static int read_fake(void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	return world_read(((struct fake_world *)arg)->w, offset, p, n, out_n, e);
}

static bool is_old_fake(void *arg)
{
	return world_is_old(((struct fake_world *)arg)->w);
}

static int knows_fake(void *arg, bool *out, struct err *e)
{
	return world_knows_delivery(((struct fake_world *)arg)->w, out, e);
}

static int leave_fake(void *arg, const char *place, const char *temp, struct err *e)
{
	return world_leave(((struct fake_world *)arg)->w, place, temp, e);
}

/* 0 and *out_visible, or how it failed. */
static int attempt(
        struct fake_world *f, const struct ledger_task *task, bool *out_visible, struct err *e)
{
	struct ledger *l = NULL;
	const struct ledger_ports ports = {
	        .store = f->w->store,
	        .key = &f->w->key,
	        .arg = f,
	        .open_drop = open_fake,
	        .knows_delivery = knows_fake,
	        .is_old = is_old_fake,
	        .leave = leave_fake,
	        .read = read_fake,
	};
	assert_int_equal(ledger_new(task, &ports, &l, e), 0);
	int rc = ledger_run(l, e);
	if (rc == 0)
		*out_visible = l->is_visible;
	ledger_free(l);
	return rc;
}

static void is_once_and_whole(const struct fake_place *p)
{
	assert_int_equal(p->appeared, 1);
	assert_int_equal(p->file.n, strlen(WORLD_CONTENT));
	assert_memory_equal(p->file.bytes, WORLD_CONTENT, p->file.n);
}

/* One file, whose first attempt fails at the n-th call; true: there was such a call. */
static bool one(struct world *w, int n, bool is_after, bool takes_at_once, enum ledger_op second)
{
	struct err e;
	struct fake_place place = {
	        .fail_at = n, .is_after = is_after, .takes_at_once = takes_at_once};
	struct fake_world f = {w, &place};
	bool is_visible = false;
	static int number;
	world_next_file(w, 1000 + number++);
	const struct ledger_task upload = world_task(w, LEDGER_UPLOAD),
	                         again = world_task(w, second);
	int rc = attempt(&f, &upload, &is_visible, &e);
	bool has_failed = place.calls >= n;
	assert_true(place.appeared <= 1);
	if (rc != 0)
		assert_int_equal(rc, ERR_RETRY);
	place.fail_at = FAKE_NEVER;
	assert_int_equal(attempt(&f, &again, &is_visible, &e), 0);
	if (is_visible)
		is_once_and_whole(&place);
	else
		assert_int_equal(place.appeared, 0);
	assert_true(second == LEDGER_SETTLE || is_visible);
	for (int i = 0; i < FAKE_TEMPS; i++)
		assert_true(
		        !place.temps[i].is_there || is_after); /* an answer that was lost: nobody
		                                                      knows of what was created */
	return has_failed;
}

static void each_call(struct world *w, bool is_after, bool takes_at_once, enum ledger_op second)
{
	int n = 1;
	while (one(w, n, is_after, takes_at_once, second))
		assert_true(++n < CALLS_MAX);
	assert_true(n > 8); /* mark, create, open, three writes, sync, commit, look */
}

static void a_call_that_fails_is_made_up_for_by_a_retry(void **state)
{
	each_call(*state, false, false, LEDGER_UPLOAD);
	each_call(*state, false, true, LEDGER_UPLOAD);
}

static void an_answer_that_is_lost_is_made_up_for_by_a_retry(void **state)
{
	each_call(*state, true, false, LEDGER_UPLOAD);
	each_call(*state, true, true, LEDGER_UPLOAD);
}

static void settle_knows_what_became_of_it(void **state)
{
	each_call(*state, false, false, LEDGER_SETTLE);
	each_call(*state, true, false, LEDGER_SETTLE);
	each_call(*state, true, true, LEDGER_SETTLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(
	                a_call_that_fails_is_made_up_for_by_a_retry, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(an_answer_that_is_lost_is_made_up_for_by_a_retry,
	                world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(
	                settle_knows_what_became_of_it, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
