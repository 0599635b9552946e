/* SPDX-License-Identifier: Apache-2.0 */
#include "config/kinds.h"
#include "tables.h"

static const char *const types[] = {
        [TYPE_GROUP] = "group",
        [TYPE_TEXT] = "text",
        [TYPE_TEXTS] = "texts",
        [TYPE_LIST] = "list",
        [TYPE_NUMBER] = "number",
        [TYPE_SHARE] = "share",
        [TYPE_RATE] = "rate",
        [TYPE_FLAG] = "flag",
        [TYPE_WORD] = "word",
        [TYPE_CHARACTER] = "character",
        [TYPE_REFERENCE] = "reference",
        [TYPE_REFERENCES] = "references",
        [TYPE_MAPPING] = "mapping",
};

static void print_row(const struct field *f)
{
	out_open(NULL, '{');
	out_text("path", f->path);
	out_text("type", types[f->type]);
	out_text("about", f->about);
	out_flag("needed", f->is_needed);
	out_flag("idle", f->is_idle);
	out_flag("resolved", f->name != NULL);
	out_number("preset", f->preset);
	out_text("preset_text", f->preset_text);
	out_text("unset", f->unset);
	out_number("min", f->min);
	out_number("max", f->max);
	out_words("words", f->words);
	out_flag("honoured_any", f->honoured == field_any);
	out_words("honoured", f->honoured);
	out_close('}');
}

void print_kinds(void)
{
	out_open("kinds", '[');
	for (size_t k = 0; kind_at(k); k++) {
		const struct kind *kind = kind_at(k);
		out_open(NULL, '{');
		out_text("name", kind->name);
		out_flag("idle", kind->is_idle);
		out_open("fields", '[');
		for (size_t i = 0; i < kind->fields_count; i++)
			if (kind->fields[i].path)
				print_row(&kind->fields[i]);
		out_close(']');
		out_close('}');
	}
	out_close(']');
}
