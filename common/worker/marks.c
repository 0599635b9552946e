/* SPDX-License-Identifier: Apache-2.0 */
#include "marks.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { RUN_TEXT_BYTES = 32 };

static const char letters[] = {[MARK_UNTOUCHED] = '-',
        [MARK_RUNNING] = 'r',
        [MARK_SUSPECT] = 's',
        [MARK_ALONE] = 'l',
        [MARK_FINISHED] = 'f'};

static const struct mark untouched = {MARK_UNTOUCHED, 0};
static const struct mark finished = {MARK_FINISHED, 0};

/* --- lists of runs --- */

struct runs {
	struct mark_run *items;
	size_t count;
	size_t cap;
};

static bool is_same(struct mark a, struct mark b)
{
	return a.state == b.state && a.deaths == b.deaths;
}

/* There are a few thousand runs at most, because their text is bounded. So running out of
 * memory here aborts the process, like other small allocations. */
static void runs_add(struct runs *r, int64_t count, struct mark mark)
{
	if (count <= 0)
		return;
	if (r->count && is_same(r->items[r->count - 1].mark, mark)) {
		r->items[r->count - 1].count += count;
		return;
	}
	if (r->count == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 16;
		r->items = reallocarray(r->items, r->cap, sizeof(*r->items));
		if (!r->items)
			abort();
	}
	r->items[r->count++] = (struct mark_run){count, mark};
}

/* Adds the marks of `m` for offsets from..to-1. */
static void runs_copy(struct runs *r, const struct marks *m, int64_t from, int64_t to)
{
	int64_t at = m->floor;
	for (size_t i = 0; i < m->runs_count; i++) {
		int64_t end = at + m->runs[i].count;
		int64_t low = at > from ? at : from;
		int64_t high = end < to ? end : to;
		runs_add(r, high - low, m->runs[i].mark);
		at = end;
	}
	if (to > at)
		runs_add(r, to - (at > from ? at : from), untouched);
}

static int64_t end_of(const struct marks *m)
{
	int64_t end = m->floor;
	for (size_t i = 0; i < m->runs_count; i++)
		end += m->runs[i].count;
	return end;
}

/* --- text --- */

static size_t run_text(const struct mark_run *run, char out[RUN_TEXT_BYTES])
{
	char count[24] = "";
	char deaths[8] = "";
	if (run->count != 1)
		(void)snprintf(count, sizeof(count), "%lld", (long long)run->count);
	if (run->mark.deaths)
		(void)snprintf(deaths, sizeof(deaths), ".%u", (unsigned)run->mark.deaths & 0xffU);
	int n = snprintf(out, RUN_TEXT_BYTES, "%c%s%s", letters[run->mark.state], count, deaths);
	assert(n > 0 && n < RUN_TEXT_BYTES);
	return (size_t)n;
}

/* out NULL: only counts. Leaves out finished runs at the front, untouched runs at the end, and
 * runs that do not fit, which only skipped offsets can cause (marks_see). */
static size_t text_of(const struct mark_run *runs, size_t count, char *out)
{
	size_t first = count && runs[0].mark.state == MARK_FINISHED ? 1 : 0;
	if (count > first && runs[count - 1].mark.state == MARK_UNTOUCHED)
		count--;
	if (count <= first)
		return 0;
	size_t n = 0;
	if (out)
		out[n] = '1';
	n++;
	for (size_t i = first; i < count; i++) {
		char text[RUN_TEXT_BYTES];
		size_t bytes = run_text(&runs[i], text);
		if (out && n + bytes > BUS_METADATA_MAX)
			break;
		if (out)
			memcpy(out + n, text, bytes);
		n += bytes;
	}
	return n;
}

size_t marks_encode(const struct marks *m, char out[BUS_METADATA_MAX])
{
	return text_of(m->runs, m->runs_count, out);
}

/* --- changes --- */

static void replace(struct marks *m, struct runs *r)
{
	free(m->runs);
	m->runs = r->items;
	m->runs_count = r->count;
	if (m->runs_count && m->runs[0].mark.state == MARK_FINISHED) {
		m->floor += m->runs[0].count;
		m->runs_count--;
		memmove(m->runs, m->runs + 1, m->runs_count * sizeof(*m->runs));
	}
	if (m->runs_count && m->runs[m->runs_count - 1].mark.state == MARK_UNTOUCHED)
		m->runs_count--;
	if (m->next < m->floor)
		m->next = m->floor;
}

/* Marks from..to-1. false, and no change, if the text would become longer than it is now and
 * than max_bytes. */
static bool set(struct marks *m, int64_t from, int64_t to, struct mark mark, size_t max_bytes)
{
	assert(from >= m->floor);
	int64_t end = end_of(m);
	struct runs r = {NULL, 0, 0};
	runs_copy(&r, m, m->floor, from);
	runs_add(&r, to - from, mark);
	if (end > to)
		runs_copy(&r, m, to, end);
	size_t bytes = text_of(r.items, r.count, NULL);
	if (bytes > max_bytes && bytes > text_of(m->runs, m->runs_count, NULL)) {
		free(r.items);
		return false;
	}
	replace(m, &r);
	return true;
}

static size_t room_at(const struct marks *m, int64_t offset)
{
	return offset == m->floor ? MARKS_LAST_ROOM : MARKS_ROOM;
}

struct mark marks_get(const struct marks *m, int64_t offset)
{
	if (offset < m->floor)
		return finished;
	int64_t at = m->floor;
	for (size_t i = 0; i < m->runs_count; i++) {
		at += m->runs[i].count;
		if (offset < at)
			return m->runs[i].mark;
	}
	return untouched;
}

struct mark marks_see(struct marks *m, int64_t offset)
{
	if (m->floor < 0)
		m->floor = m->next = offset;
	if (offset > m->next)
		(void)set(m, m->next, offset, finished,
		        SIZE_MAX); /* must not fail, whatever the text's length */
	if (offset >= m->next)
		m->next = offset + 1;
	return marks_get(m, offset);
}

bool marks_run(struct marks *m, int64_t offset)
{
	assert(marks_get(m, offset).state == MARK_UNTOUCHED);
	return set(m, offset, offset + 1, (struct mark){MARK_RUNNING, 0}, room_at(m, offset));
}

bool marks_alone(struct marks *m, int64_t offset)
{
	struct mark was = marks_get(m, offset);
	assert(was.state == MARK_SUSPECT);
	return set(m, offset, offset + 1, (struct mark){MARK_ALONE, was.deaths}, MARKS_LAST_ROOM);
}

bool marks_finish(struct marks *m, int64_t offset)
{
	if (offset < m->floor)
		return true;
	return set(m, offset, offset + 1, finished, room_at(m, offset));
}

void marks_unstart(struct marks *m, int64_t offset)
{
	struct mark was = marks_get(m, offset);
	struct mark now =
	        was.state == MARK_ALONE ? (struct mark){MARK_SUSPECT, was.deaths} : untouched;
	assert(was.state == MARK_ALONE || was.state == MARK_RUNNING);
	(void)set(m, offset, offset + 1, now, SIZE_MAX); /* its text was accepted before */
}

bool marks_spare(struct marks *m, int64_t offset, int deaths)
{
	struct mark was = marks_get(m, offset);
	if (was.state != MARK_SUSPECT || was.deaths <= deaths)
		return false;
	/* fewer deaths never make the text longer */
	return set(m, offset, offset + 1, (struct mark){MARK_SUSPECT, deaths}, SIZE_MAX);
}

bool marks_has_alone(const struct marks *m)
{
	for (size_t i = 0; i < m->runs_count; i++)
		if (m->runs[i].mark.state == MARK_ALONE)
			return true;
	return false;
}

/* Applies `change` to every mark. */
static void change_all(struct marks *m, struct mark (*change)(struct mark))
{
	struct runs r = {NULL, 0, 0};
	for (size_t i = 0; i < m->runs_count; i++)
		runs_add(&r, m->runs[i].count, change(m->runs[i].mark));
	replace(m, &r);
}

static struct mark revoked(struct mark mark)
{
	return mark.state == MARK_ALONE ? (struct mark){MARK_SUSPECT, mark.deaths} : mark;
}

void marks_revoke(struct marks *m)
{
	change_all(m, revoked);
}

/* --- taking over --- */

static struct mark inherited(struct mark mark)
{
	switch (mark.state) {
	case MARK_RUNNING:
		return (struct mark){MARK_SUSPECT, 0}; /* it was not alone: proves nothing */
	case MARK_ALONE:
		return (struct mark){MARK_SUSPECT,
		        mark.deaths < MARKS_DEATHS_MAX ? mark.deaths + 1 : MARKS_DEATHS_MAX};
	case MARK_SUSPECT:
	case MARK_UNTOUCHED:
	case MARK_FINISHED:
		break;
	}
	return mark;
}

/* A decimal number at *at, 1 to max; `absent` if there is no digit. -1: invalid. */
static int64_t take_number(struct str text, size_t *at, int64_t max, int64_t absent)
{
	size_t start = *at;
	while (*at < text.n && text.p[*at] >= '0' && text.p[*at] <= '9')
		(*at)++;
	if (*at == start)
		return absent;
	int64_t number;
	if (!str_to_i64((struct str){text.p + start, *at - start}, &number) || number < 1 ||
	        number > max)
		return -1;
	return number;
}

static bool take_run(struct str text, size_t *at, struct mark_run *out)
{
	static const int64_t count_max = INT64_C(1) << 40;
	const char *letter = memchr(letters, text.p[*at], sizeof(letters));
	if (!letter)
		return false;
	(*at)++;
	int64_t count = take_number(text, at, count_max, 1);
	int64_t deaths = 0;
	if (*at < text.n && text.p[*at] == '.') {
		(*at)++;
		deaths = take_number(text, at, MARKS_DEATHS_MAX, -1);
	}
	*out = (struct mark_run){count, {(enum mark_state)(letter - letters), (int)deaths}};
	bool may_have_deaths = out->mark.state == MARK_SUSPECT || out->mark.state == MARK_ALONE;
	return count > 0 && deaths >= 0 && (deaths == 0 || may_have_deaths);
}

static bool decode(struct str text, struct runs *r)
{
	if (text.n == 0)
		return true;
	if (text.n > BUS_METADATA_MAX || text.p[0] != '1')
		return false;
	for (size_t at = 1; at < text.n;) {
		struct mark_run run;
		if (!take_run(text, &at, &run))
			return false;
		runs_add(r, run.count, run.mark);
	}
	return true;
}

void marks_init(struct marks *m, int64_t floor)
{
	*m = (struct marks){.floor = floor, .next = floor};
}

void marks_release(struct marks *m)
{
	free(m->runs);
	*m = (struct marks){0};
}

void marks_begin_anew(struct marks *m, int64_t floor)
{
	marks_release(m);
	marks_init(m, floor);
}

int marks_take_over(struct marks *m, int64_t floor, struct str text, struct err *e)
{
	struct runs r = {NULL, 0, 0};
	marks_init(m, floor);
	if (!decode(text, &r)) {
		free(r.items);
		return err_set(e, ERR_REJECT, "bad_marks",
		        "the commit metadata is not ours; tasks above the committed offset that "
		        "were finished or suspect are unknown and will run again");
	}
	if (floor < 0) { /* metadata without an offset means nothing */
		free(r.items);
		return 0;
	}
	replace(m, &r);
	change_all(m, inherited);
	return 0;
}
