/* SPDX-License-Identifier: Apache-2.0 */
#include "extsort.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RUN_BUFFER = 512 * 1024 };

struct run {
	int fd;
	int64_t offset; /* of the next byte to read from the file */
	char *buf;
	size_t at, n;    /* unread part of buf */
	struct str head; /* current entry; p NULL = run is over */
};

struct sorter {
	char *dir;
	size_t memory;
	sort_compare compare;
	char *bytes; /* entries, back to back */
	size_t used, cap;
	struct str *entries;
	size_t count, entries_cap;
	struct run *runs;
	size_t runs_count;
	struct run *given; /* whose head was handed out last */
	size_t next;       /* in memory only: next entry */
	bool sealed;
};

int sort_new(const char *spill_dir, size_t memory_bytes, sort_compare compare, struct sorter **out,
        struct err *e)
{
	struct sorter *s = calloc(1, sizeof(*s));
	if (s)
		s->dir = strdup(spill_dir);
	if (!s || !s->dir) {
		free(s);
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to sort");
	}
	s->memory = memory_bytes;
	s->compare = compare;
	*out = s;
	return 0;
}

void sort_free(struct sorter *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->runs_count; i++) {
		(void)close(s->runs[i].fd); /* unnamed: gone with its descriptor */
		free(s->runs[i].buf);
	}
	free(s->runs);
	free(s->entries);
	free(s->bytes);
	free(s->dir);
	free(s);
}

static int by_compare(const void *a, const void *b, void *arg)
{
	const struct sorter *s = arg;
	return s->compare(*(const struct str *)a, *(const struct str *)b);
}

static int write_all(int fd, const void *p, size_t n, struct err *e)
{
	for (size_t done = 0; done < n;) {
		ssize_t k = write(fd, (const char *)p + done, n - done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set_errno(e, "spill_failed", errno, "spill a sorted run");
		done += (size_t)k;
	}
	return 0;
}

static int open_unnamed(const char *dir, struct err *e, int *out)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set_errno(
		        e, "spill_failed", errno, "open an unnamed file in the cache directory");
	*out = fd;
	return 0;
}

/* Entries go out as length and bytes, through a buffer. */
static int write_run(struct sorter *s, int fd, struct err *e)
{
	char *out = malloc(RUN_BUFFER);
	size_t n = 0;
	int act = out ? 0 : err_set(e, ERR_FATAL, "out_of_memory", "no memory to spill");
	for (size_t i = 0; act == 0 && i < s->count; i++) {
		uint32_t length = (uint32_t)s->entries[i].n;
		if (n + sizeof(length) + length > RUN_BUFFER) {
			act = write_all(fd, out, n, e);
			n = 0;
		}
		memcpy(out + n, &length, sizeof(length));
		memcpy(out + n + sizeof(length), s->entries[i].p, length);
		n += sizeof(length) + length;
	}
	if (act == 0)
		act = write_all(fd, out, n, e);
	free(out);
	return act;
}

static int spill(struct sorter *s, struct err *e)
{
	if (s->count == 0)
		return 0;
	if (s->runs_count == SORT_RUNS_MAX)
		return err_set(e, ERR_REJECT, "too_large",
		        "more than %d sorted runs: raise the memory for sorting", SORT_RUNS_MAX);
	qsort_r(s->entries, s->count, sizeof(*s->entries), by_compare, s);
	struct run *runs = realloc(s->runs, (s->runs_count + 1) * sizeof(*runs));
	if (!runs)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to spill");
	s->runs = runs;
	int fd = -1;
	int act = open_unnamed(s->dir, e, &fd);
	if (act != 0)
		return act;
	act = write_run(s, fd, e);
	if (act != 0) {
		(void)close(fd);
		return act;
	}
	s->runs[s->runs_count++] = (struct run){.fd = fd};
	s->count = s->used = 0;
	return 0;
}

static int grow_entries(struct sorter *s, struct err *e)
{
	if (s->count < s->entries_cap)
		return 0;
	size_t cap = s->entries_cap ? s->entries_cap * 2 : 4096;
	struct str *bigger = realloc(s->entries, cap * sizeof(*bigger));
	if (!bigger)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to sort");
	s->entries = bigger;
	s->entries_cap = cap;
	return 0;
}

int sort_add(struct sorter *s, struct str entry, struct err *e)
{
	if (entry.n > SORT_ENTRY_MAX)
		return err_set(
		        e, ERR_REJECT, "too_large", "a row of more than %d bytes", SORT_ENTRY_MAX);
	if (!s->bytes) { /* one block that never moves, so entries can point into it */
		s->cap = s->memory > 2 * (size_t)SORT_ENTRY_MAX ? s->memory
		                                                : 2 * (size_t)SORT_ENTRY_MAX;
		s->bytes = malloc(s->cap);
		if (!s->bytes)
			return err_set(e, ERR_FATAL, "out_of_memory", "no memory to sort");
	}
	size_t index_bytes = s->count * sizeof(struct str);
	if (s->used + entry.n > s->cap || (s->used + index_bytes > s->memory && s->count > 0)) {
		int act = spill(s, e);
		if (act != 0)
			return act;
	}
	int act = grow_entries(s, e);
	if (act != 0)
		return act;
	memcpy(s->bytes + s->used, entry.p, entry.n);
	s->entries[s->count++] = str_bytes(s->bytes + s->used, entry.n);
	s->used += entry.n;
	return 0;
}

/* Makes n bytes available in the run's buffer, or tells that the run is over. */
static int fill(struct run *r, size_t n, bool *out_some, struct err *e)
{
	if (r->n - r->at < n) {
		memmove(r->buf, r->buf + r->at, r->n - r->at);
		r->n -= r->at;
		r->at = 0;
	}
	while (r->n - r->at < n) {
		ssize_t k = pread(r->fd, r->buf + r->n, RUN_BUFFER - r->n, r->offset);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set_errno(e, "spill_failed", errno, "read a sorted run");
		if (k == 0) {
			*out_some = false;
			return r->n == r->at ? 0
			                     : err_set(e, ERR_RETRY, "spill_failed",
			                               "a sorted run is cut off");
		}
		r->n += (size_t)k;
		r->offset += k;
	}
	*out_some = true;
	return 0;
}

static int advance(struct run *r, struct err *e)
{
	bool some = false;
	uint32_t length = 0;
	int act = fill(r, sizeof(length), &some, e);
	if (act != 0)
		return act;
	if (!some) {
		r->head = (struct str){NULL, 0};
		return 0;
	}
	memcpy(&length, r->buf + r->at, sizeof(length));
	act = fill(r, sizeof(length) + length, &some, e);
	if (act != 0)
		return act;
	r->head = str_bytes(r->buf + r->at + sizeof(length), length);
	r->at += sizeof(length) + length;
	return 0;
}

int sort_seal(struct sorter *s, struct err *e)
{
	s->sealed = true;
	if (s->runs_count == 0) {
		if (s->count > 0)
			qsort_r(s->entries, s->count, sizeof(*s->entries), by_compare, s);
		return 0;
	}
	int act = spill(s, e);
	free(s->bytes);
	s->bytes = NULL;
	for (size_t i = 0; act == 0 && i < s->runs_count; i++) {
		s->runs[i].buf = malloc(RUN_BUFFER);
		act = s->runs[i].buf ? advance(&s->runs[i], e)
		                     : err_set(e, ERR_FATAL, "out_of_memory", "no memory to merge");
	}
	return act;
}

int sort_next(struct sorter *s, struct str *out, bool *out_some, struct err *e)
{
	if (s->runs_count == 0) {
		*out_some = s->next < s->count;
		if (*out_some)
			*out = s->entries[s->next++];
		return 0;
	}
	if (s->given) { /* only now may its buffer move */
		int act = advance(s->given, e);
		s->given = NULL;
		if (act != 0)
			return act;
	}
	struct run *least = NULL;
	for (size_t i = 0; i < s->runs_count; i++) {
		struct run *r = &s->runs[i];
		if (r->head.p && (!least || s->compare(r->head, least->head) < 0))
			least = r;
	}
	*out_some = least != NULL;
	if (least) {
		*out = least->head;
		s->given = least;
	}
	return 0;
}
