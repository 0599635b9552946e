/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit chain: in each tenant, every record has a sequence number and the hash of the
 * record before it. Changing or removing a record would require changing every later one.
 *
 * The hash is SHA-256 in hex over fields, each as an 8-byte little-endian length and its bytes;
 * numbers as decimal text: "audit/1", tenant, sequence, record id, at (Unix ms), actor, action,
 * delivery, route, version, reason, detail, number of facts, each fact's name and value in byte
 * order of the names, hash of the predecessor (empty for the first).
 *
 * Pure. */
#ifndef CHAIN_H
#define CHAIN_H

#include "longshore/arena.h"
#include "longshore/events.h"
#include "longshore/sha256.h"

struct chain_head {
	struct str tenant;
	int64_t sequence;      /* of the last record; 0 = none */
	char hash[SHA256_HEX]; /* empty if none */
};

struct chain_link {
	const struct ev_audit_record *record;
	struct ev_fact *facts; /* the record's, sorted by name, each once (the last value) */
	size_t facts_count;
	int64_t sequence;
	char previous[SHA256_HEX];
	char hash[SHA256_HEX];
};

/* Appends the record to its tenant's chain: fills *out and advances *head. */
void chain_append(struct chain_head *head, const struct ev_audit_record *record, struct arena *mem,
        struct chain_link *out);

#endif
