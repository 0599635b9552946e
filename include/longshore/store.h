/* SPDX-License-Identifier: Apache-2.0
 *
 * Staging: a flat space of objects by name ("selections/<delivery>/<task>.sel") with create-once
 * and replace-by-comparison. Opened by URL; the scheme picks the driver (file:// now).
 *
 * What a driver promises:
 *   - an object is visible under its name whole or not at all, and after finish it survives a crash
 *     of the machine;
 *   - create-once: of any number of writers of one name, exactly one finish succeeds, the others
 *     get ERR_REJECT ("exists") and the winner's object is untouched;
 *   - replace: succeeds only if the object's tag is the one that was read, else ERR_FENCED
 *     ("changed"); a replacer that is stopped or dies blocks nobody;
 *   - bytes under a name never change otherwise.
 * Names: 1 to 512 bytes of [A-Za-z0-9._/=-], no empty, "." or ".." component, and none of more than
 * 250 bytes: else ERR_REJECT ("bad_name").
 * Errors of the store itself are ERR_RETRY ("store_unavailable"); a missing object is ERR_REJECT
 * ("not_found").
 *
 * Threads: a struct store may be used by several threads; a writer or reader by one.
 * Blocking: calls may block for as long as the medium does.
 */
#ifndef LONGSHORE_STORE_H
#define LONGSHORE_STORE_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/err.h"
#include "longshore/str.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { STORE_TAG_BYTES = 65, STORE_IDENTITY_BYTES = 33 /* 32 hex digits */ };

struct place; /* longshore/place.h */
struct store;
struct store_writer;
struct store_reader;

struct store_facts {
	int64_t bytes;
	char tag[STORE_TAG_BYTES]; /* opaque: changes whenever the object does */
};

/* Creates the store if there is none. Does not check which keys it belongs to. */
int store_open(const struct place *place, struct store **out, struct err *e) ERR_MUST_USE;
/* Opens only an existing store with this identity. Anything else at the URL, such as an empty mount
 * point, is ERR_RETRY ("store_unavailable"), now and in every later call. If the same store, or a copy
 * of it, comes back at the URL, the next call uses it. */
int store_open_known(const struct place *place, const char *identity, struct store **out,
        struct err *e) ERR_MUST_USE;
/* The store's identity; empty if it has none. */
int store_identity(
        struct store *s, char out[static STORE_IDENTITY_BYTES], struct err *e) ERR_MUST_USE;
/* Gives it an identity. ERR_REJECT ("exists") if it has one. */
int store_identify(struct store *s, const char *identity, struct err *e) ERR_MUST_USE;
/* Whether the store contains nothing. */
int store_is_empty(struct store *s, bool *out, struct err *e) ERR_MUST_USE;
void store_close(struct store *s); /* accepts NULL */

/* Streaming create-once. finish makes the object visible; abandon leaves nothing behind.
 * Both free w. */
int store_create(
        struct store *s, struct str name, struct store_writer **out, struct err *e) ERR_MUST_USE;
int store_write(struct store_writer *w, const void *p, size_t n, struct err *e) ERR_MUST_USE;
int store_finish(struct store_writer *w, struct err *e) ERR_MUST_USE;
void store_abandon(struct store_writer *w); /* never fails; accepts NULL */

/* Small objects in one call. */
int store_put_once(struct store *s, struct str name, struct str bytes, struct err *e) ERR_MUST_USE;
/* tag: from store_get or store_stat. */
int store_replace(struct store *s, struct str name, struct str bytes, const char *tag,
        struct err *e) ERR_MUST_USE;
/* Reads the whole object, of at most max_bytes, into mem; else ERR_REJECT ("too_large"). facts may be NULL. */
int store_get(struct store *s, struct str name, size_t max_bytes, struct arena *mem,
        struct str *out, struct store_facts *facts, struct err *e) ERR_MUST_USE;
int store_stat(
        struct store *s, struct str name, struct store_facts *out, struct err *e) ERR_MUST_USE;
/* For an object that is no longer replaced. A missing object is success. The name is free once this
 * returned 0. */
int store_remove(struct store *s, struct str name, struct err *e) ERR_MUST_USE;

/* Positioned reads. *out_n < n only at the end. */
int store_read_open(struct store *s, struct str name, struct store_reader **out,
        struct store_facts *facts, struct err *e) ERR_MUST_USE;
int64_t store_size(const struct store_reader
                *r); /* costs nothing; asking for facts on opening may hash the object */
int store_read(struct store_reader *r, int64_t offset, void *p, size_t n, size_t *out_n,
        struct err *e) ERR_MUST_USE;
void store_read_close(struct store_reader *r); /* accepts NULL */

/* Removes what killed writers left behind: temporaries of objects whose name begins with prefix + "/"
 * and which nobody has written to for age_ms, by the store's own clock; never an object. A writer that
 * was only stopped for that long gets ERR_RETRY ("store_unavailable") from finish or replace, and
 * creates nothing. *out_removed counts, also on failure. */
struct store_sweep {
	int64_t age_ms;
	int64_t most;            /* removed in one call */
	const atomic_bool *stop; /* may be NULL; set: returns soon */
};
int store_sweep(struct store *s, struct str prefix, const struct store_sweep *limits,
        int64_t *out_removed, struct err *e) ERR_MUST_USE;

/* Removes all objects whose names begin with name + "/", with their directories. Nobody may still
 * write or replace them. A name has at least two components, so this never removes a whole prefix.
 * A missing object is success. *out_removed counts, also on failure. ERR_DEFER ("drain") if stop, which may be
 * NULL, was set before all were removed. */
int store_remove_below(struct store *s, struct str name, const atomic_bool *stop,
        int64_t *out_removed, struct err *e) ERR_MUST_USE;

/* Unix milliseconds by the store's own clock, because machines' clocks may differ. prefix: one that the
 * caller may write to. */
int store_clock(struct store *s, struct str prefix, int64_t *out_ms, struct err *e) ERR_MUST_USE;

/* Calls `visit` for each object whose name begins with prefix, in byte order; a non-zero return value
 * ends the walk. The cost does not depend on objects in other directories. */
int store_list(struct store *s, struct str prefix,
        int (*visit)(void *arg, struct str name, struct err *e), void *arg,
        struct err *e) ERR_MUST_USE;

#endif
