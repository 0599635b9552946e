/* SPDX-License-Identifier: Apache-2.0 */
#include "specs.h"

#include "longshore/sha256.h"

enum { SPEC_BYTES = 16 * 1024 * 1024 };

void specs_init(struct specs *s, struct zones *zones)
{
	*s = (struct specs){.zones = zones};
	for (int i = 0; i < SPECS_KEPT; i++)
		arena_init(&s->kept[i].mem, SPEC_BYTES);
}

void specs_release(struct specs *s)
{
	for (int i = 0; i < SPECS_KEPT; i++)
		arena_release(&s->kept[i].mem);
}

void specs_begin(struct specs *s)
{
	s->turn++;
}

const struct frozen *specs_find(struct specs *s, struct str hash)
{
	for (int i = 0; i < SPECS_KEPT; i++) {
		if (s->kept[i].frozen.spec && str_eq(s->kept[i].frozen.hash, hash)) {
			s->kept[i].used = s->turn;
			return &s->kept[i].frozen;
		}
	}
	return NULL;
}

static int cut(struct str json, struct arena *mem, struct frozen *out, struct err *e)
{
	for (int r = 0; r < SPEC_READERS; r++) {
		char hash[SHA256_HEX];
		struct str part;
		if (spec_part(json, (enum spec_reader)r, mem, &part, hash, e) != 0)
			return e->act;
		out->parts[r].json = part;
		out->parts[r].hash = arena_str(mem, str_c(hash));
	}
	return 0;
}

static int parse(struct specs *s, struct str hash, struct str json, struct arena *mem,
        struct frozen *out, struct err *e)
{
	char actual[SHA256_HEX];
	sha256_hex(json.p, json.n, actual);
	if (!str_eq(hash, str_c(actual)))
		return err_set(
		        e, ERR_REJECT, CODE_BAD_SPEC, "a stored spec does not match its hash");
	struct spec *spec = ARENA_NEW(mem, struct spec);
	struct str copy = arena_str(mem, json);
	int act = spec_parse(copy, mem, spec, e);
	if (act)
		return act;
	*out = (struct frozen){
	        .spec = spec,
	        .json = copy,
	        .hash = arena_str(mem, hash),
	        .route_zone = zones_find(s->zones, spec->zone),
	        .file_zone = zones_find(s->zones, spec->destination.time_zone),
	};
	return cut(copy, mem, out, e);
}

int specs_add(struct specs *s, struct str hash, struct str json, struct arena *mem,
        const struct frozen **out, struct err *e)
{
	const struct frozen *kept = specs_find(s, hash);
	if (kept) {
		*out = kept;
		return 0;
	}
	int oldest = 0;
	for (int i = 1; i < SPECS_KEPT; i++)
		if (s->kept[i].used < s->kept[oldest].used)
			oldest = i;
	struct frozen made = {0};
	if (s->kept[oldest].frozen.spec && s->kept[oldest].used == s->turn) {
		struct frozen *box = ARENA_NEW(mem, struct frozen);
		int act = parse(s, hash, json, mem, &made, e);
		*box = made;
		*out = act ? *out : box;
		return act;
	}
	s->kept[oldest].frozen = (struct frozen){0};
	arena_reset(&s->kept[oldest].mem);
	int act = parse(s, hash, json, &s->kept[oldest].mem, &made, e);
	if (act)
		return act;
	s->kept[oldest].frozen = made;
	s->kept[oldest].used = s->turn;
	*out = &s->kept[oldest].frozen;
	return 0;
}
