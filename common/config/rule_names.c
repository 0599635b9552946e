/* SPDX-License-Identifier: Apache-2.0
 *
 * Expands templates as a delivery would. Invalid names, and names that cannot exist together, are
 * found before the first delivery.
 */
#include "rules.h"

#include "longshore/names.h"

/* Private-use characters stand for tokens whose values are not known yet, so they never equal text
 * of a template. */
static const struct {
	const char *token, *value;
} unknown[] =
        {
                {"tenant", "\xee\x80\x80"},
                {"audience", "\xee\x80\x81"},
                {"route", "\xee\x80\x82"},
                {"destination", "\xee\x80\x83"},
},
  sample[] = {
          {"delivery", "0123456789abcdef0123456789abcdef"},
          {"label", "20261231T2359+0000-01234567"}, /* the longest possible */
          {"yyyymmdd", "20261231"},
          {"hhmmss", "235959"},
          {"parts", "1"},
};

static bool name_of(const struct spec *spec, struct str token, struct str *out)
{
	const struct str known[] = {
	        spec->tenant, spec->audience.name, spec->route, spec->destination.name};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!str_eq(token, str_c(unknown[i].token)))
			continue;
		*out = known[i].n > 0 ? known[i] : str_c(unknown[i].value);
		return true;
	}
	return false;
}

static bool value_of(const void *arg, struct str token, struct arena *mem, struct str *out)
{
	const struct spec *spec = arg;
	(void)mem;
	if (name_of(spec, token, out))
		return true;
	if (str_eq(token, STR("part"))) {
		*out = spec->destination.part_format;
		return true;
	}
	for (size_t i = 0; i < sizeof(sample) / sizeof(sample[0]); i++) {
		if (!str_eq(token, str_c(sample[i].token)))
			continue;
		*out = str_c(sample[i].value);
		return true;
	}
	return false;
}

enum { TEMPLATES = 3 };

static const char *const fields[TEMPLATES] = {
        "naming.data_template", "manifest.template", "completion.name_template"};

struct written {
	struct str names[TEMPLATES];
	const char *fields[TEMPLATES];
	size_t count;
};

/* On a route, names the destination too, as the field belongs to that document. */
static void tell(
        const struct document *doc, const struct spec *spec, const char *field, struct str what)
{
	struct str text = arena_printf(doc->all->mem, "%s of " STR_FMT ": " STR_FMT, field,
	        STR_ARG(spec->destination.name), STR_ARG(what));
	if (spec->route.n > 0)
		document_wrong(doc, "destination", text.p);
	else
		document_wrong(doc, field, what.p);
}

static void write_out(const struct document *doc, const struct spec *spec, struct written *w)
{
	const struct spec_destination *to = &spec->destination;
	const struct str templates[TEMPLATES] = {
	        to->data_template, to->manifest_template, to->marker_template};
	for (size_t i = 0; i < TEMPLATES; i++) {
		struct err e;
		if (templates[i].n == 0)
			continue;
		if (name_expand(templates[i], value_of, spec, doc->all->mem, &w->names[w->count],
		            &e) != 0) {
			tell(doc, spec, fields[i], arena_str(doc->all->mem, str_c(e.text)));
			continue;
		}
		w->fields[w->count++] = fields[i];
	}
}

void rule_names(const struct document *doc, const struct spec *spec)
{
	struct written w = {.count = 0};
	struct name_clash c;
	write_out(doc, spec, &w);
	if (!names_clash(w.names, w.count, doc->all->mem, &c) || !c.first)
		return;
	const char *first = w.fields[c.first - w.names], *second = w.fields[c.second - w.names];
	tell(doc, spec, second,
	        c.is_below ? arena_printf(doc->all->mem,
	                             "lies below %s, and no name is both a file and a directory",
	                             first)
	                   : arena_printf(doc->all->mem,
	                             "gives the same name as %s, or one that differs by capitals "
	                             "only",
	                             first));
}
