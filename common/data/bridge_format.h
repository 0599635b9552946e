/* SPDX-License-Identifier: Apache-2.0
 *
 * How a bridge version lies in staging.
 *
 * keys.NNN: a table of 16-byte slots, sorted by fingerprint: 11 bytes of fingerprint, 5 bytes of
 *   ordinal, both big-endian; an ordinal of all ones is a free slot. A fingerprint's first 8 bytes,
 *   as a fraction of 2^64, give its shard and, within it, its home line (4 slots, 64 bytes).
 *   Entries lie in the first free slot at or after the start of their home line, in order; so a
 *   search that meets a free slot or a larger fingerprint has missed. Load is 3/4; what runs over
 *   the last line lies behind it.
 * marks: 4 bytes, little-endian, per record: keyed hash of its primary id. leader: a selection of
 * first records. values.NNN: the values of consecutive records back to back; then 2-byte lengths
 * per record and column; then an 8-byte offset per 64 records; all little-endian.
 * manifest: text lines, fields separated by tabs; both sides have the same head lines and their own
 * pieces.
 */
#ifndef LONGSHORE_DATA_BRIDGE_FORMAT_H
#define LONGSHORE_DATA_BRIDGE_FORMAT_H

#include "longshore/arena.h"
#include "longshore/bridge_build.h"
#include "longshore/buf.h"
#include "longshore/err.h"
#include "longshore/sha256.h"
#include "longshore/str.h"

#include <stdint.h>

enum {
	SLOT_BYTES = 16,
	SLOT_FINGERPRINT = 11,
	LINE_SLOTS = 4,
	VALUES_STRIDE = 64, /* records per offset */
	PIECES_MAX = 4096,
	MANIFEST_MAX = 1024 * 1024,
};

#define SLOT_FREE UINT64_C(0xffffffffff)

struct bridge_piece {
	struct str name; /* keys.000, marks, leader, values.000 */
	char sha256[SHA256_HEX];
	int64_t bytes;
	uint64_t first; /* keys: global number of its first slot; values: its first ordinal */
	uint64_t count; /* keys: slots; values: records */
};

struct bridge_manifest {
	struct str version, tenant, bridge, id_kind, recipient;
	int64_t key_epoch;
	struct str key_check;   /* bridge_key_check of the fingerprint key */
	struct str cardinality; /* 1:1, n:1 */
	uint64_t records, persons, primaries;
	uint64_t lines; /* of each keys shard */
	struct str columns[BRIDGE_COLUMNS_MAX];
	size_t columns_count;
	struct bridge_piece *pieces;
	size_t pieces_count;
};

int bridge_manifest_write(
        const struct bridge_manifest *m, struct buf *out, struct err *e) ERR_MUST_USE;
/* Texts and pieces live in mem; ERR_REJECT ("corrupt") names the line. */
int bridge_manifest_read(struct str text, struct arena *mem, struct bridge_manifest *out,
        struct err *e) ERR_MUST_USE;

/* Tells keys apart and nothing about them: 16 hex digits and a terminator. */
enum { KEY_CHECK_BYTES = 17 };
int bridge_key_check(
        const struct secret *key, char out[KEY_CHECK_BYTES], struct err *e) ERR_MUST_USE;

/* Where a fingerprint belongs. Pure. */
static inline uint64_t fingerprint_head(const unsigned char *fp)
{
	/* Written out, for so the compiler sees one load. */
	return (uint64_t)fp[0] << 56 | (uint64_t)fp[1] << 48 | (uint64_t)fp[2] << 40 |
	       (uint64_t)fp[3] << 32 | (uint64_t)fp[4] << 24 | (uint64_t)fp[5] << 16 |
	       (uint64_t)fp[6] << 8 | fp[7];
}

struct slot_home {
	uint64_t shard, line;
};

static inline struct slot_home slot_home(const unsigned char *fp, uint64_t shards, uint64_t lines)
{
	/* 64 x 64 bits, upper half: multiplication keeps the order, so shards and lines rise with
	 * the fingerprint. */
	__extension__ typedef unsigned __int128 wide;
	wide product = (wide)fingerprint_head(fp) * shards;
	uint64_t within = (uint64_t)product;
	return (struct slot_home){
	        (uint64_t)(product >> 64), (uint64_t)(((wide)within * lines) >> 64)};
}

static inline void slot_put(unsigned char *slot, const unsigned char *fp, uint64_t ordinal)
{
	memcpy(slot, fp, SLOT_FINGERPRINT);
	for (int i = 0; i < 5; i++)
		slot[SLOT_FINGERPRINT + i] = (unsigned char)(ordinal >> (8 * (4 - i)));
}

static inline uint64_t slot_ordinal(const unsigned char *slot)
{
	uint64_t v = 0;
	for (int i = 0; i < 5; i++)
		v = v << 8 | slot[SLOT_FINGERPRINT + i];
	return v;
}

#endif
