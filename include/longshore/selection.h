/* SPDX-License-Identifier: Apache-2.0
 *
 * A set of ordinals (a Roaring bitmap inside). Its identity is its content: SHA-256 over segment
 * name (8-byte length, bytes), count (8 bytes) and ascending ordinals as little-endian u32. It is
 * never a hash of serialised bytes, because those of equal sets can differ. Deserialising
 * validates. One thread owns a set.
 */
#ifndef LONGSHORE_SELECTION_H
#define LONGSHORE_SELECTION_H

#include "longshore/arena.h"
#include "longshore/buf.h"
#include "longshore/err.h"
#include "longshore/sha256.h"

#include <stdint.h>

struct selection;

struct selection *selection_new(void) __attribute__((returns_nonnull));
void selection_free(struct selection *s); /* accepts NULL */
void selection_add(struct selection *s, const uint32_t *ordinals, size_t count);
void selection_unite(struct selection *into, const struct selection *other);
void selection_subtract(struct selection *from, const struct selection *other);
uint64_t selection_count(const struct selection *s);
uint64_t selection_common(
        const struct selection *a, const struct selection *b); /* size of the intersection */

/* Copies the ordinals of ranks first .. first + n - 1 in ascending order. *out_n < n only at the
 * end. */
void selection_ranks(
        const struct selection *s, uint64_t first, uint32_t *out, size_t n, size_t *out_n);

/* Number of groups that have members. A group is a leader and all ordinals up to the next
 * leader. */
uint64_t selection_groups(const struct selection *members, const struct selection *leaders);

void selection_hash(const struct selection *s, struct str segment, char out[SHA256_HEX]);
int selection_store(
        const struct selection *s, struct buf *out, struct err *e) ERR_MUST_USE; /* appends */
int selection_load(struct str bytes, struct selection **out,
        struct err *e) ERR_MUST_USE; /* ERR_REJECT ("corrupt") */

#endif
