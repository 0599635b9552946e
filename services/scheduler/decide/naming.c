/* SPDX-License-Identifier: Apache-2.0 */
#include "naming.h"

#include "longshore/civil.h"
#include "longshore/names.h"

static struct str part_text(const struct naming *n, struct arena *mem)
{
	size_t digits = n->spec->destination.part_format.n;
	return arena_printf(mem, "%0*d", digits > 0 && digits < 10 ? (int)digits : 1, (int)n->part);
}

/* A civil label without its punctuation. Any other label is unchanged. */
static struct str plain(struct str label, struct arena *mem)
{
	int64_t civil_s = 0;
	if (!civil_parse_label(label, &civil_s))
		return label;
	char *text = arena_cstr(mem, label);
	size_t used = 0;
	for (size_t i = 0; i < label.n; i++)
		if (label.p[i] != '-' && label.p[i] != ':')
			text[used++] = label.p[i];
	return (struct str){text, used};
}

static bool token_value(
        struct str token, const struct naming *n, struct arena *mem, struct str *out)
{
	int64_t utc_s = civil_floor(n->planned_ms, 1000);
	int64_t civil = utc_s + tz_segment_at(n->zone, utc_s).offset_s;
	struct civil_date date = civil_date_of(civil_floor(civil, CIVIL_DAY_S));
	int64_t of_day = civil - civil_floor(civil, CIVIL_DAY_S) * CIVIL_DAY_S;
	char planned[CIVIL_LABEL_BYTES];
	civil_label(civil, planned);
	if (str_eq(token, STR("tenant")))
		*out = n->spec->tenant;
	else if (str_eq(token, STR("audience")))
		*out = n->spec->audience.name;
	else if (str_eq(token, STR("route")))
		*out = n->spec->route;
	else if (str_eq(token, STR("destination")))
		*out = n->spec->destination.name;
	else if (str_eq(token, STR("delivery")))
		*out = n->delivery_id;
	else if (str_eq(token, STR("yyyymmdd")))
		*out = arena_printf(mem, "%04d%02d%02d", (int)date.year, date.month, date.day);
	else if (str_eq(token, STR("hhmmss")))
		*out = arena_printf(mem, "%02d%02d%02d", (int)(of_day / 3600),
		        (int)(of_day / 60 % 60), (int)(of_day % 60));
	else if (str_eq(token, STR("label")))
		*out = plain(n->label.n > 0 ? n->label : str_c(planned), mem);
	else if (str_eq(token, STR("parts")))
		*out = arena_printf(mem, "%d", (int)n->parts);
	else if (str_eq(token, STR("part")) && n->part > 0)
		*out = part_text(n, mem);
	else
		return false;
	return true;
}

static bool value_of(const void *arg, struct str token, struct arena *mem, struct str *out)
{
	return token_value(token, arg, mem, out);
}

int naming_expand(struct str template, const struct naming *n, struct arena *mem, struct str *out,
        struct err *e)
{
	return name_expand(template, value_of, n, mem, out, e);
}

/* --- labels --- */

enum { OWN_DIGITS = 8 };

/* The cause of a cadence is label|zone|fold. */
static bool is_second_fold(struct str cause)
{
	return str_has_suffix(cause, STR("|1"));
}

static struct str with_offset(struct str label, int64_t offset_s, struct arena *mem)
{
	int64_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
	return arena_printf(mem, STR_FMT "%c%02d%02d", STR_ARG(label), offset_s < 0 ? '-' : '+',
	        (int)(minutes / 60), (int)(minutes % 60));
}

struct str naming_label(const struct naming_cause *c, struct arena *mem)
{
	int64_t utc_s = civil_floor(c->planned_ms, 1000), civil_s = 0;
	char text[CIVIL_LABEL_BYTES];
	if (c->label.n > 0) {
		bool is_second = is_second_fold(c->cause) && civil_parse_label(c->label, &civil_s);
		return is_second ? with_offset(plain(c->label, mem), civil_s - utc_s, mem)
		                 : c->label;
	}
	civil_s = utc_s + tz_segment_at(c->zone, utc_s).offset_s;
	civil_label(civil_s, text);
	return arena_printf(mem, STR_FMT "%02d", STR_ARG(plain(str_c(text), mem)),
	        (int)(civil_s - civil_floor(civil_s, 60) * 60));
}

static bool holds(struct str template, struct str token)
{
	for (size_t i = 0; i + token.n <= template.n; i++)
		if (memcmp(template.p + i, token.p, token.n) == 0)
			return true;
	return false;
}

bool naming_labels_differ(const struct spec_destination *to)
{
	const struct str all[] = {to->data_template, to->manifest_template, to->marker_template};
	bool has_label = false;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		bool is_labelled = holds(all[i], STR("{label}"));
		if (all[i].n > 0 && !is_labelled && !holds(all[i], STR("{delivery}")))
			return false;
		has_label = has_label || is_labelled;
	}
	return has_label;
}

struct str naming_own_label(struct str label, struct str delivery_id, struct arena *mem)
{
	return arena_printf(mem, STR_FMT "-" STR_FMT, STR_ARG(plain(label, mem)),
	        STR_ARG(str_bytes(
	                delivery_id.p, delivery_id.n < OWN_DIGITS ? delivery_id.n : OWN_DIGITS)));
}

bool naming_is_own_label(struct str label, struct str delivery_id)
{
	return label.n > OWN_DIGITS && delivery_id.n >= OWN_DIGITS &&
	       label.p[label.n - OWN_DIGITS - 1] == '-' &&
	       memcmp(label.p + label.n - OWN_DIGITS, delivery_id.p, OWN_DIGITS) == 0;
}
