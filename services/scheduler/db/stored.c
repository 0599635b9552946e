/* SPDX-License-Identifier: Apache-2.0 */
#include "stored.h"

#include "longshore/squeeze.h"

#include <string.h>

extern const char stored_words[]; /* stored.txt */

struct words {
	size_t n;
	char text[SQUEEZE_WORDS_MAX];
};

/* Leaves out words that do not fit; packing and unpacking do so alike. */
static void add(struct words *w, struct str s)
{
	size_t room = sizeof w->text - w->n;
	size_t n = s.n < room ? s.n : room;
	if (n > 0)
		memcpy(w->text + w->n, s.p, n);
	w->n += n;
}

static void collect(struct words *w, const struct stored_key *key)
{
	w->n = 0;
	add(w, str_c(stored_words));
	add(w, key->lane);
	add(w, key->delivery_id);
	add(w, key->task_id);
}

int stored_pack(const struct stored_key *key, struct str bytes, struct arena *mem, struct str *out,
        struct err *e)
{
	struct words w;
	collect(&w, key);
	return squeeze(bytes, (struct str){w.text, w.n}, mem, out, e);
}

int stored_unpack(const struct stored_key *key, struct str bytes, struct arena *mem,
        struct str *out, struct err *e)
{
	struct words w;
	collect(&w, key);
	return unsqueeze(bytes, (struct str){w.text, w.n}, mem, out, e);
}
