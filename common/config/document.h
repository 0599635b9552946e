/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads applied documents: finds a body by kind and name, and its fields by dotted path. Getters
 * record missing fields and wrong types, with document and path, and continue with a default. The
 * caller checks once at the end. The first mistake fills *e; all of them go to `tell`, if it is
 * set.
 */
#ifndef LONGSHORE_CONFIG_DOCUMENT_H
#define LONGSHORE_CONFIG_DOCUMENT_H

#include "longshore/arena.h"
#include "longshore/err.h"
#include "longshore/spec.h"

#include <jansson.h>

struct check_mistake { /* valid during the call */
	struct str kind, tenant, name;
	const char *path; /* "record[0].name"; "" for the whole document */
	const char *text;
	bool is_warning;
};

struct documents {
	const struct spec_document *list;
	size_t count;
	struct str tenant;
	struct arena *mem;
	struct err *e;
	int act;                                                /* 0, or the first mistake's */
	void (*tell)(void *arg, const struct check_mistake *m); /* can be NULL */
	void *tell_arg;
	json_t *open[16]; /* bodies that were found; documents_release frees them */
	size_t open_count;
};

struct document {
	struct documents *all;
	const char *kind;
	struct str tenant, name;
	const json_t *body; /* NULL: not found, which has been recorded */
	const char *at;     /* prefix of every path: "record[0]." for an item of a list */
};

void documents_release(struct documents *d);
/* Kinds without a tenant (Destination, Bucket) are found under the empty tenant. */
struct document document_find(struct documents *d, const char *kind, struct str name);
/* document_named finds the document that a field of `from` names. document_called takes a name that
 * was already read. */
struct document document_named(const struct document *from, const char *path, const char *kind);
struct document document_called(
        const struct document *from, const char *path, const char *kind, struct str name);
struct document document_open(struct documents *d, const struct spec_document *document);

/* path: "source.ready.marker". Returns NULL if the field is absent. Records a mistake if something
 * on the path is not a mapping. */
const json_t *document_at(const struct document *doc, const char *path);
const json_t *document_list(const struct document *doc, const char *path); /* records other types */
struct str document_text(const struct document *doc, const char *path,
        const char *preset); /* preset NULL: required */
int64_t document_num(const struct document *doc, const char *path, int64_t preset);
struct range {
	int64_t min, max;
};
int64_t document_num_in(
        const struct document *doc, const char *path, int64_t preset, struct range range);
bool document_bool(const struct document *doc, const char *path, bool preset);
/* Returns the index of the value in `words` (ends with NULL). Other values are recorded as a
 * mistake. */
int document_word(
        const struct document *doc, const char *path, const char *const *words, int preset);
/* Returns parts per million of "30%", "0.3" or 1; 0 if the field is absent. */
int64_t document_ratio(const struct document *doc, const char *path);
/* Returns a share of a whole, in parts per million, at most most_ppm; SHARE_ABSENT if the field is
 * absent. The value needs a % sign or lies between 0 and 1. */
#define SHARE_ABSENT GUARD_OFF
#define SHARE_WHOLE INT64_C(1000000)
#define SHARE_MAX (INT64_C(1000000) * 1000000)
int64_t document_share(const struct document *doc, const char *path, int64_t most_ppm);
void document_wrong(const struct document *doc, const char *path, const char *what);
/* Records a warning, which is not a mistake. */
void document_warn(const struct document *doc, const char *path, const char *what);

/* "12.5%", "0.125", "1" -> parts per million. Returns false if the value is not exact to a
 * millionth. Pure. */
bool ratio_parse(struct str text, int64_t *out_ppm);

#endif
