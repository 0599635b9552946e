/* SPDX-License-Identifier: Apache-2.0
 * Caches parsed specs by hash, because the same few are used over and over. Owned by one
 * thread. */
#ifndef SCHEDULER_SPECS_H
#define SCHEDULER_SPECS_H

#include "decide/decide.h"
#include "longshore/zones.h"

enum { SPECS_KEPT = 256 };

struct specs {
	struct zones *zones;
	uint64_t turn; /* grows with each batch; specs used in this batch are not evicted */
	struct {
		uint64_t used;
		struct frozen frozen;
		struct arena mem;
	} kept[SPECS_KEPT];
};

void specs_init(struct specs *s, struct zones *zones);
void specs_release(struct specs *s);
void specs_begin(struct specs *s); /* starts a new batch */

/* NULL: not cached. The result is valid until the next specs_begin. */
const struct frozen *specs_find(struct specs *s, struct str hash);
/* Parses and caches a spec; if nothing can be evicted, it is allocated in `mem`. Checks the hash.
 * ERR_REJECT ("bad_spec"). */
int specs_add(struct specs *s, struct str hash, struct str json, struct arena *mem,
        const struct frozen **out, struct err *e) ERR_MUST_USE;

#endif
