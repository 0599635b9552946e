/* SPDX-License-Identifier: Apache-2.0
 *
 * std offset [dst [offset] , start [/time] , end [/time]]
 *
 * Offsets in the string count west of Greenwich; in struct tz they count east. Times range from
 * -167 to 167 hours.
 */
#include "tz_footer.h"

#include "longshore/civil.h"

struct cursor {
	struct str text;
	size_t at;
	bool is_bad;
};

static char peek(const struct cursor *c)
{
	return c->at < c->text.n ? c->text.p[c->at] : '\0';
}

static bool take(struct cursor *c, char want)
{
	bool fits = peek(c) == want;
	c->at += fits ? 1 : 0;
	return fits;
}

static void need(struct cursor *c, char want)
{
	c->is_bad = !take(c, want) || c->is_bad;
}

static bool is_alpha(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static int number(struct cursor *c, int least, int most)
{
	int value = 0;
	size_t first = c->at;
	while (peek(c) >= '0' && peek(c) <= '9' && value <= 100000) {
		value = value * 10 + (peek(c) - '0');
		c->at++;
	}
	bool is_good = c->at > first && value >= least && value <= most;
	c->is_bad = c->is_bad || !is_good;
	return is_good ? value : least; /* never compute with a value out of range */
}

static void skip_name(struct cursor *c)
{
	size_t first = c->at;
	if (take(c, '<')) {
		while (c->at < c->text.n && peek(c) != '>')
			c->at++;
		need(c, '>');
		return;
	}
	while (is_alpha(peek(c)))
		c->at++;
	c->is_bad = c->is_bad || c->at - first < 3;
}

/* [+-]hh[:mm[:ss]] */
static int32_t time_of(struct cursor *c)
{
	int sign = take(c, '-') ? -1 : 1;
	if (sign > 0)
		(void)take(c, '+');
	int32_t seconds = number(c, 0, 167) * 3600;
	if (take(c, ':')) {
		seconds += number(c, 0, 59) * 60;
		if (take(c, ':'))
			seconds += number(c, 0, 59);
	}
	return sign * seconds;
}

static struct tz_date_rule date_rule(struct cursor *c)
{
	struct tz_date_rule rule = {.second = 2 * 3600};
	if (take(c, 'M')) {
		rule.kind = TZ_MONTH;
		rule.month = number(c, 1, 12);
		need(c, '.');
		rule.week = number(c, 1, 5);
		need(c, '.');
		rule.weekday = number(c, 0, 6);
	} else if (take(c, 'J')) {
		rule.kind = TZ_JULIAN;
		rule.day = number(c, 1, 365);
	} else {
		rule.kind = TZ_DAY;
		rule.day = number(c, 0, 365);
	}
	if (take(c, '/'))
		rule.second = time_of(c);
	return rule;
}

int tz_footer_parse(struct str text, struct tz *z, struct err *e)
{
	if (text.n < 2 || text.p[0] != '\n')
		return err_set(e, ERR_REJECT, "bad_zone", "time zone: the footer is missing");
	ptrdiff_t end = str_find(text, '\n', 1);
	if (end < 0)
		return err_set(e, ERR_REJECT, "bad_zone", "time zone: the footer has no end");
	if (end == 1)
		return 0;
	struct cursor c = {.text = {text.p, (size_t)end}, .at = 1};
	skip_name(&c);
	z->footer_standard = -time_of(&c);
	if (c.at < c.text.n) {
		z->footer_has_dst = true;
		skip_name(&c);
		z->footer_summer = peek(&c) == ',' ? z->footer_standard + 3600 : -time_of(&c);
		need(&c, ',');
		z->to_summer = date_rule(&c);
		need(&c, ',');
		z->to_standard = date_rule(&c);
	}
	if (c.is_bad || c.at != c.text.n)
		return err_set(e, ERR_REJECT, "bad_zone", "time zone: the footer is invalid");
	z->has_footer = true;
	return 0;
}

/* Civil second of the change, in the local time before the change. */
static int64_t change_civil(const struct tz_date_rule *rule, int64_t year)
{
	int64_t first = civil_days((struct civil_date){year, 1, 1});
	int64_t day = 0;
	switch (rule->kind) {
	case TZ_DAY:
		day = first + rule->day;
		break;
	case TZ_JULIAN:
		day = first + rule->day - 1;
		if (rule->day >= 60 && civil_days_in_month(year, 2) == 29)
			day++;
		break;
	case TZ_MONTH: {
		int64_t month = civil_days((struct civil_date){year, rule->month, 1});
		int weekday = civil_weekday(month) % 7; /* 0 = Sunday */
		int skip = (rule->weekday - weekday + 7) % 7 + (rule->week - 1) * 7;
		if (skip >= civil_days_in_month(year, rule->month))
			skip -= 7;
		day = month + skip;
		break;
	}
	}
	return day * CIVIL_DAY_S + rule->second;
}

/* The changes of three years around the moment, in order, split the time into segments. */
struct tz_segment tz_footer_segment(const struct tz *z, int64_t table_end, int64_t utc_s)
{
	struct tz_segment s = {table_end, INT64_MAX, z->footer_standard};
	if (!z->footer_has_dst || z->footer_summer == z->footer_standard)
		return s;
	int64_t year = civil_date_of(civil_floor(utc_s, CIVIL_DAY_S)).year;
	for (int64_t y = year - 1; y <= year + 1; y++) {
		struct {
			int64_t at;
			int32_t to;
		} changes[2] = {
		        {change_civil(&z->to_summer, y) - z->footer_standard, z->footer_summer},
		        {change_civil(&z->to_standard, y) - z->footer_summer, z->footer_standard},
		};
		int first = changes[0].at <= changes[1].at ? 0 : 1;
		for (int i = 0; i < 2; i++) {
			int64_t at = changes[i == 0 ? first : 1 - first].at;
			int32_t to = changes[i == 0 ? first : 1 - first].to;
			if (at <= utc_s) {
				s.from_s = at > table_end ? at : table_end;
				s.offset_s = to;
			} else if (s.until_s == INT64_MAX) {
				s.until_s = at;
			}
		}
	}
	return s;
}
