/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/row_source.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct reading {
	const struct row_source *from;
	const struct row_source_calls *calls;
	struct arena *mem;
	struct source *source;
	char *piece;
	struct hash *pins, *object_hash;
	const struct source_object *object;
	size_t pinned; /* objects pinned so far */
	struct row_source_facts facts;
};

/* --- objects --- */

static int take_piece(
        struct reading *r, struct row_reader *rows, size_t n, int64_t at, struct err *e)
{
	const struct row_source_calls *c = r->calls;
	hash_add(r->object_hash, r->piece, n);
	int act = c->on_piece ? c->on_piece(c->arg, r->piece, n, at, e) : 0;
	if (act == 0)
		act = row_reader_feed(rows, r->piece, n, e);
	return act == 0 && c->on_piece_done ? c->on_piece_done(c->arg, e) : act;
}

/* Sources are read uncompressed. Refuses an object whose name or first bytes indicate gzip. */
static int check_plain(const struct reading *r, size_t n, struct err *e)
{
	const unsigned char *p = (const unsigned char *)r->piece;
	if (n >= 2 && p[0] == 0x1f && p[1] == 0x8b)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "it is compressed with gzip, but this source is read uncompressed: "
		        "decompress it");
	struct str name = r->object->name;
	if (name.n >= 3 && strncasecmp(name.p + (name.n - 3), ".gz", 3) == 0)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "its name ends in .gz, but it is not compressed: rename it, if it is "
		        "complete");
	return 0;
}

/* Waits if the object has no line end, because its writer may be in the middle of a row. */
static int finish(struct reading *r, struct row_reader *rows, struct err *e)
{
	int64_t age_ms = r->from->now_ms - r->object->modified_ms;
	bool is_open = !row_reader_is_between_rows(rows);
	if (is_open && r->from->ready_marker.n == 0 && age_ms < ROW_SOURCE_OPEN_END_MS)
		return err_set(e, ERR_RETRY, CODE_SOURCE_MISSING,
		        "its last row has no line end, so somebody may still be writing it: add a "
		        "line end, or it will be read once it has not changed for %d s",
		        ROW_SOURCE_OPEN_END_MS / 1000);
	if (row_reader_finish(rows, e) == 0)
		return 0;
	if (!is_open || e->act != ERR_REJECT)
		return e->act;
	e->act = ERR_RETRY;
	e->code = CODE_SOURCE_MISSING;
	return err_note(e, "it ends in the middle of a row, so it is not complete yet");
}

static int read_bytes(struct reading *r, struct source_reader *from, struct row_reader *rows,
        int64_t *bytes, struct err *e)
{
	for (*bytes = 0;;) {
		size_t n = 0;
		if (r->from->stop && *r->from->stop)
			return err_set(e, ERR_DEFER, "drain", "the process is ending");
		int act = source_read(from, *bytes, r->piece, ROW_SOURCE_PIECE_BYTES, &n, e);
		if (act == 0 && *bytes == 0)
			act = check_plain(r, n, e);
		if (act == 0 && n == 0)
			return finish(r, rows, e);
		if (act == 0)
			act = take_piece(r, rows, n, *bytes, e);
		if (act != 0)
			return act;
		*bytes += (int64_t)n;
	}
}

/* If the object changed while it was read, an error in it may not be in its final version. */
static int unless_changed(
        const struct reading *r, struct source_reader *from, int act, struct err *e)
{
	struct err changed;
	if ((act != 0 && act != ERR_REJECT) ||
	        source_check_unchanged(from, r->object, &changed) == 0)
		return act;
	*e = changed;
	return changed.act;
}

static void pin(struct reading *r, int64_t bytes)
{
	char sha[SHA256_HEX], line[32];
	hash_take_hex(r->object_hash, sha);
	int n = snprintf(line, sizeof(line), "\t%" PRId64 "\t", bytes);
	hash_add(r->pins, r->object->name.p, r->object->name.n);
	hash_add(r->pins, line, (size_t)n);
	hash_add(r->pins, sha, SHA256_HEX - 1);
	hash_add(r->pins, "\n", 1);
	r->facts.bytes += bytes;
	if (r->object->modified_ms > r->facts.modified_ms)
		r->facts.modified_ms = r->object->modified_ms;
	if (r->pinned++ == 0 || r->object->modified_ms < r->facts.oldest_ms)
		r->facts.oldest_ms = r->object->modified_ms;
}

static int read_input(void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	return source_read(arg, offset, p, n, out_n, e);
}

static int input_bytes(void *arg, int64_t *out, struct err *e)
{
	return source_bytes(arg, out, e);
}

static int read_object(struct reading *r, struct err *e)
{
	const struct row_calls calls = {r->calls->on_header, r->calls->on_record, r->calls->arg};
	struct row_reader *rows = NULL;
	struct source_reader *from = NULL;
	int64_t bytes = 0;
	int act = source_read_open(r->source, r->object->name, &from, e);
	const struct row_input input = {read_input, input_bytes, from};
	if (act == ERR_RETRY)
		e->code = CODE_SOURCE_MISSING; /* it was in the listing a moment ago */
	if (act == 0)
		act = row_reader_open(&r->from->form, &input, &calls, &rows, e);
	if (act == 0)
		act = read_bytes(r, from, rows, &bytes, e);
	if (from)
		act = unless_changed(r, from, act, e);
	if (act == 0)
		r->facts.rows += row_reader_rows(rows);
	row_reader_close(rows);
	source_read_close(from);
	if (act == 0)
		pin(r, bytes);
	return act == 0 && r->calls->on_object_done
	               ? r->calls->on_object_done(r->calls->arg, bytes, e)
	               : act;
}

static int is_ready(struct reading *r, const struct source_object *objects, size_t count, bool *out,
        struct err *e)
{
	return source_ready(r->source, r->from->ready_marker, r->from->quiet_seconds,
	        r->from->now_ms, objects, count, out, e);
}

/* The marker only says that the data is complete. It is never data, whatever its name is. */
static size_t leave_marker_out(struct source_object *objects, size_t count, struct str marker)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (marker.n == 0 || !str_eq(objects[i].name, marker))
			objects[kept++] = objects[i];
	return kept;
}

static int list_objects(struct reading *r, struct source_listing *out, struct err *e)
{
	const struct source_options options = {.reads_partial = r->from->reads_partial};
	bool ready = false;
	bool marked = r->from->ready_marker.n > 0;
	int act = 0;
	if (marked) /* before the listing, which then contains all that the marker covers */
		act = is_ready(r, NULL, 0, &ready, e);
	if (act == 0 && (ready || !marked))
		act = source_list(r->source, &options, r->mem, out, e);
	if (act == 0)
		out->count = leave_marker_out(out->objects, out->count, r->from->ready_marker);
	if (act == 0 && !marked)
		act = is_ready(r, out->objects, out->count, &ready, e);
	if (act == 0 && (!ready || out->count == 0))
		act = err_set(e, ERR_RETRY, CODE_SOURCE_MISSING, STR_FMT " %s",
		        STR_ARG(r->from->url),
		        ready    ? "contains no object yet: put it there"
		        : marked ? "is not complete yet: its ready.marker is not there"
		                 : "is not complete yet: an object is younger than "
		                   "ready.quiet_seconds");
	r->facts.hidden_count = out->hidden_count;
	r->facts.partial_count = out->partial_count;
	return act;
}

static int read_objects(struct reading *r, struct err *e)
{
	struct source_listing list = {0};
	int act = list_objects(r, &list, e);
	const struct source_object *objects = list.objects;
	size_t count = list.count;
	assert(act != 0 || objects);
	for (size_t i = 0; act == 0 && i < count; i++) {
		r->object = &objects[i];
		if (r->calls->on_object)
			act = r->calls->on_object(r->calls->arg, r->object, e);
		if (act == 0)
			act = read_object(r, e);
		if (act != 0)
			(void)err_note(
			        e, "object " STR_FMT, STR_ARG(objects[i].name)); /* returns act */
	}
	return act;
}

int row_source_read(const struct row_source *s, const struct row_source_calls *calls,
        struct arena *mem, struct row_source_facts *out, struct err *e)
{
	struct reading r = {.from = s, .calls = calls, .mem = mem};
	r.piece = malloc(ROW_SOURCE_PIECE_BYTES);
	if (!r.piece)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to read a source");
	r.pins = hash_new_sha256();
	r.object_hash = hash_new_sha256();
	const struct place place = {.url = s->url,
	        .credential = s->credential,
	        .host_key = s->host_key,
	        .keys = s->keys,
	        .allowed = s->allowed};
	int act = source_open(&place, &r.source, e);
	if (act == 0)
		act = read_objects(&r, e);
	source_close(r.source);
	hash_take_hex(r.pins, r.facts.pins);
	hash_free(r.pins);
	hash_free(r.object_hash);
	free(r.piece);
	if (act == 0)
		*out = r.facts;
	return act;
}

enum { PLACES_MAX = 3 };

void row_places_add(struct row_places *p, struct str object, int64_t row, struct arena *mem)
{
	if (p->count++ < PLACES_MAX)
		p->text = arena_printf(mem, STR_FMT "%s" STR_FMT " row %lld", STR_ARG(p->text),
		        p->count > 1 ? ", " : "", STR_ARG(object), (long long)row);
}
