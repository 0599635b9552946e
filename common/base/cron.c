/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/cron.h"

#include "longshore/civil.h"

struct field {
	const char *name;
	int least, most;
	const char *const *words; /* three-letter names; the first one means `least` */
	int first_word, words_count;
};

static const char *const months[] = {
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const weekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

static const struct field fields[] = {
        {"minute", 0, 59, NULL, 0, 0},
        {"hour", 0, 23, NULL, 0, 0},
        {"day of month", 1, 31, NULL, 0, 0},
        {"month", 1, 12, months, 1, 12},
        {"day of week", 0, 7, weekdays, 0, 7},
};

static struct str cut(struct str *rest, char separator)
{
	ptrdiff_t at = str_find(*rest, separator, 0);
	struct str first = at < 0 ? *rest : (struct str){rest->p, (size_t)at};
	size_t used = at < 0 ? rest->n : (size_t)at + 1;
	*rest = (struct str){rest->p + used, rest->n - used};
	return first;
}

static bool value_of(struct str text, const struct field *f, int *out)
{
	for (int i = 0; i < f->words_count && text.n == 3; i++) {
		bool is_word = true;
		for (size_t k = 0; k < 3; k++)
			is_word = is_word && (text.p[k] | 0x20) == f->words[i][k];
		if (is_word) {
			*out = f->first_word + i;
			return true;
		}
	}
	int64_t number = 0;
	if (text.n == 0 || text.n > 2 || !str_to_i64(text, &number) || number < f->least ||
	        number > f->most)
		return false;
	*out = (int)number;
	return true;
}

/* Parses one item of a list: * | value | value-value, each with an optional /step. */
static bool add_item(struct str item, const struct field *f, uint64_t *bits)
{
	bool has_step = str_find(item, '/', 0) >= 0;
	struct str range = cut(&item, '/');
	int64_t step = 1;
	if (has_step && (!str_to_i64(item, &step) || step < 1 || step > 59))
		return false;
	int from = f->least, to = f->most;
	if (!str_eq(range, STR("*"))) {
		bool is_range = str_find(range, '-', 0) >= 0;
		struct str low = cut(&range, '-');
		if (!value_of(low, f, &from))
			return false;
		to = has_step ? f->most : from;
		if (is_range && (!value_of(range, f, &to) || to < from))
			return false;
	}
	for (int64_t v = from; v <= to; v += step)
		*bits |= UINT64_C(1) << v;
	return true;
}

static int parse_field(struct str text, const struct field *f, uint64_t *bits, struct err *e)
{
	struct str rest = text;
	*bits = 0;
	bool is_good = text.n > 0 && text.p[text.n - 1] != ',';
	while (is_good && rest.n > 0)
		is_good = add_item(cut(&rest, ','), f, bits);
	if (is_good)
		return 0;
	return err_set(e, ERR_REJECT, "bad_cron",
	        "cron: the field for the %s must be *, numbers from %d to %d, lists, ranges or "
	        "steps",
	        f->name, f->least, f->most);
}

int cron_parse(struct str line, struct cron *out, struct err *e)
{
	uint64_t bits[5];
	struct str texts[5];
	struct str rest = str_trim(line);
	for (int i = 0; i < 5; i++) {
		rest = str_trim(rest);
		texts[i] = cut(&rest, ' ');
		if (texts[i].n == 0)
			return err_set(e, ERR_REJECT, "bad_cron", "cron: five fields are needed");
		int act = parse_field(texts[i], &fields[i], &bits[i], e);
		if (act)
			return act;
	}
	if (rest.n > 0)
		return err_set(e, ERR_REJECT, "bad_cron", "cron: more than five fields");
	*out = (struct cron){
	        .minutes = bits[0],
	        .hours = (uint32_t)bits[1],
	        .days = (uint32_t)bits[2],
	        .months = (uint32_t)bits[3],
	        .weekdays = (uint32_t)((bits[4] | bits[4] >> 7) & 0x7f),
	        .any_hour = texts[1].p[0] == '*',
	        .any_day = texts[2].p[0] == '*',
	        .any_weekday = texts[4].p[0] == '*',
	};
	return 0;
}

static bool day_fits(const struct cron *c, int64_t days)
{
	struct civil_date d = civil_date_of(days);
	bool by_day = (c->days >> d.day & 1) != 0;
	bool by_weekday = (c->weekdays >> (civil_weekday(days) % 7) & 1) != 0;
	bool fits = c->any_day || c->any_weekday ? by_day && by_weekday : by_day || by_weekday;
	return fits && (c->months >> d.month & 1) != 0;
}

/* Returns the smallest set bit at or above `from`, or -1. */
static int bit_from(uint64_t bits, int from)
{
	for (int i = from; i < 64; i++)
		if ((bits >> i & 1) != 0)
			return i;
	return -1;
}

static bool minute_from(const struct cron *c, int64_t minute_of_day, int64_t *out)
{
	int hour = (int)(minute_of_day / 60);
	int minute = bit_from(c->minutes, (int)(minute_of_day % 60));
	int next = bit_from(c->hours, hour);
	if (next == hour && minute >= 0) {
		*out = hour * 60 + minute;
		return true;
	}
	next = bit_from(c->hours, hour + 1);
	if (next < 0)
		return false;
	*out = next * 60 + bit_from(c->minutes, 0);
	return true;
}

bool cron_next(const struct cron *cron, int64_t civil_s, int64_t *out_civil_s)
{
	int64_t minute = -civil_floor(-civil_s, 60);
	int64_t first = civil_floor(minute, 24 * 60);
	int64_t from = minute - first * 24 * 60;
	for (int64_t day = first; day < first + 9 * 366; day++, from = 0) {
		int64_t at = 0;
		if (day_fits(cron, day) && minute_from(cron, from, &at)) {
			*out_civil_s = day * CIVIL_DAY_S + at * 60;
			return true;
		}
	}
	return false;
}
