/* SPDX-License-Identifier: Apache-2.0
 *
 * In the file, an entry is its length (4 bytes) and its bytes. The merge keeps the runs in a heap
 * ordered by their current entries.
 */
#include "sort_runs.h"

#include "longshore/hex.h"
#include "longshore/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LENGTH_BYTES = 4 };

struct run {
	int64_t offset, end; /* in the file: next byte to read, and end of the run */
	char *buf;
	size_t at, n;    /* unread part of buf */
	struct str head; /* current entry */
};

struct runs {
	int fd;
	int64_t size;
	struct run *list;
	size_t count, cap;
	char *out; /* buffer of the run being written */
	size_t out_n;
	size_t buffer_bytes; /* per run while merging */
	struct run **heap;   /* smallest head first */
	size_t heap_count;
	bool given; /* the head of heap[0] was returned to the caller */
};

/* A problem of this machine, as in cache_files.c. */
static int failed(struct err *e, int errnum, const char *step)
{
	return err_set_native(e, errnum == ENOMEM ? ERR_FATAL : ERR_RETRY, CODE_SPILL_FAILED,
	        "posix", errnum, "%s: %s", step, strerror(errnum));
}

/* Opens a file without a name. It disappears with its descriptor, even if the process is killed. */
static int open_unnamed(const char *dir, int *out, struct err *e)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) { /* no O_TMPFILE there */
		unsigned char drawn[16];
		char name[2 * sizeof(drawn) + 1], path[4096];
		random_bytes(drawn, sizeof(drawn));
		hex_encode(drawn, sizeof(drawn), name);
		if (snprintf(path, sizeof(path), "%s/%s", dir, name) < (int)sizeof(path))
			fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0)
			(void)unlink(path); /* only this process knows the name */
	}
	if (fd < 0)
		return failed(e, errno, "open an unnamed file in the cache directory");
	*out = fd;
	return 0;
}

int runs_new(const char *dir, struct runs **out, struct err *e)
{
	struct runs *r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to spill");
	int act = open_unnamed(dir, &r->fd, e);
	if (act != 0) {
		free(r);
		return act;
	}
	*out = r;
	return 0;
}

void runs_free(struct runs *r)
{
	if (!r)
		return;
	(void)close(r->fd); /* nobody will read it */
	for (size_t i = 0; i < r->count; i++)
		free(r->list[i].buf);
	free(r->list);
	free(r->heap);
	free(r->out);
	free(r);
}

size_t runs_count(const struct runs *r)
{
	return r->count;
}

/* --- writing --- */

static int write_out(struct runs *r, struct err *e)
{
	for (size_t done = 0; done < r->out_n;) {
		ssize_t k = pwrite(r->fd, r->out + done, r->out_n - done, r->size);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return failed(e, errno, "spill a sorted run");
		done += (size_t)k;
		r->size += k;
	}
	r->out_n = 0;
	return 0;
}

int runs_begin(struct runs *r, struct err *e)
{
	if (r->count == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 16;
		struct run *list = realloc(r->list, cap * sizeof(*list));
		if (!list)
			return err_set(e, ERR_FATAL, "out_of_memory", "no memory to spill");
		r->list = list;
		r->cap = cap;
	}
	r->out = malloc(RUN_BUFFER_MIN);
	if (!r->out)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to spill");
	r->list[r->count] = (struct run){.offset = r->size};
	return 0;
}

int runs_write(struct runs *r, struct str entry, struct err *e)
{
	uint32_t length = (uint32_t)entry.n; /* at most SORT_ENTRY_MAX */
	if (r->out_n + LENGTH_BYTES + entry.n > RUN_BUFFER_MIN) {
		int act = write_out(r, e);
		if (act != 0)
			return act;
	}
	memcpy(r->out + r->out_n, &length, LENGTH_BYTES);
	memcpy(r->out + r->out_n + LENGTH_BYTES, entry.p, entry.n);
	r->out_n += LENGTH_BYTES + entry.n;
	return 0;
}

int runs_end(struct runs *r, struct err *e)
{
	int act = write_out(r, e);
	free(r->out);
	r->out = NULL;
	if (act == 0)
		r->list[r->count++].end = r->size;
	return act;
}

/* --- merging --- */

/* Makes n bytes available in the run's buffer. The run must have that many left. */
static int fill(const struct runs *r, struct run *run, size_t n, struct err *e)
{
	if (run->n - run->at >= n)
		return 0;
	memmove(run->buf, run->buf + run->at, run->n - run->at);
	run->n -= run->at;
	run->at = 0;
	while (run->n < n) {
		int64_t left = run->end - run->offset;
		size_t room = r->buffer_bytes - run->n;
		size_t want = left < (int64_t)room ? (size_t)left : room;
		ssize_t k = pread(r->fd, run->buf + run->n, want, run->offset);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return failed(e, errno, "read a sorted run");
		if (k == 0)
			return err_set(e, ERR_RETRY, CODE_SPILL_FAILED, "a sorted run is cut off");
		run->n += (size_t)k;
		run->offset += k;
	}
	return 0;
}

static int advance(const struct runs *r, struct run *run, bool *out_some, struct err *e)
{
	uint32_t length = 0;
	*out_some = run->n > run->at || run->offset < run->end;
	if (!*out_some)
		return 0;
	int act = fill(r, run, LENGTH_BYTES, e);
	if (act != 0)
		return act;
	memcpy(&length, run->buf + run->at, LENGTH_BYTES);
	act = fill(r, run, LENGTH_BYTES + length, e);
	if (act != 0)
		return act;
	run->head = str_bytes(run->buf + run->at + LENGTH_BYTES, length);
	run->at += LENGTH_BYTES + length;
	return 0;
}

static void sink(struct runs *r, size_t at)
{
	for (;;) {
		size_t least = at;
		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < r->heap_count;
		        child++) {
			if (str_cmp(r->heap[child]->head, r->heap[least]->head) < 0)
				least = child;
		}
		if (least == at)
			return;
		struct run *run = r->heap[at];
		r->heap[at] = r->heap[least];
		r->heap[least] = run;
		at = least;
	}
}

int runs_merge(struct runs *r, size_t memory_bytes, struct err *e)
{
	size_t share = memory_bytes / (r->count ? r->count : 1);
	r->buffer_bytes = share > RUN_BUFFER_MAX   ? RUN_BUFFER_MAX
	                  : share < RUN_BUFFER_MIN ? RUN_BUFFER_MIN
	                                           : share;
	r->heap = calloc(r->count ? r->count : 1, sizeof(struct run *));
	if (!r->heap)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to merge");
	for (size_t i = 0; i < r->count; i++) {
		bool some = false;
		r->list[i].buf = malloc(r->buffer_bytes);
		if (!r->list[i].buf)
			return err_set(e, ERR_FATAL, "out_of_memory", "no memory to merge");
		int act = advance(r, &r->list[i], &some, e);
		if (act != 0)
			return act;
		if (some)
			r->heap[r->heap_count++] = &r->list[i];
	}
	for (size_t i = r->heap_count / 2; i-- > 0;)
		sink(r, i);
	return 0;
}

/* Advances only now, because this moves the buffer of the entry that was returned last. */
static int take_next(struct runs *r, struct err *e)
{
	bool some = false;
	int act = advance(r, r->heap[0], &some, e);
	if (act != 0)
		return act;
	if (!some)
		r->heap[0] = r->heap[--r->heap_count];
	sink(r, 0);
	return 0;
}

int runs_next(struct runs *r, struct str *out, bool *out_some, struct err *e)
{
	int act = r->given ? take_next(r, e) : 0;
	if (act != 0)
		return act;
	r->given = *out_some = r->heap_count > 0;
	if (r->given)
		*out = r->heap[0]->head;
	return 0;
}
