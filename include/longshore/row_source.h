/* SPDX-License-Identifier: Apache-2.0
 *
 * A source of objects read from its first byte to its last, and pinned while it is read.
 *
 * Every object has its own header, and the columns that on_header looks for; others may differ
 * from object to object. A source without objects, or that is not complete yet, is ERR_RETRY
 * ("source_missing"): also one that changes while it is read, that ends in half a row, or whose last
 * row has no line end although it was changed a moment ago (without a marker that says it is whole).
 * Compressed objects are refused ("bad_source"). Errors name object and row, never what it holds.
 * Memory: one piece and one record. One thread.
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
	/* An object whose last row has no line end may still grow: it is read once it did not change
	 * for so long. */
	ROW_SOURCE_OPEN_END_MS = 60 * 1000
};

/* Called while reading; any but on_header may be NULL. A non-zero answer ends the reading. */
struct row_source_calls {
	row_on_header on_header; /* of each object: find the columns by row_header_find */
	row_on_record on_record; /* row: of the object, from 1 */
	int (*on_object)(void *arg, const struct source_object *object, struct err *e);
	/* Bytes at..at + n - 1 of the object, before they are taken apart and once that is done;
	 * their records come in between. */
	int (*on_piece)(void *arg, const char *p, size_t n, int64_t at, struct err *e);
	int (*on_piece_done)(void *arg, struct err *e);
	int (*on_object_done)(void *arg, int64_t bytes, struct err *e);
	void *arg;
};

struct row_source {
	struct str url;
	struct row_form form;    /* of every object */
	struct str ready_marker; /* as source_ready takes them */
	int64_t quiet_seconds;
	struct str credential, host_key; /* of a server, as struct place has them */
	const char *keys;                /* likewise */
	const struct confine *allowed;   /* where it may lie; NULL: anywhere */
	bool reads_partial;              /* as source_list takes it */
	int64_t now_ms;                  /* wall clock */
	const atomic_bool *stop;         /* may be NULL; set: ERR_DEFER ("drain") */
};

struct row_source_facts {
	char pins[SHA256_HEX]; /* SHA-256 over a line "name\tbytes\tsha256\n" for each object, in
	                          order */
	int64_t rows, bytes;   /* of all objects; rows without headers */
	int64_t modified_ms;   /* newest object, Unix ms */
	int64_t oldest_ms;     /* oldest object */
	int64_t hidden_count, partial_count; /* what was left out, as source_listing counts it */
};

/* The first few rows of a kind, for people: "a.csv row 3, b.csv row 1". Starts zeroed. */
struct row_places {
	int64_t count; /* of all of them */
	struct str text;
};
void row_places_add(struct row_places *p, struct str object, int64_t row, struct arena *mem);

/* mem: for the list of objects. */
int row_source_read(const struct row_source *s, const struct row_source_calls *calls,
        struct arena *mem, struct row_source_facts *out, struct err *e) ERR_MUST_USE;

#endif
