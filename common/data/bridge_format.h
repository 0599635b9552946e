/* SPDX-License-Identifier: Apache-2.0
 *
 * How a bridge version is stored in staging.
 *
 * keys.NNN: a table of 16-byte slots, sorted by fingerprint. A slot has 11 bytes of fingerprint and
 * 5 bytes of ordinal, both big-endian. An ordinal with all bits set marks a free slot. The first 8
 * bytes of a fingerprint, as a fraction of 2^64, determine its shard and, in the shard, its home
 * line (4 slots, 64 bytes). An entry is in the first free slot at or after the start of its home
 * line, in order. So a search that reaches a free slot or a larger fingerprint proves that the id
 * is missing. The load is 3/4. Entries that do not fit in the last line are stored after it.
 *
 * marks: 4 bytes, little-endian, per record: a keyed hash of its primary id.
 * leader: a selection of first records.
 * values.NNN: the values of consecutive records without separators, then 2-byte lengths per record
 * and column, then an 8-byte offset per 64 records; all little-endian.
 * manifest: text lines with tab-separated fields. Both sides have the same head lines and list
 * their own pieces.
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
/* Texts and pieces are allocated in mem. ERR_REJECT ("corrupt") names the line. */
int bridge_manifest_read(struct str text, struct arena *mem, struct bridge_manifest *out,
        struct err *e) ERR_MUST_USE;

/* Distinguishes keys and reveals nothing about them: 16 hex digits and a terminator. */
enum { KEY_CHECK_BYTES = 17 };
int bridge_key_check(
        const struct secret *key, char out[KEY_CHECK_BYTES], struct err *e) ERR_MUST_USE;

/* The shard and line of a fingerprint. Pure functions. */
static inline uint64_t fingerprint_head(const unsigned char *fp)
{
	/* Written out, so that the compiler makes it one load. */
	return (uint64_t)fp[0] << 56 | (uint64_t)fp[1] << 48 | (uint64_t)fp[2] << 40 |
	       (uint64_t)fp[3] << 32 | (uint64_t)fp[4] << 24 | (uint64_t)fp[5] << 16 |
	       (uint64_t)fp[6] << 8 | fp[7];
}

struct slot_home {
	uint64_t shard, line;
};

static inline struct slot_home slot_home(const unsigned char *fp, uint64_t shards, uint64_t lines)
{
	/* The upper half of 64 x 64 bits. Multiplication keeps the order, so shards and lines
	 * increase with the fingerprint. */
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
