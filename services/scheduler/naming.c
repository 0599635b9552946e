/* SPDX-License-Identifier: Apache-2.0 */
#include "naming.h"

#include "longshore/civil.h"

static struct str part_text(const struct naming *n, struct arena *mem)
{
	size_t digits = n->spec->destination.part_format.n;
	return arena_printf(mem, "%0*d", digits > 0 && digits < 10 ? (int)digits : 1, (int)n->part);
}

/* The civil label without its punctuation. */
static struct str label_text(const struct naming *n, const char *planned, struct arena *mem)
{
	struct str label = n->label.n > 0 ? n->label : str_c(planned);
	char *plain = arena_cstr(mem, label);
	size_t used = 0;
	for (size_t i = 0; i < label.n; i++)
		if (label.p[i] != '-' && label.p[i] != ':')
			plain[used++] = label.p[i];
	return (struct str){plain, used};
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
		*out = label_text(n, planned, mem);
	else if (str_eq(token, STR("parts")))
		*out = arena_printf(mem, "%d", (int)n->parts);
	else if (str_eq(token, STR("part")) && n->part > 0)
		*out = part_text(n, mem);
	else
		return false;
	return true;
}

static bool is_plain(struct str part)
{
	if (part.n == 0 || part.n > 255 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
		return false;
	for (size_t i = 0; i < part.n; i++)
		if ((unsigned char)part.p[i] < 0x20 || part.p[i] == 0x7f || part.p[i] == '\\')
			return false;
	return true;
}

static int check_path(struct str path, struct err *e)
{
	if (path.n == 0 || path.n > NAMING_MAX_BYTES)
		return err_set(e, ERR_REJECT, "bad_name",
		        "a file name has %zu bytes; 1 to %d are allowed", path.n, NAMING_MAX_BYTES);
	size_t first = 0;
	for (size_t i = 0; i <= path.n; i++) {
		if (i < path.n && path.p[i] != '/')
			continue;
		if (!is_plain((struct str){path.p + first, i - first}))
			return err_set(e, ERR_REJECT, "bad_name",
			        "a file name must be a relative path without empty, '.' or '..' "
			        "parts and control characters");
		first = i + 1;
	}
	return 0;
}

static int too_long(struct err *e)
{
	return err_set(
	        e, ERR_REJECT, "bad_name", "a file name is longer than %d bytes", NAMING_MAX_BYTES);
}

int naming_expand(struct str template, const struct naming *n, struct arena *mem, struct str *out,
        struct err *e)
{
	char *text = arena_alloc(mem, NAMING_MAX_BYTES + 1);
	size_t used = 0;
	for (size_t i = 0; i < template.n;) {
		struct str piece = {template.p + i, 1};
		size_t step = 1;
		if (template.p[i] == '{') {
			ptrdiff_t close = str_find(template, '}', i);
			struct str token =
			        close < 0 ? STR("")
			                  : (struct str){template.p + i + 1, (size_t)close - i - 1};
			if (close < 0 || !token_value(token, n, mem, &piece))
				return err_set(e, ERR_REJECT, "bad_name",
				        "the file name template has an unknown token at byte %zu; "
				        "the reference lists them, {part} is for parts only",
				        i + 1);
			step = (size_t)close - i + 1;
		}
		if (piece.n > NAMING_MAX_BYTES - used)
			return too_long(e);
		if (piece.n > 0)
			memcpy(text + used, piece.p, piece.n);
		used += piece.n;
		i += step;
	}
	int bad = check_path((struct str){text, used}, e);
	if (bad == 0)
		*out = (struct str){text, used};
	return bad;
}
