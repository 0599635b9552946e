/* SPDX-License-Identifier: Apache-2.0
 *
 * A small real world for the ledger: staging and a drop on a file system in memory, a file of two
 * parts, a partner who takes files away, and somebody who deletes temporaries. It shares no code
 * with what it watches: it looks at the directories itself. */
#ifndef LONGSHORE_TESTS_LEDGER_WORLD_H
#define LONGSHORE_TESTS_LEDGER_WORLD_H

#include "folder.h"

#include "ledger.h"
#include "leftover.h"
#include "longshore/place.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define WORLD_CONTENT \
	"first" \
	"secon" \
	"d"

enum { WORLD_PART = 5, WORLD_PATH = 256, WORLD_MS = 1000 };

struct world {
	char root[64];
	char drop_url[80];
	struct store *store;
	struct secret key;
	struct leftovers leftovers;
	char delivery_id[33];
	char file_id[32];
	char name[32];
	char sha256[SHA256_HEX];
	const char *content;
	bool others_may_delete;
	bool is_staging_lost;
	bool is_old; /* every attempt that there is */
	int drops_opened;
	int reads;
	/* what was seen at the destination */
	int appeared;
	bool was_there;
	bool was_wrong; /* it was partial, or other bytes */
};

static inline const char *world_path(const struct world *w, const char *below)
{
	static char path[2][WORLD_PATH];
	static int turn;
	turn = !turn;
	(void)snprintf(path[turn], sizeof path[turn], "%s/%s", w->root, below);
	return path[turn];
}

/* Another file of the same world: ids, name and what was seen start over. */
static inline void world_next_file(struct world *w, int number)
{
	(void)snprintf(w->file_id, sizeof w->file_id, "file%d", number);
	(void)snprintf(w->name, sizeof w->name, "out/%d.csv", number);
	w->appeared = 0;
	w->was_there = w->was_wrong = false;
}

static inline int world_setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct err e;
	char url[80];
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	(void)snprintf(w->root, sizeof w->root, "%s/longshore-ledger-XXXXXX", base);
	if (mkdtemp(w->root) == NULL || mkdir(world_path(w, "drop"), 0700) != 0)
		return -1;
	(void)snprintf(url, sizeof url, "file://%s/staging", w->root);
	(void)snprintf(w->drop_url, sizeof w->drop_url, "file://%s/drop", w->root);
	w->content = WORLD_CONTENT;
	sha256_hex(w->content, strlen(w->content), w->sha256);
	w->key.bytes[0] = 7;
	world_next_file(w, 0);
	(void)snprintf(w->delivery_id, sizeof w->delivery_id, "delivery");
	*state = w;
	if (store_open(PLACE_AT(url), &w->store, &e) != 0)
		return -1;
	w->leftovers = (struct leftovers){.staging = w->store, .key.bytes[0] = 8};
	return 0;
}

static inline int world_teardown(void **state)
{
	struct world *w = *state;
	store_close(w->store);
	int rc = folder_remove(w->root);
	free(w);
	return rc;
}

/* As place_open() does it for a place that nothing is remembered of. */
static inline int world_open_drop(
        void *arg, struct drop **out, char place[DROP_IDENTITY_BYTES], struct err *e)
{
	struct world *w = arg;
	struct drop *drop = NULL;
	w->drops_opened++;
	if (drop_open(PLACE_AT(w->drop_url), &drop, e) != 0)
		return e->act;
	if (drop_mark(drop, place, e) != 0) {
		drop_close(drop);
		return e->act;
	}
	*out = drop;
	return 0;
}

static inline int world_knows_delivery(void *arg, bool *out, struct err *e)
{
	(void)e;
	*out = !((struct world *)arg)->is_staging_lost;
	return 0;
}

static inline bool world_is_old(void *arg)
{
	return ((struct world *)arg)->is_old;
}

static inline int world_leave(void *arg, const char *place, const char *temp, struct err *e)
{
	struct world *w = arg;
	const struct leftover what = {.url = str_c(w->drop_url), .place = place, .temp = temp};
	return leftover_note(&w->leftovers, &what, e);
}

static inline int world_read(
        void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	struct world *w = arg;
	(void)e;
	size_t total = strlen(w->content);
	size_t there = (size_t)offset < total ? total - (size_t)offset : 0;
	size_t take = there < WORLD_PART ? there : WORLD_PART;
	assert_true(take <= n);
	memcpy(p, w->content + offset, take);
	w->reads++;
	*out_n = take;
	return 0;
}

static inline struct ledger_task world_task(const struct world *w, enum ledger_op op)
{
	struct ledger_task task = {
	        .op = op,
	        .task_id = op == LEDGER_UPLOAD ? STR("task-upload") : STR("task-settle"),
	        .delivery_id = str_c(w->delivery_id),
	        .file_id = str_c(w->file_id),
	        .name = str_c(w->name),
	        .role = STR("part"),
	        .others_may_delete = w->others_may_delete,
	        .now_ms = WORLD_MS,
	};
	if (op == LEDGER_UPLOAD) {
		task.sha256 = str_c(w->sha256);
		task.bytes = (int64_t)strlen(WORLD_CONTENT);
		task.rows = 2;
		task.plain_sha256 = STR("plain");
	}
	return task;
}

static inline struct ledger *world_begin(struct world *w, const struct ledger_task *task)
{
	struct err e;
	struct ledger *l = NULL;
	const struct ledger_ports ports = {
	        .store = w->store,
	        .key = &w->key,
	        .arg = w,
	        .open_drop = world_open_drop,
	        .knows_delivery = world_knows_delivery,
	        .is_old = world_is_old,
	        .leave = world_leave,
	        .read = world_read,
	};
	assert_int_equal(ledger_new(task, &ports, &l, &e), 0);
	return l;
}

static inline struct ledger *world_upload(struct world *w)
{
	const struct ledger_task task = world_task(w, LEDGER_UPLOAD);
	return world_begin(w, &task);
}

static inline struct ledger *world_settle(struct world *w)
{
	const struct ledger_task task = world_task(w, LEDGER_SETTLE);
	return world_begin(w, &task);
}

/* The partner's view; called after every step, so no appearance is missed. */
static inline void world_look(struct world *w)
{
	char path[WORLD_PATH], text[64] = "";
	(void)snprintf(path, sizeof path, "%s/drop/%s", w->root, w->name);
	FILE *f = fopen(path, "r");
	bool is_there = f != NULL;
	if (f != NULL) {
		size_t n = fread(text, 1, sizeof text - 1, f);
		if (n != strlen(WORLD_CONTENT) || strcmp(text, WORLD_CONTENT) != 0)
			w->was_wrong = true;
		(void)fclose(f);
	}
	if (is_there && !w->was_there)
		w->appeared++;
	w->was_there = is_there;
}

static inline int world_step(struct world *w, struct ledger *l, struct err *e)
{
	int rc = ledger_step(l, e);
	world_look(w);
	return rc;
}

/* Steps until the next one is `until`. */
static inline void world_until(struct world *w, struct ledger *l, enum ledger_step until)
{
	struct err e;
	for (int i = 0; l->step != until; i++) {
		assert_true(i < 100);
		assert_int_equal(world_step(w, l, &e), 0);
	}
}

static inline int world_run(struct world *w, struct ledger *l, struct err *e)
{
	for (int i = 0; l->step != LEDGER_DONE; i++) {
		assert_true(i < 1000);
		if (world_step(w, l, e) != 0)
			return e->act;
	}
	return 0;
}

/* Runs to the end and wants the given answer. */
static inline void world_finish(struct world *w, struct ledger *l, bool is_visible)
{
	struct err e;
	int rc = world_run(w, l, &e);
	if (rc != 0)
		fail_msg("%s: %s", e.code, e.text);
	assert_int_equal(l->is_visible, is_visible);
	ledger_free(l);
}

static inline void world_fails(
        struct world *w, struct ledger *l, enum err_act act, const char *code)
{
	struct err e;
	assert_int_equal(world_run(w, l, &e), act);
	assert_string_equal(e.code, code);
	ledger_free(l);
}

static inline void world_take(struct world *w)
{
	char path[WORLD_PATH];
	(void)snprintf(path, sizeof path, "%s/drop/%s", w->root, w->name);
	(void)unlink(path);
	world_look(w);
}

static inline void world_put(struct world *w, const char *text)
{
	char path[WORLD_PATH];
	(void)mkdir(world_path(w, "drop/out"), 0700);
	(void)snprintf(path, sizeof path, "%s/drop/%s", w->root, w->name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Names of the temporaries that are there, at most `room`. */
static inline int world_temps(const struct world *w, char (*names)[64], int room)
{
	int count = 0;
	DIR *d = opendir(world_path(w, "drop/.longshore-tmp"));
	if (d == NULL)
		return 0;
	for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
		if (entry->d_name[0] == '.' || strcmp(entry->d_name, "identity") == 0)
			continue;
		if (count < room)
			(void)snprintf(names[count], sizeof names[count], "%.63s", entry->d_name);
		count++;
	}
	(void)closedir(d);
	return count;
}

static inline void world_delete_temp(const struct world *w, const char *name)
{
	char path[WORLD_PATH];
	(void)snprintf(path, sizeof path, "%s/drop/.longshore-tmp/%s", w->root, name);
	(void)unlink(path);
}

static inline void world_delete_temps(const struct world *w)
{
	char names[16][64];
	int n = world_temps(w, names, 16);
	assert_true(n <= 16);
	for (int i = 0; i < n; i++)
		world_delete_temp(w, names[i]);
}

/* What the record says now; false: there is none. */
static inline bool world_record(struct world *w, struct record *out)
{
	struct ledger *l = world_upload(w);
	struct arena mem;
	struct err e;
	struct str sealed;
	arena_init(&mem, 64 * 1024);
	bool is_there = store_get(w->store, str_c(l->object), RECORD_SEALED_MAX, &mem, &sealed,
	                        NULL, &e) == 0;
	if (is_there)
		assert_int_equal(
		        record_unseal(sealed, &w->key, str_c(l->object), &mem, out, &e), 0);
	arena_release(&mem);
	ledger_free(l);
	return is_there;
}

static inline void world_expect_phase(struct world *w, enum record_phase phase)
{
	struct record r;
	assert_true(world_record(w, &r));
	assert_string_equal(record_phase_name(r.phase), record_phase_name(phase));
}

static inline void world_expect_seen(const struct world *w, int times)
{
	assert_int_equal(w->appeared, times);
	assert_false(w->was_wrong);
}

#endif
