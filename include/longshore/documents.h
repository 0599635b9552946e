/* SPDX-License-Identifier: Apache-2.0
 *
 * Configuration as people write it: YAML files of one or more documents, each with kind and name.
 * Reading turns them into canonical JSON bodies (keys sorted, compact): plain whole numbers, true,
 * false and null keep their meaning, everything else is text.
 *
 * Mistakes are collected, all of them, with the file and line of the field, and told at the end as
 * lines "FILE:LINE: FIELD: what is wrong".
 */
#ifndef LONGSHORE_DOCUMENTS_H
#define LONGSHORE_DOCUMENTS_H

#include "longshore/buf.h"
#include "longshore/cadence.h"
#include "longshore/spec.h"

#include <stdbool.h>

#define DOCUMENT_KINDS \
	"Tenant, Audience, Bridge, Destination, Bucket, SuppressionList, Route, ConceptGroup, " \
	"Credential"
bool documents_has_kind(struct str kind);
bool documents_has_tenant(
        struct str kind); /* a field of that name; false: of no tenant, or no kind */

/* A file is at most DOCUMENT_FILE_MAX bytes (whoever reads the file sees to it), nested at most
 * DOCUMENT_DEPTH_MAX deep; a plain number has at most 18 digits, longer ones are texts. */
enum {
	DOCUMENTS_MAX = 10000,
	DOCUMENT_FILE_MAX = 16 * 1024 * 1024,
	DOCUMENT_DEPTH_MAX = 32,
	DOCUMENT_PATH_MAX = 512
};

struct document_place { /* of a field: "record[0].name" */
	struct str path;
	int line;
};

struct read_document {
	struct spec_document document;
	const char *file; /* where it stands, for messages; borrowed */
	int line;         /* from 1 */
	const struct document_place *places;
	size_t places_count;
	char hash[SHA256_HEX]; /* of the body */
};

struct document_mistake { /* or a warning */
	const char *file;
	size_t order; /* of the file */
	int line;
	struct str field; /* its path; empty: the document as a whole */
	struct str text;
};

struct document_mistakes {
	struct document_mistake *items;
	size_t count, room;
	bool has_more; /* than are kept */
};

struct read_documents {
	struct read_document *items; /* DOCUMENTS_MAX; the caller's */
	size_t count;
	struct arena *mem;  /* the caller's; all below lives there */
	const char **files; /* in order */
	size_t files_count;
	struct document_mistakes mistakes;
	struct document_mistakes warnings; /* what is taken, and does less than it seems to */
};

/* Appends the documents of one file; `file` is borrowed. Returns 0 also where there are mistakes;
 * ERR_REJECT ("too_large") past DOCUMENTS_MAX. */
int documents_read(
        const char *file, struct str text, struct read_documents *read, struct err *e) ERR_MUST_USE;

/* What the machine has and a document may name. */
struct document_world {
	bool (*has_zone)(void *arg, struct str name); /* NULL: zones are not looked at */
	/* Whether a cadence whose zone is there ever runs; NULL: not looked at. */
	bool (*has_run)(void *arg, const struct spec_cadence *cadence);
	/* Whether the formatter can write such a file; else *e says "field: what is wrong". NULL: not
	 * looked at. */
	int (*check_form)(
	        void *arg, const struct spec_destination *to, struct arena *mem, struct err *e);
	void *arg;
};

/* Every document of `read` by itself, and every route and bridge resolved over `read` and `applied`
 * (whatever `read` replaces must not be in `applied`). A mistake of a document that is applied
 * already is told at the document of `read` that needs it. Pure but for `world`. */
void documents_check(struct read_documents *read, const struct spec_document *applied,
        size_t applied_count, const struct document_world *world);

/* A mistake that somebody else found, at the field of a document that was read. */
void documents_mistake(struct read_documents *read, const struct read_document *d, const char *path,
        const char *text);

/* A text of the document by its dotted path; empty where there is none. */
struct str documents_text(const struct read_document *d, const char *path, struct arena *mem);

/* --- what changes --- */

enum change_kind { CHANGE_ADDED, CHANGE_CHANGED, CHANGE_REMOVED };
struct document_change {
	enum change_kind kind;
	struct str path;          /* "record[1].name" */
	struct str before, after; /* JSON; empty: it is not there */
};
struct document_changes {
	struct document_change *items;
	size_t count;
};
/* before and after: bodies; before empty: there was none, and all is added. The result lives in mem.
 * ERR_REJECT where one cannot be read. Pure. */
int documents_compare(struct str before, struct str after, struct arena *mem,
        struct document_changes *out, struct err *e) ERR_MUST_USE;

/* --- what is told --- */

/* In the order of files and lines, each once. */
void documents_sort(struct document_mistakes *all);
/* The mistakes so far, sorted, a line each; nothing where there are none. */
int documents_report(struct read_documents *read, struct buf *report, struct err *e) ERR_MUST_USE;
/* The warnings, likewise: "FILE:LINE: warning: FIELD: ...". */
int documents_report_warnings(
        struct read_documents *read, struct buf *report, struct err *e) ERR_MUST_USE;

#endif
