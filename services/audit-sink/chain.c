/* SPDX-License-Identifier: Apache-2.0 */
#include "chain.h"

#include "longshore/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void add(struct hash *h, struct str field)
{
	unsigned char length[8];
	for (int i = 0; i < 8; i++)
		length[i] = (unsigned char)((uint64_t)field.n >> (8 * i));
	hash_add(h, length, sizeof(length));
	hash_add(h, field.p, field.n);
}

static void add_num(struct hash *h, int64_t number)
{
	char text[24];
	(void)snprintf(text, sizeof(text), "%" PRId64, number);
	add(h, str_c(text));
}

static int by_name(const void *a, const void *b)
{
	const struct ev_fact *x = a, *y = b;
	return str_cmp(x->name, y->name);
}

/* Sorts facts by name, each name once; the last of equal names wins. Facts are few, so a linear
 * search is enough. */
static void sort_facts(
        const struct ev_audit_record *record, struct arena *mem, struct chain_link *out)
{
	struct ev_fact *facts = arena_alloc(mem, (record->facts_count + 1) * sizeof(*facts));
	size_t n = 0;
	for (size_t i = 0; i < record->facts_count; i++) {
		size_t at = 0;
		while (at < n && !str_eq(facts[at].name, record->facts[i].name))
			at++;
		facts[at] = record->facts[i];
		if (at == n)
			n++;
	}
	qsort(facts, n, sizeof(*facts), by_name);
	out->facts = facts;
	out->facts_count = n;
}

void chain_append(struct chain_head *head, const struct ev_audit_record *record, struct arena *mem,
        struct chain_link *out)
{
	*out = (struct chain_link){.record = record, .sequence = head->sequence + 1};
	memcpy(out->previous, head->hash, sizeof(out->previous));
	sort_facts(record, mem, out);
	struct hash *h = hash_new_sha256();
	add(h, STR("audit/1"));
	add(h, record->tenant);
	add_num(h, out->sequence);
	add(h, record->record_id);
	add_num(h, record->at_ms);
	add(h, record->actor);
	add(h, record->action);
	add(h, record->delivery_id);
	add(h, record->route);
	add_num(h, record->version);
	add(h, record->reason);
	add(h, record->detail);
	add_num(h, (int64_t)out->facts_count);
	for (size_t i = 0; i < out->facts_count; i++) {
		add(h, out->facts[i].name);
		add(h, out->facts[i].value);
	}
	add(h, str_c(out->previous));
	unsigned char digest[SHA256_BYTES];
	hash_take(h, digest);
	hash_free(h);
	hex_encode(digest, sizeof(digest), out->hash);
	head->sequence = out->sequence;
	memcpy(head->hash, out->hash, sizeof(head->hash));
}
