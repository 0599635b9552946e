/* SPDX-License-Identifier: Apache-2.0
 * The gate: all numbers are final, and no row is written yet. Pure. */
#include "deciding.h"

#include "stages.h"

#include "longshore/floor.h"
#include "longshore/result_names.h"

enum { PPM = 1000000 };

struct findings {
	struct deciding *d;
	enum hold first; /* reason of the hold */
	struct str text; /* all findings, for people */
	int count;
};

static void find(struct deciding *d, struct findings *f, enum hold why, struct str text)
{
	f->text = f->count == 0 ? text
	                        : arena_printf(d->mem, STR_FMT "; " STR_FMT, STR_ARG(f->text),
	                                  STR_ARG(text));
	if (f->count++ == 0)
		f->first = why;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t size_of(const struct deciding *d)
{
	return floor_size(
	        decide_count(d, str_c(COUNT_PERSONS)), decide_count(d, str_c(COUNT_PRIMARY_IDS)));
}

/* Comes before all other findings, because no answer releases it: only other people in the source
 * do. A selection that a bridge-worker with a higher floor withheld is below the floor, too. */
static bool is_below_floor(struct deciding *d, struct findings *f)
{
	int64_t size = size_of(d);
	int64_t floor = larger(d->rules->min_audience, d->m->withheld_below);
	if (d->m->members && !floor_forbids(floor, size))
		return false;
	find(d, f, HOLD_BELOW_FLOOR,
	        arena_printf(d->mem,
	                "%lld are fewer than the %lld that LONGSHORE_MIN_AUDIENCE requires; this "
	                "cannot be approved",
	                (long long)size, (long long)floor));
	return true;
}

/* The largest minimum, and who set it. The first of equal ones wins. */
struct minimum {
	int64_t size;
	const char *field, *kind;
	struct str name;
};

static struct minimum minimum_of(const struct deciding *d)
{
	const struct spec *spec = d->frozen.spec;
	const struct minimum all[] = {
	        {spec->guards.min_size, "guards.min_size", "Route", d->x->route},
	        {spec->audience.min_size, "min_size", "Audience", spec->audience.name},
	        {spec->destination.min_audience_size, "min_audience_size", "Destination",
	                spec->destination.name}};
	struct minimum most = all[0];
	for (size_t i = 1; i < sizeof all / sizeof all[0]; i++)
		if (all[i].size > most.size)
			most = all[i];
	return most;
}

static void check_floors(struct deciding *d, struct findings *f)
{
	const struct spec *spec = d->frozen.spec;
	int64_t members = decide_count(d, str_c(COUNT_MEMBERS));
	int64_t size = size_of(d);
	struct minimum least = minimum_of(d);
	if (members == 0)
		find(d, f, HOLD_BELOW_MINIMUM, STR("nobody is left to send"));
	else if (size < least.size)
		find(d, f, HOLD_BELOW_MINIMUM,
		        arena_printf(d->mem,
		                "%lld are fewer than the minimum of %lld (%s of %s " STR_FMT ")",
		                (long long)size, (long long)least.size, least.field, least.kind,
		                STR_ARG(least.name)));
	else if (members < spec->destination.min_rows)
		find(d, f, HOLD_BELOW_MINIMUM,
		        arena_printf(d->mem,
		                "%lld rows are fewer than the minimum of %lld (limits.min_rows of "
		                "Destination " STR_FMT ")",
		                (long long)members, (long long)spec->destination.min_rows,
		                STR_ARG(spec->destination.name)));
	if (spec->guards.max_size > 0 && members > spec->guards.max_size)
		find(d, f, HOLD_ABOVE_MAXIMUM,
		        arena_printf(d->mem, "%lld records are more than the maximum of %lld",
		                (long long)members, (long long)spec->guards.max_size));
}

/* A share can be a million times the whole, so the product can overflow. INT64_MAX is then large
 * enough: a part is one count (EVENT_COUNT_MAX) or the sum of two. */
static int64_t times(int64_t a, int64_t b)
{
	int64_t product = 0;
	return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

/* True if `part` is more than the guard's share of `whole`. */
static bool is_over(int64_t part, int64_t share_ppm, int64_t whole)
{
	return share_ppm != GUARD_OFF && times(part, PPM) > times(share_ppm, whole);
}

/* Counts who was added and removed, not only the size: an exchange of all members would be a change
 * of size 0. Without the sets (the bridge has a newer version, and its ordinals cannot be compared
 * with the old ones), only the sizes are compared. */
static void check_change(struct deciding *d, struct findings *f)
{
	const struct spec_guards *guards = &d->frozen.spec->guards;
	int64_t members = decide_count(d, str_c(COUNT_MEMBERS));
	int64_t before = d->m->base_members;
	if (before < 0)
		return;
	bool has_sets = decide_has_count(d, str_c(COUNT_BASELINE));
	int64_t added = has_sets           ? decide_count(d, str_c(COUNT_ADDED))
	                : members > before ? members - before
	                                   : 0;
	int64_t removed = has_sets           ? decide_count(d, str_c(COUNT_REMOVED))
	                  : members < before ? before - members
	                                     : 0;
	if (is_over(removed, guards->max_shrink_ppm, before) ||
	        is_over(added, guards->max_growth_ppm, before) ||
	        is_over(added + removed, guards->max_change_ppm, before))
		find(d, f, HOLD_SUDDEN_CHANGE,
		        arena_printf(d->mem,
		                "%lld members; the last accepted delivery had %lld: %lld added, "
		                "%lld removed",
		                (long long)members, (long long)before, (long long)added,
		                (long long)removed));
}

/* The rate among all rows that pass the audience's filters. A row with an invalid id counts as
 * unmatched. */
static void check_match_rate(struct deciding *d, struct findings *f)
{
	int64_t matched = decide_count(d, str_c(COUNT_MATCHED));
	int64_t invalid = decide_count(d, str_c(COUNT_INVALID));
	int64_t rows = matched + decide_count(d, str_c(COUNT_UNMATCHED)) + invalid;
	int64_t least = d->frozen.spec->guards.min_match_rate_ppm;
	if (least != GUARD_OFF && rows > 0 && matched * PPM < least * rows)
		find(d, f, HOLD_LOW_MATCH_RATE,
		        arena_printf(d->mem,
		                "%lld of %lld rows matched (%lld invalid), %lld.%04lld %% are "
		                "needed",
		                (long long)matched, (long long)rows, (long long)invalid,
		                (long long)(least / 10000), (long long)(least % 10000)));
}

static void on_list_finding(void *arg, enum hold why, struct str text)
{
	struct findings *f = arg;
	find(f->d, f, why, text);
}

/* The reason of the hold is the first finding; the text has all of them. */
static void check_guards(struct deciding *d, struct findings *f)
{
	decide_check_lists(d, on_list_finding, f);
	if (decide_count(d, str_c(COUNT_ROWS_READ)) == 0) {
		find(d, f, HOLD_EMPTY_SOURCE, STR("the source has no row"));
		return;
	}
	if (decide_count(d, str_c(COUNT_MATCHED)) == 0) {
		find(d, f, HOLD_ZERO_MATCH, STR("no row of the source matched"));
		return;
	}
	check_floors(d, f);
	check_match_rate(d, f);
	check_change(d, f);
}

/* An approval covers one selection. It stays valid if a change of the lists only removes members,
 * within the guards. */
static bool is_approved(struct deciding *d, const struct findings *guards)
{
	struct ev_delivery_memory *m = d->m;
	if (m->approved_hash.n == 0)
		return false;
	if (str_eq(m->approved_hash, m->content_hash))
		return true;
	bool only_removals = m->compares_approved && m->approved_added == 0;
	if (!only_removals || guards->count > 0)
		return false;
	m->approved_hash = m->content_hash;
	m->approved = m->baseline;
	return true;
}

enum next decide_gate(struct deciding *d)
{
	struct ev_delivery_memory *m = d->m;
	m->phase = EV_PHASE_GATE;
	struct findings f = {.d = d};
	bool is_barred = is_below_floor(d, &f);
	check_guards(d, &f);
	if (is_barred || !is_approved(d, &f)) {
		if (d->frozen.spec->approval == APPROVAL_ALWAYS)
			find(d, &f, HOLD_APPROVAL, STR("the route requires an approval"));
		if (f.count > 0) {
			decide_hold(d, f.first, f.text);
			return NEXT_STAYS;
		}
	}
	if (decide_waits_for_blackout(d))
		return NEXT_STAYS;
	return d->frozen.spec->dry_run ? decide_complete(d, STR("dry_run")) : NEXT_PARTS;
}

/* Every release from a hold here looks at the lists again, whatever the hold was for. */
enum next decide_gate_again(struct deciding *d)
{
	if (decide_is_held(d, HOLD_QUOTA) && decide_waits_for_quota(d))
		return NEXT_STAYS;
	return NEXT_LISTS;
}
