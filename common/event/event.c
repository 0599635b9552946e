/* SPDX-License-Identifier: Apache-2.0
 *
 * The envelope, and the table of writers: each known schema by its fingerprint, with the plan that
 * maps it to our struct. Our own schemas are added at the first use and are treated like any
 * other. The table lives as long as the process and only grows.
 */
#include "longshore/event.h"

#include "decode.h"

#include <stdlib.h>

enum {
	MAX_WRITERS = 4096,
	WRITER_MAX_BYTES = 4 * 1024 * 1024,
	CANONICAL_MAX_BYTES = 4 * SCHEMA_MAX_BYTES
};

struct writer {
	uint64_t fingerprint;
	const struct ev_type *type;
	struct plan_record *plan;
	struct str canonical;
	struct arena mem; /* owns all of the above */
};

static struct {
	struct writer **all; /* sorted by fingerprint */
	size_t count;
	bool has_own;
} writers;

/* Index of the fingerprint, or where to insert it. */
static size_t writer_position(uint64_t fingerprint)
{
	size_t low = 0;
	size_t high = writers.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (writers.all[middle]->fingerprint < fingerprint)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct writer *writer_find(uint64_t fingerprint)
{
	size_t at = writer_position(fingerprint);
	if (at == writers.count || writers.all[at]->fingerprint != fingerprint)
		return NULL;
	return writers.all[at];
}

static int writer_insert(struct writer *w, struct err *e)
{
	if (writers.count == MAX_WRITERS)
		return err_set(e, ERR_REJECT, "bad_schema",
		        "the limit of %d known writer schemas is reached", MAX_WRITERS);
	struct writer **all = realloc(writers.all, (writers.count + 1) * sizeof(struct writer *));
	if (!all)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a writer schema");
	writers.all = all;
	size_t at = writer_position(w->fingerprint);
	memmove(&all[at + 1], &all[at], (writers.count - at) * sizeof(struct writer *));
	all[at] = w;
	writers.count++;
	return 0;
}

static const struct ev_type *type_of(const struct schema *s)
{
	struct str prefix = STR("longshore.");
	if (s->kind != SCHEMA_RECORD || !str_has_prefix(s->name, prefix))
		return NULL;
	return ev_type_by_name(str_bytes(s->name.p + prefix.n, s->name.n - prefix.n));
}

static int writer_fill(
        struct writer *w, struct str schema_json, struct buf *canonical, struct err *e)
{
	struct schema *schema;
	int act = schema_parse(schema_json, &w->mem, &schema, e);
	if (act < 0)
		return act;
	w->type = type_of(schema);
	if (!w->type)
		return err_set(e, ERR_REJECT, "wrong_type", "is not a record of one of our events");
	act = schema_canonical(schema, canonical, e);
	if (act < 0)
		return act;
	w->fingerprint = schema_fingerprint(buf_str(canonical));
	act = plan_make(schema, w->type->record, &w->mem, &w->plan, e);
	return act < 0 ? err_note(e, "%s", w->type->record->name) : act;
}

/* Takes ownership of w: inserts it into the table or releases it. */
static int writer_settle(struct writer *w, int act, const struct buf *canonical, struct err *e)
{
	const struct writer *known = act == 0 ? writer_find(w->fingerprint) : NULL;
	if (known && !str_eq(known->canonical, buf_str(canonical)))
		act = err_set(e, ERR_REJECT, "bad_schema", "has the fingerprint of another schema");
	if (act == 0 && !known) {
		w->canonical = arena_str(&w->mem, buf_str(canonical));
		act = writer_insert(w, e);
		if (act == 0)
			return 0;
	}
	arena_release(&w->mem);
	free(w);
	return act;
}

static int add_writer(struct str schema_json, struct err *e)
{
	struct writer *w = calloc(1, sizeof *w);
	if (!w)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for a writer schema");
	arena_init(&w->mem, WRITER_MAX_BYTES);
	struct buf canonical;
	buf_init(&canonical, CANONICAL_MAX_BYTES);
	int act = writer_fill(w, schema_json, &canonical, e);
	act = writer_settle(w, act, &canonical, e);
	buf_release(&canonical);
	return act < 0 ? err_note(e, "writer schema") : act;
}

static int ensure_own(struct err *e)
{
	if (writers.has_own)
		return 0;
	for (size_t i = 0; i < ev_type_list_count; i++) {
		int act = add_writer(ev_type_list[i]->schema, e);
		if (act == 0 && !writer_find(ev_type_list[i]->fingerprint))
			act = err_set(e, ERR_FATAL, "broken_build",
			        "%s has a different fingerprint from the generated one",
			        ev_type_list[i]->record->name);
		if (act < 0) {
			e->act = ERR_FATAL;
			return ERR_FATAL;
		}
	}
	writers.has_own = true;
	return 0;
}

int event_add_writer(struct str schema_json, struct err *e)
{
	int act = ensure_own(e);
	return act < 0 ? act : add_writer(schema_json, e);
}

/* Finds the writer by the message's header. NULL: *e is filled. */
static const struct writer *find_writer(struct wire_in *in, struct err *e)
{
	if (ensure_own(e) < 0)
		return NULL;
	if (in->left > EVENT_MAX_BYTES) {
		(void)err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "a message of %zu bytes; at most %d are allowed", in->left,
		        EVENT_MAX_BYTES);
		return NULL;
	}
	uint64_t fingerprint;
	if (wire_get_header(in, &fingerprint, e) < 0)
		return NULL;
	const struct writer *w = writer_find(fingerprint);
	if (!w)
		(void)err_set(e, ERR_REJECT, "unknown_schema",
		        "the schema with fingerprint %016llx is unknown; run longshore migrate of "
		        "the release that wrote the message",
		        (unsigned long long)fingerprint);
	return w;
}

/* Decodes the value into in->mem. NULL: *e is filled. */
static void *read_body(struct wire_in *in, const struct writer *w, struct err *e)
{
	void *value = NULL;
	int act = wire_alloc(in, 1, w->type->record->struct_bytes, &value, e);
	if (act == 0)
		act = decode_record(in, w->plan, value, e);
	if (act == 0 && in->left > 0)
		act = wire_undecodable(e, "%zu bytes are left over", in->left);
	if (act == 0)
		return value;
	(void)err_note(e, "decode %s", w->type->record->name);
	return NULL;
}

int event_decode_any(struct str bytes, struct arena *mem, const struct ev_type **out_type,
        void **out_value, struct err *e)
{
	struct wire_in in = {(const unsigned char *)bytes.p, bytes.n, mem, EVENT_MAX_DECODED_BYTES};
	const struct writer *w = find_writer(&in, e);
	void *value = w ? read_body(&in, w, e) : NULL;
	if (!value)
		return (int)e->act;
	*out_type = w->type;
	*out_value = value;
	return 0;
}

int event_decode(const struct ev_type *type, struct str bytes, struct arena *mem, void *out_value,
        struct err *e)
{
	struct wire_in in = {(const unsigned char *)bytes.p, bytes.n, mem, EVENT_MAX_DECODED_BYTES};
	const struct writer *w = find_writer(&in, e);
	if (w && w->type != type)
		return err_set(e, ERR_REJECT, "wrong_type", "is a %s, not a %s",
		        w->type->record->name, type->record->name);
	const void *value = w ? read_body(&in, w, e) : NULL;
	if (!value)
		return (int)e->act;
	memcpy(out_value, value, type->record->struct_bytes);
	return 0;
}
