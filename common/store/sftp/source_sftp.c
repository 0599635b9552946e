/* SPDX-License-Identifier: Apache-2.0
 *
 * sftp:// source: files on a server. Links are refused and never followed, because SFTP cannot
 * resolve a link without a race.
 */
#include "../source_driver.h"
#include "longshore/codes.h"
#include "sftp_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AWAY CODE_SOURCE_MISSING

struct sftp_source {
	struct source base;
	struct sftp_place at;             /* the prefix, or the directory of the single object */
	char *url;                        /* for messages */
	char single[SOURCE_PATH_MAX + 1]; /* name of the single object; empty for a prefix */
};

struct sftp_reader {
	struct source_reader base;
	struct sftp *s;
	struct sftp_file file;
	char name[SOURCE_PATH_MAX + 1];
};

static int failed(const struct sftp_source *s, const char *what, uint32_t status, struct err *e)
{
	return err_set_native(e, ERR_RETRY, AWAY, "sftp", status,
	        "%s%s cannot be read (%s): deliver it there, or correct the URL and resume", s->url,
	        what, sftp_status_text(status));
}

static void source_sftp_close(struct source *source)
{
	struct sftp_source *s = (struct sftp_source *)source;
	sftp_close(s->at.s);
	free(s->url);
	free(s);
}

static void take_single(struct sftp_source *s)
{
	char *slash = strrchr(s->at.root, '/');
	if (!slash)
		return;
	(void)snprintf(s->single, sizeof s->single, "%s", slash + 1);
	*slash = '\0';
}

static int check_root(const struct sftp_source *s, struct err *e)
{
	struct sftp_attrs attrs = {0};
	uint32_t status = SFTP_OK;
	if (sftp_stat(s->at.s, s->at.root[0] != '\0' ? s->at.root : "/", &status, &attrs, e) != 0)
		return e->act;
	bool is_dir = status == SFTP_OK && attrs.has_mode && S_ISDIR(attrs.mode);
	return is_dir ? 0 : failed(s, "", status != SFTP_OK ? status : SFTP_NO_SUCH_FILE, e);
}

static int source_sftp_open(const struct place *place, struct source **out, struct err *e)
{
	struct sftp_source *s = calloc(1, sizeof *s);
	if (!s || !(s->url = strndup(place->url.p, place->url.n))) {
		free(s);
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a source");
	}
	int act = sftp_place_open(place, AWAY, &s->at, e);
	if (act == ERR_REJECT && strcmp(e->code, CODE_BAD_URL) == 0)
		e->code = CODE_BAD_SOURCE;
	if (act == 0 && !str_has_suffix(place->url, STR("/")))
		take_single(s);
	if (act == 0)
		act = check_root(s, e);
	if (act != 0) {
		source_sftp_close(&s->base);
		return act;
	}
	*out = &s->base;
	return 0;
}

/* --- listing --- */

struct walk {
	const struct sftp_source *source;
	const struct source_options *options;
	struct source_found found;
	struct source_listing out;
	int directories;
	struct err *e;
};

static int refuse(const struct walk *w, const char *path, const char *why)
{
	return err_set(w->e, ERR_REJECT, CODE_BAD_SOURCE, "%s: %s %s", w->source->url, path, why);
}

static int add_object(struct walk *w, const char *path, const struct sftp_attrs *attrs)
{
	if (!attrs->has_bytes || !attrs->has_times)
		return refuse(w, path, "has no length or time that the server would name");
	const struct source_object object = {.name = str_c(path),
	        .bytes = attrs->bytes,
	        .modified_ms = attrs->modified_s * 1000};
	return source_found_add(&w->found, &object, w->e);
}

static int walk_dir(struct walk *w, const char *prefix, int depth);

static int visit(struct walk *w, const char *prefix, struct str name,
        const struct sftp_attrs *attrs, int depth)
{
	char path[SOURCE_PATH_MAX + 1];
	if (str_eq(name, STR(".")) || str_eq(name, STR("..")))
		return 0;
	if (name.n == 0 || memchr(name.p, '/', name.n) || memchr(name.p, '\0', name.n))
		return refuse(w, prefix, "holds a name that is none");
	if (source_is_hidden(name)) {
		w->out.hidden_count++;
		return 0;
	}
	if (snprintf(path, sizeof path, "%s" STR_FMT, prefix, STR_ARG(name)) >=
	        (int)sizeof path - 1)
		return err_set(w->e, ERR_REJECT, CODE_BAD_SOURCE,
		        "%s: a path is longer than %d bytes: shorten it", w->source->url,
		        SOURCE_PATH_MAX);
	if (source_found_check_name(&w->found, path, w->e) != 0)
		return w->e->act;
	bool is_dir = attrs->has_mode && S_ISDIR(attrs->mode);
	if (!is_dir && source_is_partial(name) && !w->options->reads_partial) {
		w->out.partial_count++;
		return 0;
	}
	if (is_dir) {
		size_t n = strlen(path); /* the length check above left room for the slash */
		path[n] = '/';
		path[n + 1] = '\0';
		return walk_dir(w, path, depth + 1);
	}
	if (attrs->has_mode && S_ISREG(attrs->mode))
		return add_object(w, path, attrs);
	return refuse(
	        w, path, "is a link, or neither a file nor a directory: put the file itself there");
}

/* The packet buffer belongs to the session, and listing the subdirectories overwrites it. So the
 * names are copied first. */
struct page {
	struct sftp_attrs *attrs;
	struct str *names;
	size_t count;
};

static int copy_page(struct walk *w, struct sftp_names *names, struct page *out)
{
	size_t room = names->left;
	struct arena *mem = w->found.mem;
	struct page page = {0};
	if (room > SFTP_NAMES_MAX)
		return refuse(w, "", "is listed in a packet that cannot be");
	page.attrs = ARENA_TRY_ARRAY(mem, struct sftp_attrs, room + 1);
	page.names = ARENA_TRY_ARRAY(mem, struct str, room + 1);
	if (!page.attrs || !page.names)
		return refuse(w, "", "has a list of objects that is too large");
	struct str name;
	while (page.count < room && sftp_names_next(names, &name, &page.attrs[page.count]))
		page.names[page.count++] = arena_str(mem, name);
	if (names->in.is_bad)
		return err_set(w->e, ERR_RETRY, AWAY, "%s: the server's list of names is broken",
		        w->source->url);
	*out = page;
	return 0;
}

static int read_pages(struct walk *w, const char *prefix, const struct sftp_file *dir, int depth)
{
	for (;;) {
		struct sftp_names names;
		struct page page = {0};
		uint32_t status = SFTP_OK;
		if (sftp_dir_read(w->source->at.s, dir, &names, &status, w->e) != 0)
			return w->e->act;
		if (status != SFTP_OK)
			return status == SFTP_EOF ? 0 : failed(w->source, prefix, status, w->e);
		if (copy_page(w, &names, &page) != 0)
			return w->e->act;
		for (size_t i = 0; i < page.count; i++)
			if (visit(w, prefix, page.names[i], &page.attrs[i], depth) != 0)
				return w->e->act;
	}
}

static int walk_dir(struct walk *w, const char *prefix, int depth)
{
	char path[SFTP_PATH_BYTES];
	struct sftp_file dir;
	uint32_t status = SFTP_OK;
	struct sftp *s = w->source->at.s;
	if (depth > SOURCE_DEPTH_MAX || w->directories++ == SOURCE_DIRECTORIES_MAX)
		return err_set(w->e, ERR_REJECT, CODE_BAD_SOURCE,
		        "%s is nested deeper than %d directories, or holds more than %d: move its "
		        "files up",
		        w->source->url, SOURCE_DEPTH_MAX, SOURCE_DIRECTORIES_MAX);
	if (!sftp_place_path(&w->source->at, prefix, path))
		return refuse(w, prefix, "has a path that is too long");
	if (sftp_dir_open(s, path, &dir, &status, w->e) != 0)
		return w->e->act;
	if (status == SFTP_NO_SUCH_FILE && depth > 0)
		return 0; /* it was removed meanwhile */
	if (status != SFTP_OK)
		return failed(w->source, prefix, status, w->e);
	int act = read_pages(w, prefix, &dir, depth);
	struct err second;
	int closed = sftp_file_close(s, &dir, act == 0 ? w->e : &second);
	return act != 0 ? act : closed;
}

static int look(const struct sftp_source *s, const char *name, enum sftp_path *out,
        struct sftp_attrs *attrs, struct err *e)
{
	uint32_t status = SFTP_OK;
	if (sftp_place_way(&s->at, name, out, &status, e) != 0)
		return e->act;
	if (status == SFTP_OK && *out == SFTP_PATH_FILE &&
	        sftp_place_look(&s->at, name, out, attrs, &status, e) != 0)
		return e->act;
	if (status != SFTP_OK)
		return failed(s, name, status, e);
	/* A link as the last component is OTHER; one before it is ODD. */
	if (*out == SFTP_PATH_ODD ||
	        (*out == SFTP_PATH_OTHER && attrs->has_mode && S_ISLNK(attrs->mode)))
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "%s: %s is, or lies behind, a link, which is not followed over SFTP: put "
		        "the file itself there",
		        s->url, name);
	return 0;
}

static int list_single(struct walk *w)
{
	const struct sftp_source *s = w->source;
	struct sftp_attrs attrs = {0};
	enum sftp_path kind;
	if (look(s, s->single, &kind, &attrs, w->e) != 0)
		return w->e->act;
	if (kind == SFTP_PATH_NONE)
		return failed(s, "", SFTP_NO_SUCH_FILE, w->e);
	if (kind == SFTP_PATH_FILE)
		return add_object(w, s->single, &attrs);
	return err_set(w->e, ERR_REJECT, CODE_BAD_SOURCE,
	        "%s is no regular file (end the URL in a slash for all files below it)", s->url);
}

static int source_sftp_list(struct source *source, const struct source_options *options,
        struct arena *mem, struct source_listing *out, struct err *e)
{
	const struct sftp_source *s = (struct sftp_source *)source;
	struct walk w = {
	        .source = s, .options = options, .found = {s->url, mem, NULL, 0, 0}, .e = e};
	int act = s->single[0] != '\0' ? list_single(&w) : walk_dir(&w, "", 0);
	if (act != 0)
		return act;
	source_found_sort(&w.found);
	*out = w.out;
	out->objects = w.found.objects;
	out->count = w.found.count;
	return 0;
}

/* --- reading --- */

static int open_file(const struct sftp_source *s, struct sftp_reader *r, struct err *e)
{
	char path[SFTP_PATH_BYTES];
	struct sftp_attrs attrs = {0};
	enum sftp_path kind;
	uint32_t status = SFTP_OK;
	if (look(s, r->name, &kind, &attrs, e) != 0)
		return e->act;
	if (kind != SFTP_PATH_FILE || !sftp_place_path(&s->at, r->name, path))
		return source_gone(s->url, r->name, "it is not there, or is no file", e);
	if (sftp_file_open(s->at.s, path, SFTP_FOR_READ, 0, &r->file, &status, e) != 0)
		return e->act;
	if (status == SFTP_NO_SUCH_FILE)
		return source_gone(s->url, r->name, "it is not there", e);
	return status == SFTP_OK ? 0 : failed(s, r->name, status, e);
}

static int source_sftp_read_open(
        struct source *source, struct str name, struct source_reader **out, struct err *e)
{
	const struct sftp_source *s = (struct sftp_source *)source;
	struct sftp_reader *r = calloc(1, sizeof *r);
	if (!r)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a reader");
	r->s = s->at.s;
	memcpy(r->name, name.p, name.n);
	if (open_file(s, r, e) != 0) {
		free(r);
		return e->act;
	}
	*out = &r->base;
	return 0;
}

static int source_sftp_read(struct source_reader *reader, int64_t offset, void *p, size_t n,
        size_t *out_n, struct err *e)
{
	const struct sftp_reader *r = (struct sftp_reader *)reader;
	const struct sftp_part part = {offset, p, n};
	uint32_t status = SFTP_OK;
	size_t got = 0;
	if (sftp_read(r->s, &r->file, &part, &got, &status, e) != 0)
		return e->act;
	if (status != SFTP_OK)
		return err_set_native(e, ERR_RETRY, AWAY, "sftp", status, "read %s: %s", r->name,
		        sftp_status_text(status));
	*out_n = got;
	return 0;
}

static int look_again(const struct sftp_reader *r, struct sftp_attrs *out, struct err *e)
{
	uint32_t status = SFTP_OK;
	if (sftp_file_stat(r->s, &r->file, &status, out, e) != 0)
		return e->act;
	if (status == SFTP_OK && out->has_bytes)
		return 0;
	return err_set_native(e, ERR_RETRY, AWAY, "sftp", status, "look at %s again: %s", r->name,
	        status == SFTP_OK ? "the server does not tell its size" : sftp_status_text(status));
}

static int source_sftp_bytes(struct source_reader *reader, int64_t *out, struct err *e)
{
	struct sftp_attrs attrs = {0};
	if (look_again((struct sftp_reader *)reader, &attrs, e) != 0)
		return e->act;
	*out = attrs.bytes;
	return 0;
}

static int source_sftp_check_unchanged(
        struct source_reader *reader, const struct source_object *listed, struct err *e)
{
	const struct sftp_reader *r = (struct sftp_reader *)reader;
	struct sftp_attrs attrs = {0};
	if (look_again(r, &attrs, e) != 0)
		return e->act;
	if (attrs.bytes == listed->bytes && attrs.modified_s * 1000 == listed->modified_ms)
		return 0;
	return err_set(e, ERR_RETRY, AWAY,
	        "it changed while it was read; it is read again when it is whole: let ready.marker "
	        "or ready.quiet_seconds say when that is");
}

static void source_sftp_read_close(struct source_reader *reader)
{
	struct sftp_reader *r = (struct sftp_reader *)reader;
	struct err e;
	int act = sftp_file_close(r->s, &r->file, &e); /* open for reading only */
	(void)act;
	free(r);
}

const struct source_ops source_sftp_ops = {
        .open = source_sftp_open,
        .close = source_sftp_close,
        .list = source_sftp_list,
        .read_open = source_sftp_read_open,
        .read = source_sftp_read,
        .bytes = source_sftp_bytes,
        .check_unchanged = source_sftp_check_unchanged,
        .read_close = source_sftp_read_close,
};
