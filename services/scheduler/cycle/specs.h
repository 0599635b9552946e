/* SPDX-License-Identifier: Apache-2.0
 * Parsed specs by hash: the same few are needed again and again. One thread owns it. */
#ifndef SCHEDULER_SPECS_H
#define SCHEDULER_SPECS_H

#include "decide/decide.h"
#include "longshore/zones.h"

enum { SPECS_KEPT = 256 };

struct specs {
	struct zones *zones;
	uint64_t turn; /* grows with each batch: what was used in this one is not thrown away */
	struct {
		uint64_t used;
		struct frozen frozen;
		struct arena mem;
	} kept[SPECS_KEPT];
};

void specs_init(struct specs *s, struct zones *zones);
void specs_release(struct specs *s);
void specs_begin(struct specs *s); /* a new batch begins */

/* NULL: not kept. The answer is good until the next specs_begin. */
const struct frozen *specs_find(struct specs *s, struct str hash);
/* Parses and keeps; where nothing may be thrown away, in `mem`. The hash is checked. ERR_REJECT
 * ("bad_spec"). */
int specs_add(struct specs *s, struct str hash, struct str json, struct arena *mem,
        const struct frozen **out, struct err *e) ERR_MUST_USE;

#endif
