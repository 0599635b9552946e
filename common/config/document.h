/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading applied documents: a body found by kind and name, and its fields by dotted path. Getters
 * note what is missing or of another type, with document and path, and go on with a default; who
 * reads checks once at the end. The first thing noted fills *e; all of them are told, where somebody
 * listens.
 */
#ifndef LONGSHORE_CONFIG_DOCUMENT_H
#define LONGSHORE_CONFIG_DOCUMENT_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/spec.h"

#include <jansson.h>

struct check_mistake { /* lives during the call */
	struct str kind, tenant, name;
	const char *path; /* "record[0].name"; "" for the document as a whole */
	const char *text;
	bool is_warning;
};

struct documents {
	const struct spec_document *list;
	size_t count;
	struct str tenant;
	struct arena *mem;
	struct err *e;
	int act;                                                /* 0, or of the first mistake */
	void (*tell)(void *arg, const struct check_mistake *m); /* may be NULL */
	void *tell_arg;
	json_t *open[16]; /* bodies that were found: freed by documents_release */
	size_t open_count;
};

struct document {
	struct documents *all;
	const char *kind;
	struct str tenant, name;
	const json_t *body; /* NULL: not found, noted */
	const char *at;     /* in front of every path: "record[0]." for an item of a list */
};

void documents_release(struct documents *d);
/* tenant-less kinds (Destination, Bucket) are found under the empty tenant. */
struct document document_find(struct documents *d, const char *kind, struct str name);
/* The one that a field of `from` names; document_called: the name was read already. */
struct document document_named(const struct document *from, const char *path, const char *kind);
struct document document_called(
        const struct document *from, const char *path, const char *kind, struct str name);
struct document document_open(struct documents *d, const struct spec_document *document);

/* "source.ready.marker"; NULL: not there. Noted, if something on the way is no mapping. */
const json_t *document_at(const struct document *doc, const char *path);
const json_t *document_list(const struct document *doc, const char *path); /* else noted */
struct str document_text(const struct document *doc, const char *path,
        const char *preset); /* preset NULL: required */
int64_t document_num(const struct document *doc, const char *path, int64_t preset);
struct range {
	int64_t min, max;
};
int64_t document_num_in(
        const struct document *doc, const char *path, int64_t preset, struct range range);
bool document_bool(const struct document *doc, const char *path, bool preset);
/* One of words (ends with NULL): its index; else noted. */
int document_word(
        const struct document *doc, const char *path, const char *const *words, int preset);
/* Parts per million of "30%", "0.3" or 1; 0 where there is none. */
int64_t document_ratio(const struct document *doc, const char *path);
/* A share of a whole, likewise, at most most_ppm; SHARE_ABSENT where there is none. Needs a % sign or
 * lies between 0 and 1. */
#define SHARE_ABSENT GUARD_OFF
#define SHARE_WHOLE INT64_C(1000000)
#define SHARE_MAX (INT64_C(1000000) * 1000000)
int64_t document_share(const struct document *doc, const char *path, int64_t most_ppm);
void document_wrong(const struct document *doc, const char *path, const char *what);
/* What is no mistake, and worth a word where somebody listens. */
void document_warn(const struct document *doc, const char *path, const char *what);

/* "12.5%", "0.125", "1" -> ppm; exact to the millionth, else false. Pure. */
bool ratio_parse(struct str text, int64_t *out_ppm);

#endif
