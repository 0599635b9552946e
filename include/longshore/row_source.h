/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads all objects of a source from first to last byte and pins them meanwhile.
 *
 * Every object has its own header with the columns that on_header looks for; other columns may
 * differ between objects. ERR_RETRY ("source_missing"): the source has no objects or is not
 * complete. It is not complete, too, if it changes while it is read, if an object ends in half a
 * row, or if its last row has no line end and it changed a moment ago (without a marker that says
 * it is complete). Compressed objects are ERR_REJECT ("bad_source"). Errors name object and row,
 * never their content. Memory: one piece and one record. Blocks while it reads. One thread.
 */
#ifndef LONGSHORE_ROW_SOURCE_H
#define LONGSHORE_ROW_SOURCE_H

#include "longshore/arena.h"
#include "longshore/row_reader.h"
#include "longshore/sha256.h"
#include "longshore/source.h"

#include <stdatomic.h>

enum {
	ROW_SOURCE_PIECE_BYTES = 256 * 1024,
	/* An object whose last row has no line end may still grow. It is read once it has not
	 * changed for this long. */
	ROW_SOURCE_OPEN_END_MS = 60 * 1000
};

/* Called during the reading. All except on_header may be NULL. A non-zero return value ends the
 * reading. */
struct row_source_calls {
	row_on_header on_header; /* for each object; call row_header_find here */
	row_on_record on_record; /* row: number in the object, from 1 */
	int (*on_object)(void *arg, const struct source_object *object, struct err *e);
	/* Bytes at..at + n - 1 of the object, before and after they are parsed. The calls for their
	 * records come in between. */
	int (*on_piece)(void *arg, const char *p, size_t n, int64_t at, struct err *e);
	int (*on_piece_done)(void *arg, struct err *e);
	int (*on_object_done)(void *arg, int64_t bytes, struct err *e);
	void *arg;
};

struct row_source {
	struct str url;
	struct row_form form;    /* of all objects */
	struct str ready_marker; /* as for source_ready */
	int64_t quiet_seconds;
	struct str credential, host_key; /* for a server, as in struct place */
	const char *keys;                /* as in struct place */
	const struct confine *allowed;   /* the places that are permitted; NULL: all */
	bool reads_partial;              /* as for source_list */
	int64_t now_ms;                  /* wall clock */
	const atomic_bool *stop;         /* may be NULL; set: ERR_DEFER ("drain") */
};

struct row_source_facts {
	char pins[SHA256_HEX]; /* SHA-256 over a line "name\tbytes\tsha256\n" per object, in
	                          order */
	int64_t rows, bytes;   /* of all objects; rows do not include headers */
	int64_t modified_ms;   /* newest object, Unix ms */
	int64_t oldest_ms;     /* oldest object */
	int64_t hidden_count, partial_count; /* objects left out, as source_listing counts them */
};

/* The first few rows of some kind, for people: "a.csv row 3, b.csv row 1". Starts zeroed. */
struct row_places {
	int64_t count; /* all of them */
	struct str text;
};
void row_places_add(struct row_places *p, struct str object, int64_t row, struct arena *mem);

/* mem: holds the list of objects. */
int row_source_read(const struct row_source *s, const struct row_source_calls *calls,
        struct arena *mem, struct row_source_facts *out, struct err *e) ERR_MUST_USE;

#endif
