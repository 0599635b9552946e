/* SPDX-License-Identifier: Apache-2.0
 *
 * A drop in memory that fails at the n-th call, before it has done anything or after it has done all
 * of it: a request that was lost, or an answer that was. Its temporaries are no paths, so nobody can
 * take them for files: their handles are upload ids. */
#ifndef LONGSHORE_TESTS_FAKE_DROP_H
#define LONGSHORE_TESTS_FAKE_DROP_H

#include "../../common/store/drop_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAKE_TEMPS = 64, FAKE_BYTES = 64, FAKE_NEVER = 0 };

struct fake_temp {
	bool is_there, is_aside;
	char handle[80];
	char bytes[FAKE_BYTES];
	size_t n;
};

struct fake_place {
	struct fake_temp temps[FAKE_TEMPS];
	struct fake_temp file; /* the one name */
	int appeared;
	int calls, fail_at; /* FAKE_NEVER */
	bool is_after;      /* the call is done, and its answer is lost */
	bool takes_at_once; /* the partner */
};

struct fake_drop {
	struct drop base;
	struct fake_place *place;
};

struct fake_writer {
	struct drop_temp base;
	struct fake_place *place;
	char handle[80];
};

static inline int fake_lost(struct err *e)
{
	return err_set(e, ERR_RETRY, "drop_unavailable", "the fake fails now");
}

static inline bool fake_begin(struct fake_place *p)
{
	return ++p->calls == p->fail_at && !p->is_after;
}

static inline int fake_end(const struct fake_place *p, int rc, struct err *e)
{
	return p->calls == p->fail_at && p->is_after ? fake_lost(e) : rc;
}

static inline struct fake_place *fake_place_of(struct drop *d)
{
	return ((struct fake_drop *)d)->place;
}

static inline struct fake_temp *fake_find(struct fake_place *p, const char *handle)
{
	for (int i = 0; i < FAKE_TEMPS; i++)
		if (p->temps[i].is_there && strcmp(p->temps[i].handle, handle) == 0)
			return &p->temps[i];
	return NULL;
}

static void fake_close(struct drop *d)
{
	free(d);
}

static bool fake_is_handle(const char *handle)
{
	return strncmp(handle, "upload id=", 10) == 0;
}

static int fake_probe(struct drop *d, struct err *e)
{
	(void)d, (void)e;
	return 0;
}

static int fake_mark(struct drop *d, char *out, struct err *e)
{
	struct fake_place *p = fake_place_of(d);
	if (fake_begin(p))
		return fake_lost(e);
	memcpy(out, "0123456789abcdef0123456789abcdef", DROP_IDENTITY_BYTES);
	return fake_end(p, 0, e);
}

static int fake_create(
        struct drop *d, const char *token, const char *name, struct drop_handle *out, struct err *e)
{
	struct fake_place *p = fake_place_of(d);
	(void)name;
	if (fake_begin(p))
		return fake_lost(e);
	struct fake_temp *t = p->temps;
	while (t->is_there)
		t++; /* there is room for all that a test makes */
	(void)snprintf(t->handle, sizeof t->handle, "upload id=%s", token);
	t->is_there = true;
	t->is_aside = false;
	t->n = 0;
	(void)snprintf(out->text, sizeof out->text, "%s", t->handle);
	return fake_end(p, 0, e);
}

static int fake_open_temp(struct drop *d, const char *temp, struct drop_temp **out, struct err *e)
{
	struct fake_place *p = fake_place_of(d);
	if (fake_begin(p))
		return fake_lost(e);
	if (fake_find(p, temp) == NULL || fake_find(p, temp)->is_aside)
		return err_set(e, ERR_REJECT, "gone", "it is not there");
	int rc = fake_end(p, 0, e);
	if (rc != 0)
		return rc;
	struct fake_writer *w = calloc(1, sizeof *w);
	w->place = p;
	(void)snprintf(w->handle, sizeof w->handle, "%s", temp);
	*out = &w->base;
	return 0;
}

static int fake_write(
        struct drop_temp *temp, int64_t offset, const void *bytes, size_t n, struct err *e)
{
	struct fake_writer *w = (struct fake_writer *)temp;
	struct fake_temp *t = fake_find(w->place, w->handle);
	if (fake_begin(w->place))
		return fake_lost(e);
	if (t != NULL) {
		memcpy(t->bytes + offset, bytes, n);
		t->n = (size_t)offset + n > t->n ? (size_t)offset + n : t->n;
	}
	return fake_end(w->place, 0, e);
}

static int fake_sync(struct drop_temp *temp, int64_t length, struct err *e)
{
	struct fake_writer *w = (struct fake_writer *)temp;
	const struct fake_temp *t = fake_find(w->place, w->handle);
	if (fake_begin(w->place))
		return fake_lost(e);
	int rc = t == NULL                 ? err_set(e, ERR_REJECT, "gone", "it is not there")
	         : (int64_t)t->n == length ? 0
	                                   : err_set(e, ERR_REJECT, "bad_length", "another length");
	return fake_end(w->place, rc, e);
}

static void fake_close_temp(struct drop_temp *temp)
{
	free(temp);
}

static int fake_remove(struct drop *d, const char *temp, struct err *e)
{
	struct fake_place *p = fake_place_of(d);
	if (fake_begin(p))
		return fake_lost(e);
	struct fake_temp *t = fake_find(p, temp);
	if (t != NULL)
		t->is_there = false;
	return fake_end(p, 0, e);
}

static int fake_aside(struct drop *d, const char *temp, enum drop_aside *out, struct err *e)
{
	struct fake_place *p = fake_place_of(d);
	if (fake_begin(p))
		return fake_lost(e);
	struct fake_temp *t = fake_find(p, temp);
	if (t != NULL)
		t->is_aside = true;
	*out = t != NULL ? DROP_ASIDE : DROP_ASIDE_GONE;
	return fake_end(p, 0, e);
}

static int fake_commit(
        struct drop *d, const char *temp, const char *name, enum drop_commit *out, struct err *e)
{
	struct fake_place *p = fake_place_of(d);
	struct fake_temp *t = fake_find(p, temp);
	(void)name;
	if (fake_begin(p))
		return fake_lost(e);
	if (t == NULL || t->is_aside) {
		*out = DROP_TEMP_GONE;
	} else if (p->file.is_there) {
		*out = DROP_NAME_TAKEN;
	} else {
		p->file = *t;
		p->file.is_there = !p->takes_at_once;
		p->appeared++;
		t->is_there = false;
		*out = DROP_COMMITTED;
	}
	return fake_end(p, 0, e);
}

static int fake_stat(struct drop *d, const char *name, struct drop_facts *out, struct err *e)
{
	struct fake_place *p = fake_place_of(d);
	(void)name;
	if (fake_begin(p))
		return fake_lost(e);
	memset(out, 0, sizeof *out);
	out->is_there = p->file.is_there;
	if (out->is_there) {
		out->bytes = (int64_t)p->file.n;
		sha256_hex(p->file.bytes, p->file.n, out->sha256);
	}
	return fake_end(p, 0, e);
}

static const struct drop_ops fake_ops = {
        .guarantee = "fake_commit",
        .traits = {.part_bytes = 5, .takes_any_order = true, .verifies = DROP_VERIFIES_READ_BACK},
        .close = fake_close,
        .is_handle = fake_is_handle,
        .probe = fake_probe,
        .identity = fake_mark,
        .mark = fake_mark,
        .temp_create = fake_create,
        .temp_open = fake_open_temp,
        .temp_write = fake_write,
        .temp_sync = fake_sync,
        .temp_close = fake_close_temp,
        .temp_remove = fake_remove,
        .set_aside = fake_aside,
        .commit = fake_commit,
        .stat = fake_stat,
};

static inline struct drop *fake_drop_at(struct fake_place *place)
{
	struct fake_drop *d = calloc(1, sizeof *d);
	d->base.ops = &fake_ops;
	d->base.guarantee = fake_ops.guarantee;
	d->place = place;
	return &d->base;
}

#endif
