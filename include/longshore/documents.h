/* SPDX-License-Identifier: Apache-2.0
 *
 * Configuration as people write it: YAML files of one or more documents, each with kind and name.
 * The reader turns them into canonical JSON bodies (keys sorted, compact). Plain whole numbers,
 * true, false and null keep their meaning; everything else is text.
 *
 * All mistakes are collected, with the file and line of the field, and reported at the end as lines
 * "FILE:LINE: FIELD: what is wrong".
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
        struct str kind); /* it has a field `tenant`; false: it has none, or is not a kind */

/* A file has at most DOCUMENT_FILE_MAX bytes (the caller that reads it checks this) and at most
 * DOCUMENT_DEPTH_MAX levels. A plain number has at most 18 digits; a longer one is text. */
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
	const char *file; /* its file, for messages; borrowed */
	int line;         /* from 1 */
	const struct document_place *places;
	size_t places_count;
	char hash[SHA256_HEX]; /* of the body */
};

struct document_mistake { /* or a warning */
	const char *file;
	size_t order; /* number of the file */
	int line;
	struct str field; /* its path; empty: the whole document */
	struct str text;
};

struct document_mistakes {
	struct document_mistake *items;
	size_t count, room;
	bool has_more; /* there are more than `items` has */
};

struct read_documents {
	struct read_document *items; /* room for DOCUMENTS_MAX; the caller's */
	size_t count;
	struct arena *mem;  /* the caller's; all below is in it */
	const char **files; /* in order */
	size_t files_count;
	struct document_mistakes mistakes;
	struct document_mistakes warnings; /* accepted, but with less effect than it seems */
};

/* Appends the documents of one file; `file` is borrowed. Returns 0 even if there are mistakes.
 * ERR_REJECT ("too_large") above DOCUMENTS_MAX. */
int documents_read(
        const char *file, struct str text, struct read_documents *read, struct err *e) ERR_MUST_USE;

/* What this machine has that documents refer to. */
struct document_world {
	bool (*has_zone)(void *arg, struct str name); /* NULL: zones are not checked */
	/* Does a cadence with a known zone ever run? NULL: not checked. */
	bool (*has_run)(void *arg, const struct spec_cadence *cadence);
	/* Can the formatter write such a file? If not, *e says "field: what is wrong". NULL: not
	 * checked. */
	int (*check_form)(
	        void *arg, const struct spec_destination *to, struct arena *mem, struct err *e);
	void *arg;
};

/* Checks every document of `read` alone, and resolves every route and bridge over `read` and
 * `applied` (`applied` must not have documents that `read` replaces). A mistake in an applied
 * document is reported at the document of `read` that needs it. Pure except for `world`. */
void documents_check(struct read_documents *read, const struct spec_document *applied,
        size_t applied_count, const struct document_world *world);

/* Adds a mistake that the caller found, at the field of a document that was read. */
void documents_mistake(struct read_documents *read, const struct read_document *d, const char *path,
        const char *text);

/* A text of the document by its dotted path; empty if there is none. */
struct str documents_text(const struct read_document *d, const char *path, struct arena *mem);

/* --- what changes --- */

enum change_kind { CHANGE_ADDED, CHANGE_CHANGED, CHANGE_REMOVED };
struct document_change {
	enum change_kind kind;
	struct str path;          /* "record[1].name" */
	struct str before, after; /* JSON; empty: absent */
};
struct document_changes {
	struct document_change *items;
	size_t count;
};
/* before and after: bodies; an empty `before` means that there was none, so everything is added.
 * The result is in mem. ERR_REJECT if a body is unreadable. Pure. */
int documents_compare(struct str before, struct str after, struct arena *mem,
        struct document_changes *out, struct err *e) ERR_MUST_USE;

/* --- reports --- */

/* Sorts by file and line, and removes repeated mistakes. */
void documents_sort(struct document_mistakes *all);
/* Appends the mistakes so far, sorted, one per line; nothing if there are none. */
int documents_report(struct read_documents *read, struct buf *report, struct err *e) ERR_MUST_USE;
/* The same for warnings: "FILE:LINE: warning: FIELD: ...". */
int documents_report_warnings(
        struct read_documents *read, struct buf *report, struct err *e) ERR_MUST_USE;

#endif
