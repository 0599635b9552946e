/* SPDX-License-Identifier: Apache-2.0 */
#include "leftover.h"

#include "longshore/sealed.h"

#include <stdio.h>

#define PREFIX "ledger/" LEFTOVER_SCOPE "/"
#define FIRST_LINE "longshore-leftover 1"
/* For a place on a server: two more lines, the credential and the host key. */
#define FIRST_LINE_SERVER "longshore-leftover 2"

enum {
	NOTE_MAX = 8 * 1024,
	NOTE_LINES = 4,
	NOTE_LINES_SERVER = 6,
	NOTE_NAME_BYTES = sizeof PREFIX + 64,
	WALK_MEMORY = 1024 * 1024
};

/* --- a note: first line, temporary, place, URL --- */

static bool is_one_line(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	return true;
}

/* The note of a path is named after the path's last component, which is random. The note of any
 * other handle is named after the handle's hash. */
static void name_of(const char *temp, char name[NOTE_NAME_BYTES])
{
	char hash[SHA256_HEX];
	const char *slash = strrchr(temp, '/');
	if (slash && str_has_prefix(str_c(temp), STR(DROP_TEMP_PREFIX))) {
		(void)snprintf(name, NOTE_NAME_BYTES, PREFIX "%.63s", slash + 1);
		return;
	}
	sha256_hex(temp, strlen(temp), hash);
	(void)snprintf(name, NOTE_NAME_BYTES, PREFIX "%.32s", hash);
}

int leftover_note(struct leftovers *l, const struct leftover *what, struct err *e)
{
	struct buf text;
	struct sealed_facts facts;
	char name[NOTE_NAME_BYTES];
	name_of(what->temp, name);
	if (!is_one_line(what->url) || !is_one_line(what->credential) ||
	        !is_one_line(what->host_key))
		return err_set(
		        e, ERR_REJECT, CODE_BAD_TASK, "the bucket's url has a control character");
	buf_init(&text, NOTE_MAX);
	bool is_server = what->credential.n > 0;
	int act = buf_printf(&text, e, "%s\n%s\n%s\n" STR_FMT "\n",
	        is_server ? FIRST_LINE_SERVER : FIRST_LINE, what->temp, what->place,
	        STR_ARG(what->url));
	if (act == 0 && is_server)
		act = buf_printf(&text, e, STR_FMT "\n" STR_FMT "\n", STR_ARG(what->credential),
		        STR_ARG(what->host_key));
	if (act == 0)
		act = sealed_put_once(l->staging, str_c(name), &l->key, buf_str(&text), &facts, e);
	buf_release(&text);
	return act != 0 ? err_note(e, "note of a temporary") : 0;
}

static bool take_lines(struct str text, struct str lines[NOTE_LINES_SERVER])
{
	size_t at = 0;
	bool is_server = str_has_prefix(text, STR(FIRST_LINE_SERVER "\n"));
	lines[4] = lines[5] = STR("");
	for (int i = 0; i < (is_server ? NOTE_LINES_SERVER : NOTE_LINES); i++) {
		ptrdiff_t end = str_find(text, '\n', at);
		if (end < 0)
			return false;
		lines[i] = str_bytes(text.p + at, (size_t)end - at);
		at = (size_t)end + 1;
	}
	return at == text.n && (is_server || str_eq(lines[0], STR(FIRST_LINE)));
}

/* --- the walk --- */

struct walk {
	struct leftovers *l;
	const struct tidy_run *run;
	struct arena mem;
	int64_t removed;
	int64_t waiting;
	char away[NOTE_MAX]; /* last unreachable URL: not tried for the next note */
	struct err why;      /* the first failure */
};

static void wait_for(struct walk *w, struct str name, const struct err *e)
{
	if (w->waiting++ > 0)
		return;
	w->why = *e;
	(void)err_note(&w->why, STR_FMT, STR_ARG(name));
}

static int other_place(struct err *e)
{
	return err_set(e, ERR_RETRY, CODE_DROP_UNAVAILABLE,
	        "a different place from the temporary's is mounted at the bucket's url");
}

/* 0: the temporary no longer exists. */
static int remove_from_drop(
        const struct leftovers *l, const struct str lines[NOTE_LINES_SERVER], struct err *e)
{
	char identity[DROP_IDENTITY_BYTES];
	struct drop *drop = NULL;
	struct str temp = lines[1], place = lines[2];
	bool is_server = lines[4].n > 0;
	const struct place at = {.url = lines[3],
	        .credential = lines[4],
	        .host_key = lines[5],
	        .keys = l->key_dir,
	        .allowed = is_server ? l->allowed : NULL};
	if (drop_open(&at, &drop, e) != 0)
		return e->act;
	int act = drop_identity(drop, identity, e);
	if (act == 0)
		act = str_eq(place, str_c(identity)) ? drop_temp_remove(drop, temp, e)
		                                     : other_place(e);
	drop_close(drop);
	return act;
}

/* *out_gone is false without a failure if the place is known to be unavailable. */
static int remove_one(struct walk *w, struct str name, bool *out_gone, struct err *e)
{
	struct str text, lines[NOTE_LINES_SERVER];
	if (sealed_get(w->l->staging, name, &w->l->key, NOTE_MAX, &w->mem, &text, e) != 0)
		return e->act;
	if (!take_lines(text, lines))
		return err_set(e, ERR_REJECT, CODE_CORRUPT, "it is not a note of a temporary");
	const char *url = arena_cstr(&w->mem, lines[3]);
	*out_gone = strcmp(w->away, url) != 0;
	if (!*out_gone)
		return 0;
	if (remove_from_drop(w->l, lines, e) != 0) {
		memcpy(w->away, url, lines[3].n + 1);
		return e->act;
	}
	return store_remove(w->l->staging, name, e);
}

/* A failure to remove one temporary ends the walk only if it is fatal. */
static int visit(void *arg, struct str name, struct err *e)
{
	struct walk *w = arg;
	bool is_gone = false;
	arena_reset(&w->mem);
	if (w->removed >= w->run->most || atomic_load(w->run->stop))
		return err_set(e, ERR_DEFER, "enough", "the rest waits for the next run");
	int act = remove_one(w, name, &is_gone, e);
	if (act == ERR_FATAL)
		return act;
	if (act == 0 && is_gone)
		w->removed++;
	else if (act == 0)
		w->waiting++;
	else if (strcmp(e->code, CODE_NOT_FOUND) != 0) /* else another process removed it first */
		wait_for(w, name, e);
	return 0;
}

int leftover_remove_all(
        struct leftovers *l, const struct tidy_run *run, int64_t *out_removed, struct err *e)
{
	struct walk w = {.l = l, .run = run};
	arena_init(&w.mem, WALK_MEMORY);
	int act = store_list(l->staging, STR(PREFIX), visit, &w, e);
	arena_release(&w.mem);
	*out_removed = w.removed;
	if (act != 0 && act != ERR_DEFER)
		return act;
	if (w.waiting == 0)
		return 0;
	*e = w.why;
	return err_note(
	        e, "%lld temporaries at drops are waiting to be removed", (long long)w.waiting);
}
