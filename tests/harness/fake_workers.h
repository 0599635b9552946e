/* SPDX-License-Identifier: Apache-2.0
 * Workers that do nothing and answer: what each stage gives, and the truth at the partner. They serve a
 * scheduler in memory as well as one on a real database. Include it after delivery/delivery.h. */
#ifndef LONGSHORE_TESTS_FAKE_WORKERS_H
#define LONGSHORE_TESTS_FAKE_WORKERS_H

#include "folder.h"

#include "longshore/floor.h"
#include "longshore/spec.h"

enum { FILES = 512 };

struct ledger_file {
	struct str file_id, name;
	bool is_visible, is_closed;
};

struct message { /* a task that was published */
	struct str delivery_id;
	union task_event event;
	enum stage stage;
};

struct world;

struct workers {
	struct world *w; /* whose tasks they do; NULL: those that are given to them */
	struct arena *mem;
	const int64_t *now_ms;
	const struct spec *spec; /* for its suppression lists; NULL: none */
	/* what the source and the lists say */
	int32_t slices;
	int64_t rows_per_slice; /* all matched, one link each */
	int64_t chosen;         /* records; 0: one for each row of all slices */
	int64_t blocked;        /* of the chosen, by the lists */
	int64_t replaced; /* members that the baseline has not, each in place of one that it has */
	int64_t worker_floor; /* the bridge-worker's LONGSHORE_MIN_AUDIENCE */
	int64_t more_records; /* members whose primary id is another's, too */
	int64_t list_modified_ms;
	int64_t list_ids, list_invalid, list_known; /* of each list */
	const char *list_hash;
	const char
	        *place; /* what is at the bucket's url now; NULL: an uploader that does not say */
	bool compares_places; /* it asks and compares before it sends */
	bool has_written;     /* what is not visible is written, so settle needs the place, too */
	struct ledger_file files[FILES];
	size_t files_count;
};

static inline size_t lists_of(const struct workers *k)
{
	return k->spec ? k->spec->suppressions_count : 0;
}

static inline struct ledger_file *ledger_of(struct workers *k, struct str file_id, struct str name)
{
	for (size_t i = 0; i < k->files_count; i++)
		if (str_eq(k->files[i].file_id, file_id))
			return &k->files[i];
	assert_true(k->files_count < FILES);
	struct ledger_file *f = &k->files[k->files_count++];
	*f = (struct ledger_file){.file_id = file_id, .name = name};
	return f;
}

static inline struct ev_task_result *answer(
        struct workers *k, const struct message *m, enum ev_outcome outcome, const char *reason)
{
	const struct ev_task_head *h = &m->event.head;
	struct ev_task_result *r = ARENA_NEW(k->mem, struct ev_task_result);
	*r = (struct ev_task_result){
	        .task_id = h->task_id,
	        .issue = h->issue,
	        .tenant = h->tenant,
	        .delivery_id = h->delivery_id,
	        .revision = h->revision,
	        .stage = h->stage,
	        .index = h->index,
	        .outcome = outcome,
	        .reason = str_c(reason),
	        .detail = STR("as the test says"),
	        .worker = STR("test"),
	        .started_at_ms = *k->now_ms,
	        .finished_at_ms = *k->now_ms,
	};
	return r;
}

static inline void give_fact(
        struct workers *k, struct ev_task_result *r, const char *name, struct str value)
{
	struct ev_fact *wider = arena_alloc(k->mem, (r->facts_count + 1) * sizeof *wider);
	if (r->facts_count > 0)
		memcpy(wider, r->facts, r->facts_count * sizeof *wider);
	wider[r->facts_count++] = (struct ev_fact){str_c(name), value};
	r->facts = wider;
}

static inline void give_number(
        struct workers *k, struct ev_task_result *r, const char *name, int64_t value)
{
	give_fact(k, r, name, arena_printf(k->mem, "%lld", (long long)value));
}

static inline void give_count(
        struct workers *k, struct ev_task_result *r, const char *name, int64_t value)
{
	struct ev_count *wider = arena_alloc(k->mem, (r->counts_count + 1) * sizeof *wider);
	if (r->counts_count > 0)
		memcpy(wider, r->counts, r->counts_count * sizeof *wider);
	wider[r->counts_count++] = (struct ev_count){STR(""), str_c(name), value};
	r->counts = wider;
}

static inline void give_output(struct workers *k, struct ev_task_result *r, const char *kind,
        const char *what, int64_t rows)
{
	struct ev_staged_ref *wider = arena_alloc(k->mem, (r->outputs_count + 1) * sizeof *wider);
	if (r->outputs_count > 0)
		memcpy(wider, r->outputs, r->outputs_count * sizeof *wider);
	wider[r->outputs_count++] = (struct ev_staged_ref){
	        .kind = str_c(kind),
	        .name = arena_printf(k->mem, "%s/" STR_FMT, what, STR_ARG(r->task_id)),
	        .sha256 = STR("00"),
	        .bytes = 1,
	        .rows = rows,
	};
	r->outputs = wider;
}

static inline void do_select(struct workers *k, struct ev_task_result *r)
{
	int64_t rows = k->rows_per_slice;
	give_output(k, r, "selection", "sel", rows);
	give_count(k, r, "rows_read", rows + 2);
	give_count(k, r, "invalid", 1);
	give_count(k, r, "unmatched", 1);
	give_count(k, r, "matched", rows);
	give_count(k, r, "links_found", rows);
	give_count(k, r, "links", rows);
}

static inline void give_list(struct workers *k, struct ev_task_result *r, const char *what,
        struct str list, int64_t value)
{
	struct arena *mem = k->mem;
	give_fact(k, r, arena_printf(mem, "%s." STR_FMT, what, STR_ARG(list)).p,
	        arena_printf(mem, "%lld", (long long)value));
}

static inline void do_combine(struct workers *k, const struct message *m, struct ev_task_result *r)
{
	int64_t chosen = k->chosen > 0 ? k->chosen : k->rows_per_slice * k->slices;
	int64_t members = chosen - k->blocked;
	if (floor_forbids(k->worker_floor, members - k->more_records)) {
		give_number(k, r, "withheld_below", k->worker_floor);
	} else {
		give_output(k, r, "members", "members", members);
		give_output(k, r, "baseline", "route", members);
	}
	give_fact(k, r, "content_hash",
	        arena_printf(k->mem, "hash-%lld-%s", (long long)members, k->list_hash));
	give_count(k, r, "chosen", chosen);
	give_count(k, r, "blocked", k->blocked);
	give_count(k, r, "members", members);
	give_count(k, r, "persons", members);
	give_count(k, r, "primary_ids", members - k->more_records);
	for (size_t i = 0; i < lists_of(k); i++) {
		struct str list = k->spec->suppressions[i].name;
		give_list(k, r, "list_ids", list, k->list_ids);
		give_list(k, r, "list_invalid", list, k->list_invalid);
		give_list(k, r, "list_known", list, k->list_known);
		if (k->list_invalid > 0)
			give_fact(k, r,
			        arena_printf(k->mem, "list_invalid_at." STR_FMT, STR_ARG(list)).p,
			        STR("a.csv row 3"));
	}
	if (m->event.bridge.approved) {
		int64_t approved = m->event.bridge.approved->rows;
		give_fact(k, r, "approved_added",
		        arena_printf(k->mem, "%lld",
		                (long long)(members > approved ? members - approved : 0)));
	}
	if (!m->event.bridge.baseline)
		return;
	int64_t before = m->event.bridge.baseline->rows;
	int64_t same = (before < members ? before : members) - k->replaced;
	give_count(k, r, "unchanged", same);
	give_count(k, r, "added", members - same);
	give_count(k, r, "removed", before - same);
	give_count(k, r, "baseline", before);
}

static inline void do_lists(struct workers *k, struct ev_task_result *r)
{
	for (size_t i = 0; i < lists_of(k); i++) {
		give_output(k, r, "suppression", "x", 3);
		r->outputs[i].name = k->spec->suppressions[i].name;
		r->outputs[i].sha256 = str_c(k->list_hash);
		struct str fact = arena_printf(
		        k->mem, "modified_ms." STR_FMT, STR_ARG(k->spec->suppressions[i].name));
		give_number(k, r, fact.p, k->list_modified_ms);
	}
}

static inline void give_receipt(
        struct workers *k, const struct message *m, struct ev_task_result *r)
{
	struct ev_file_receipt *receipt = ARENA_NEW(k->mem, struct ev_file_receipt);
	*receipt = (struct ev_file_receipt){.file_id = m->event.upload.file_id,
	        .name = m->event.upload.file_name,
	        .url = STR("file:///drop/"),
	        .role = STR("part"),
	        .sha256 = STR("00"),
	        .plain_sha256 = STR("00"),
	        .encoder = m->event.upload.encoder,
	        .guarantee = STR("test"),
	        .verified = STR("test")};
	r->receipt = receipt;
	if (k->place)
		give_fact(k, r, "place", str_c(k->place));
}

/* NULL: the place is right. */
static inline struct ev_task_result *look_at_place(struct workers *k, const struct message *m)
{
	const struct ev_upload_task *t = &m->event.upload;
	bool is_answered = t->resolution != EV_RESOLUTION_NONE;
	struct str want = t->bucket_place.n > 0 ? t->bucket_place : t->place;
	if (m->stage == STAGE_SETTLE && !k->has_written)
		return NULL;
	if (t->asks_place) {
		struct ev_task_result *r = answer(k, m, EV_OUTCOME_DEFER, "place_unknown");
		give_fact(k, r, "place", str_c(k->place));
		return r;
	}
	if (str_eq(want, str_c(k->place)) && !is_answered && t->place.n > 0)
		want = t->place;
	if (str_eq(want, str_c(k->place)))
		return NULL;
	struct ev_task_result *r = answer(k, m, EV_OUTCOME_RETRY, "drop_unavailable");
	give_fact(k, r, "place_wanted", want);
	give_fact(k, r, "place_found", str_c(k->place));
	return r;
}

static inline struct ev_task_result *do_upload(struct workers *k, const struct message *m)
{
	const struct ev_upload_task *t = &m->event.upload;
	struct ev_task_result *other = k->compares_places ? look_at_place(k, m) : NULL;
	if (other)
		return other;
	struct ledger_file *f = ledger_of(k, t->file_id, t->file_name);
	if (m->stage == STAGE_SETTLE) {
		f->is_closed = true;
		struct ev_task_result *r = answer(k, m, EV_OUTCOME_DONE, "");
		give_fact(k, r, "visible", f->is_visible ? STR("true") : STR("false"));
		if (f->is_visible)
			give_receipt(k, m, r);
		return r;
	}
	if (f->is_closed && !f->is_visible)
		return answer(k, m, EV_OUTCOME_REJECT, "closed");
	f->is_visible = true;
	struct ev_task_result *r = answer(k, m, EV_OUTCOME_DONE, "");
	give_receipt(k, m, r);
	return r;
}

/* The task is done, as a good worker does it. */
static inline struct ev_task_result *work(struct workers *k, const struct message *m)
{
	if (m->stage == STAGE_UPLOAD || m->stage == STAGE_SETTLE)
		return do_upload(k, m);
	struct ev_task_result *r = answer(k, m, EV_OUTCOME_DONE, "");
	switch (m->stage) {
	case STAGE_BUILD:
		give_fact(k, r, "bridge_version", STR("v2"));
		give_number(k, r, "key_epoch", 1);
		give_number(k, r, "records", 10);
		give_number(k, r, "persons", 10);
		break;
	case STAGE_INSPECT:
		give_output(k, r, "slices", "slices", k->slices * (k->rows_per_slice + 2));
		give_number(k, r, "slices", k->slices);
		break;
	case STAGE_SELECT:
		do_select(k, r);
		break;
	case STAGE_LISTS:
		do_lists(k, r);
		break;
	case STAGE_COMBINE:
		do_combine(k, m, r);
		break;
	case STAGE_PART:
		give_output(k, r, "file", "files", m->event.format.ranks);
		give_fact(k, r, "encoder", STR("isal-0"));
		give_fact(k, r, "md5", STR("0123456789abcdef0123456789abcdef"));
		give_fact(k, r, "plain_sha256", STR("11"));
		break;
	case STAGE_MANIFEST:
	case STAGE_MARKER:
		give_output(k, r, "file", "files", 0);
		give_fact(k, r, "plain_sha256", STR("11"));
		break;
	case STAGE_UPLOAD:
	case STAGE_SETTLE:
	case STAGE_COUNT:
		break;
	}
	return r;
}

#endif
