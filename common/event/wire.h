/* SPDX-License-Identifier: Apache-2.0
 *
 * Avro's binary encoding, value by value, bounded. We do not use avro-c's reader, because it
 * trusts a length before it has seen the bytes. Its arithmetic (`length + 1`, `count * -1`) can
 * overflow. This one never requests more memory than the input can fill.
 *
 * All errors are ERR_REJECT, "undecodable" or "too_large". Error texts never repeat the input.
 */
#ifndef LONGSHORE_EVENT_WIRE_H
#define LONGSHORE_EVENT_WIRE_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/err.h"
#include "longshore/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_HEADER_BYTES = 10 }; /* C3 01 and the fingerprint */

struct wire_in {
	const unsigned char *p;
	size_t left;
	struct arena *mem;
	size_t budget; /* bytes that decoding can still allocate */
};

int wire_undecodable(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Returns zeroed memory. ERR_REJECT, "too_large", if the budget or the arena is exhausted. */
int wire_alloc(
        struct wire_in *in, size_t count, size_t size, void **out, struct err *e) ERR_MUST_USE;

int wire_get_header(struct wire_in *in, uint64_t *out_fingerprint, struct err *e) ERR_MUST_USE;
int wire_get_long(struct wire_in *in, int64_t *out, struct err *e) ERR_MUST_USE;
int wire_get_int(struct wire_in *in, int32_t *out, struct err *e) ERR_MUST_USE;
int wire_get_bool(struct wire_in *in, bool *out, struct err *e) ERR_MUST_USE;
/* Reads the index of an enum's symbol or of a union's branch; it is less than count. */
int wire_get_index(struct wire_in *in, size_t count, size_t *out, struct err *e) ERR_MUST_USE;
/* Reads a length and that many bytes, or n bytes. The result points into the input. */
int wire_get_bytes(struct wire_in *in, struct str *out, struct err *e) ERR_MUST_USE;
int wire_take(struct wire_in *in, size_t n, struct str *out, struct err *e) ERR_MUST_USE;

/* Block of an array or map: its number of items (0 ends the array) and its bytes if the writer gave
 * them, otherwise SIZE_MAX. Every item is at least one byte wide, so more items than bytes are
 * refused. */
struct wire_block {
	size_t items;
	size_t bytes;
};
int wire_get_block(struct wire_in *in, struct wire_block *out, struct err *e) ERR_MUST_USE;

/* Appends to out. `most` is the maximum length of out. */
struct wire_out {
	struct buf *out;
	size_t most;
};
int wire_put(struct wire_out *w, const void *p, size_t n, struct err *e) ERR_MUST_USE;
int wire_put_header(struct wire_out *w, uint64_t fingerprint, struct err *e) ERR_MUST_USE;
int wire_put_long(struct wire_out *w, int64_t value, struct err *e) ERR_MUST_USE;
int wire_put_bytes(struct wire_out *w, struct str value, struct err *e) ERR_MUST_USE;

#endif
