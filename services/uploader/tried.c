/* SPDX-License-Identifier: Apache-2.0
 * A hash table with chains through an array of places, and a ring through the same places in order
 * of use. */
#include "tried.h"

#include "longshore/sha256.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = 0 }; /* place 0 is the ring's head and never holds a key */

struct tried_place {
	unsigned char key[SHA256_BYTES];
	uint32_t older, newer; /* the ring; in the head: the newest, the oldest */
	uint32_t next;         /* in its chain */
	const char *how;
};

struct tried {
	struct tried_place *places;
	uint32_t *chains;
	size_t room, count;
};

int tried_new(size_t places, struct tried **out, struct err *e)
{
	struct tried *t = calloc(1, sizeof *t);
	if (t) {
		t->room = places;
		t->places = calloc(places + 1, sizeof *t->places);
		t->chains = calloc(places, sizeof *t->chains);
	}
	if (!t || !t->places || !t->chains) {
		tried_free(t);
		return err_set(
		        e, ERR_FATAL, "out_of_memory", "no memory for the places that were tried");
	}
	*out = t;
	return 0;
}

void tried_free(struct tried *t)
{
	if (!t)
		return;
	free(t->places);
	free(t->chains);
	free(t);
}

static void key_of(const char *url, const char *identity, unsigned char *out)
{
	struct hash *h = hash_new_sha256();
	hash_add(h, url, strlen(url) + 1); /* with the terminator, so that pairs stay distinct */
	hash_add(h, identity, strlen(identity));
	hash_take(h, out);
	hash_free(h);
}

/* SHA-256 is uniform, so some of its bytes are enough. */
static uint32_t *chain_of(const struct tried *t, const unsigned char *key)
{
	uint64_t number;
	memcpy(&number, key, sizeof number);
	return &t->chains[number % t->room];
}

/* The link that holds the place's number, or the end of the chain. */
static uint32_t *find(const struct tried *t, const unsigned char *key)
{
	uint32_t *at = chain_of(t, key);
	while (*at != NONE && memcmp(t->places[*at].key, key, SHA256_BYTES) != 0)
		at = &t->places[*at].next;
	return at;
}

static void leave_ring(struct tried *t, uint32_t i)
{
	const struct tried_place *p = &t->places[i];
	t->places[p->older].newer = p->newer;
	t->places[p->newer].older = p->older;
}

static void enter_ring(struct tried *t, uint32_t i)
{
	struct tried_place *head = &t->places[NONE];
	t->places[i].newer = NONE;
	t->places[i].older = head->older;
	t->places[head->older].newer = i;
	head->older = i;
}

const char *tried_how(struct tried *t, const char *url, const char *identity)
{
	unsigned char key[SHA256_BYTES];
	key_of(url, identity, key);
	uint32_t i = *find(t, key);
	if (i == NONE)
		return NULL;
	leave_ring(t, i);
	enter_ring(t, i);
	return t->places[i].how;
}

/* Returns an unused place, or the least recently used one. */
static uint32_t take_place(struct tried *t)
{
	if (t->count < t->room)
		return (uint32_t)++t->count;
	uint32_t i = t->places[NONE].newer;
	uint32_t *at = find(t, t->places[i].key);
	*at = t->places[i].next;
	leave_ring(t, i);
	return i;
}

void tried_add(struct tried *t, const char *url, const char *identity, const char *how)
{
	unsigned char key[SHA256_BYTES];
	if (tried_how(t, url, identity))
		return;
	key_of(url, identity, key);
	uint32_t i = take_place(t);
	uint32_t *chain = chain_of(t, key);
	struct tried_place *p = &t->places[i];
	memcpy(p->key, key, sizeof p->key);
	p->next = *chain;
	p->how = how;
	*chain = i;
	enter_ring(t, i);
}
