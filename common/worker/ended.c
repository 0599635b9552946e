/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/ended.h"

#include "longshore/buf.h"
#include "longshore/hex.h"
#include "longshore/id.h"
#include "longshore/random.h"
#include "longshore/sealed.h"

#include <inttypes.h>
#include <stdio.h>

#define SCOPE "ended"
#define LISTS "specs/" SCOPE "/"
#define FIRST_LINE "longshore-ended 1\n"

enum {
	ID_CHARS = ID_TEXT_BYTES - 1,
	LINE_BYTES = 2 * ID_CHARS + 2,
	LIST_BYTES = sizeof FIRST_LINE + ENDED_LIST_MAX * LINE_BYTES,
	TIME_DIGITS = 15,
	LIST_NAME_CHARS = TIME_DIGITS + 1 + 8,
	LIST_NAME_BYTES = LIST_NAME_CHARS + 1,
	WALK_MEMORY = 2 * 1024 * 1024
};

/* --- a list --- */

/* Only an id is ever made part of a name that is removed. */
static bool is_id(struct str text)
{
	unsigned char bytes[ID_CHARS / 2];
	char again[ID_TEXT_BYTES];
	if (text.n != ID_CHARS || !hex_decode(text, bytes, sizeof bytes))
		return false;
	hex_encode(bytes, sizeof bytes, again);
	return str_eq(text, str_c(again)); /* lower case */
}

static int write_lines(struct buf *text, const struct ended *items, size_t count, struct err *e)
{
	int act = buf_printf(text, e, FIRST_LINE);
	for (size_t i = 0; i < count && act == 0; i++) {
		if (!is_id(items[i].delivery) || !is_id(items[i].route_id))
			return err_set(
			        e, ERR_REJECT, CODE_BAD_LIST, "a finished delivery has no id");
		act = buf_printf(text, e, STR_FMT " " STR_FMT "\n", STR_ARG(items[i].delivery),
		        STR_ARG(items[i].route_id));
	}
	return act;
}

static bool take_line(struct str *text, struct ended *out)
{
	if (text->n < LINE_BYTES || text->p[ID_CHARS] != ' ' || text->p[LINE_BYTES - 1] != '\n')
		return false;
	*out = (struct ended){.delivery = str_bytes(text->p, ID_CHARS),
	        .route_id = str_bytes(text->p + ID_CHARS + 1, ID_CHARS)};
	*text = str_bytes(text->p + LINE_BYTES, text->n - LINE_BYTES);
	return is_id(out->delivery) && is_id(out->route_id);
}

static int name_list(struct store *staging, char *out, size_t room, struct err *e)
{
	unsigned char drawn[4];
	char hex[2 * sizeof drawn + 1];
	int64_t now_ms = 0;
	if (store_clock(staging, STR("specs"), &now_ms, e) != 0)
		return e->act;
	random_bytes(drawn, sizeof drawn); /* several schedulers can write lists at once */
	hex_encode(drawn, sizeof drawn, hex);
	(void)snprintf(out, room, LISTS "%0*" PRId64 "-%s", TIME_DIGITS, now_ms, hex);
	return 0;
}

int ended_tell(struct store *staging, const struct keyring *keys, const struct ended *items,
        size_t count, struct err *e)
{
	char name[sizeof LISTS + LIST_NAME_BYTES];
	struct sealed_facts facts;
	struct secret key;
	struct buf text;
	if (count > ENDED_LIST_MAX)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE, "a list names at most %d deliveries",
		        ENDED_LIST_MAX);
	if (name_list(staging, name, sizeof name, e) != 0 ||
	        keyring_staging(keys, STR("specs"), STR(SCOPE), &key, e) != 0)
		return e->act;
	buf_init(&text, LIST_BYTES);
	int act = write_lines(&text, items, count, e);
	if (act == 0)
		act = sealed_put_once(staging, str_c(name), &key, buf_str(&text), &facts, e);
	buf_release(&text);
	secret_wipe(&key);
	return act != 0 ? err_note(e, "list of finished deliveries") : 0;
}

/* --- names of lists --- */

static bool is_list(struct str base, int64_t *out_ms)
{
	return base.n == LIST_NAME_CHARS && base.p[TIME_DIGITS] == '-' &&
	       str_to_i64(str_bytes(base.p, TIME_DIGITS), out_ms) && *out_ms > 0;
}

static struct str base_of(struct str name)
{
	size_t at = name.n;
	while (at > 0 && name.p[at - 1] != '/')
		at--;
	return str_bytes(name.p + at, name.n - at);
}

struct names {
	char after[LIST_NAME_BYTES]; /* only later names */
	int64_t until_ms;            /* but not later than this */
	size_t count;
	char found[ENDED_LISTS_A_TURN][LIST_NAME_BYTES];
};

static void keep_name(char out[static LIST_NAME_BYTES], struct str base)
{
	memcpy(out, base.p, LIST_NAME_CHARS);
	out[LIST_NAME_CHARS] = '\0';
}

static int visit_list(void *arg, struct str name, struct err *e)
{
	struct names *n = arg;
	struct str base = base_of(name);
	int64_t at_ms = 0;
	if (!is_list(base, &at_ms) || memcmp(base.p, n->after, LIST_NAME_CHARS) <= 0)
		return 0;
	if (at_ms > n->until_ms || n->count == ENDED_LISTS_A_TURN)
		return err_set(e, ERR_DEFER, "enough", "the rest waits for the next run");
	keep_name(n->found[n->count++], base);
	return 0;
}

/* Keeps the greatest name. */
static int visit_mark(void *arg, struct str name, struct err *e)
{
	struct names *n = arg;
	struct str base = base_of(name);
	int64_t at_ms = 0;
	(void)e;
	if (is_list(base, &at_ms) && memcmp(base.p, n->after, LIST_NAME_CHARS) > 0)
		keep_name(n->after, base);
	return 0;
}

/* --- the walk --- */

struct walk {
	const struct ended_walk *plan;
	struct arena mem;
	struct secret key;
	struct err why; /* the first failure that was skipped */
	int64_t passed_over;
};

static void pass_over(struct walk *w, const struct err *e)
{
	if (w->passed_over++ == 0)
		w->why = *e;
}

static int find_due(const struct ended_walk *w, struct names *out, struct err *e)
{
	char marks[64];
	int64_t now_ms = 0;
	(void)snprintf(marks, sizeof marks, "%s/%s/", w->prefix, w->mark);
	*out = (struct names){.count = 0};
	if (store_clock(w->staging, str_c(w->prefix), &now_ms, e) != 0 ||
	        store_list(w->staging, str_c(marks), visit_mark, out, e) != 0)
		return e->act;
	out->until_ms = now_ms - w->keep_ms;
	int act = store_list(w->staging, STR(LISTS), visit_list, out, e);
	return act == ERR_DEFER ? 0 : act;
}

static int read_list(struct walk *w, const char *list, struct str *out, struct err *e)
{
	struct str name = arena_printf(&w->mem, LISTS "%s", list);
	if (sealed_get(w->plan->staging, name, &w->key, LIST_BYTES, &w->mem, out, e) != 0)
		return e->act;
	if (!str_has_prefix(*out, STR(FIRST_LINE)))
		return err_set(e, ERR_REJECT, CODE_CORRUPT, STR_FMT " is no list", STR_ARG(name));
	*out = str_bytes(out->p + sizeof FIRST_LINE - 1, out->n - (sizeof FIRST_LINE - 1));
	return 0;
}

static int do_list(struct walk *w, const char *list, struct err *e)
{
	struct str text;
	struct ended what;
	arena_reset(&w->mem);
	if (read_list(w, list, &text, e) != 0)
		return e->act;
	while (text.n > 0) {
		if (w->plan->stop && atomic_load(w->plan->stop))
			return err_set(e, ERR_DEFER, "drain", "the process is ending");
		if (!take_line(&text, &what))
			return err_set(
			        e, ERR_REJECT, CODE_CORRUPT, LISTS "%s: a line is none", list);
		int act = w->plan->each(w->plan->arg, &what, e);
		if (act != 0 && act != ERR_REJECT)
			return act;
		if (act == ERR_REJECT)
			pass_over(w, e);
	}
	return 0;
}

struct older {
	struct store *staging;
	const char *than;
};

static int remove_older(void *arg, struct str name, struct err *e)
{
	const struct older *o = arg;
	struct str base = base_of(name);
	int64_t at_ms = 0;
	if (!is_list(base, &at_ms) || memcmp(base.p, o->than, LIST_NAME_CHARS) >= 0)
		return 0;
	return store_remove(o->staging, name, e);
}

/* Writes the new mark first. A crash in between leaves two, and the greater counts. */
static int move_mark(const struct ended_walk *w, const char *list, struct err *e)
{
	char marks[64], name[64 + LIST_NAME_BYTES];
	const struct older older = {w->staging, list};
	(void)snprintf(marks, sizeof marks, "%s/%s/", w->prefix, w->mark);
	(void)snprintf(name, sizeof name, "%s%s", marks, list);
	if (store_put_once(w->staging, str_c(name), STR(""), e) != 0 &&
	        strcmp(e->code, CODE_EXISTS) != 0)
		return e->act;
	return store_list(w->staging, str_c(marks), remove_older, (void *)(uintptr_t)&older, e);
}

static int walk_lists(struct walk *w, const struct names *due, struct err *e)
{
	for (size_t i = 0; i < due->count; i++) {
		int act = do_list(w, due->found[i], e);
		if (act == ERR_DEFER)
			return 0;
		if (act == ERR_REJECT)
			pass_over(w, e); /* the data that it names stays */
		else if (act != 0)
			return act;
		if (move_mark(w->plan, due->found[i], e) != 0)
			return e->act;
	}
	return 0;
}

int ended_walk(const struct ended_walk *plan, struct err *e)
{
	struct walk w = {.plan = plan};
	struct names due;
	if (find_due(plan, &due, e) != 0)
		return err_note(e, "deliveries that are over");
	if (due.count == 0)
		return 0;
	if (keyring_staging(plan->keys, STR("specs"), STR(SCOPE), &w.key, e) != 0)
		return e->act;
	arena_init(&w.mem, WALK_MEMORY);
	int act = walk_lists(&w, &due, e);
	arena_release(&w.mem);
	secret_wipe(&w.key);
	if (act != 0)
		return err_note(e, "deliveries that are over");
	if (w.passed_over == 0)
		return 0;
	*e = w.why;
	return err_note(e, "staged data of %lld finished deliveries remains below %s/",
	        (long long)w.passed_over, plan->prefix);
}

/* --- removing old lists --- */

struct forgetting {
	struct store *staging;
	int64_t until_ms;
	int64_t removed;
};

static int visit_old(void *arg, struct str name, struct err *e)
{
	struct forgetting *f = arg;
	int64_t at_ms = 0;
	if (!is_list(base_of(name), &at_ms))
		return 0;
	if (at_ms > f->until_ms)
		return err_set(e, ERR_DEFER, "enough", "the others are younger");
	if (store_remove(f->staging, name, e) != 0)
		return e->act;
	f->removed++;
	return 0;
}

int ended_forget(struct store *staging, int64_t age_ms, int64_t *out_removed, struct err *e)
{
	struct forgetting f = {.staging = staging};
	int64_t now_ms = 0;
	*out_removed = 0;
	if (store_clock(staging, STR("specs"), &now_ms, e) != 0)
		return e->act;
	f.until_ms = now_ms - age_ms;
	int act = store_list(staging, STR(LISTS), visit_old, &f, e);
	*out_removed = f.removed;
	return act == ERR_DEFER ? 0 : act;
}
