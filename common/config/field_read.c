/* SPDX-License-Identifier: Apache-2.0 */
#include "field_read.h"

#include "kinds.h"
#include "shape.h"

#include <assert.h>
#include <stdio.h>

static const struct kind *kind_of(const struct document *doc)
{
	const struct kind *kind = kind_find(str_c(doc->kind));
	assert(kind);
	return kind;
}

static void wrong_text(const struct document *doc, const char *path, size_t i, const json_t *item)
{
	char at[96], what[120], number[32];
	bool is_number = json_is_integer(item);
	(void)snprintf(at, sizeof(at), "%s[%zu]", path, i);
	(void)snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(item));
	(void)snprintf(what, sizeof(what), "must be a text%s%s%s",
	        is_number || json_is_boolean(item) ? ": write \"" : "",
	        is_number             ? number
	        : json_is_true(item)  ? "true"
	        : json_is_false(item) ? "false"
	                              : "",
	        is_number || json_is_boolean(item) ? "\", with the quotes" : "");
	document_wrong(doc, at, what);
}

void field_texts(const struct document *doc, const char *path, struct str **out, size_t *out_count)
{
	const json_t *array = document_list(doc, path);
	size_t n = json_array_size(array);
	*out = arena_alloc(doc->all->mem, (n + 1) * sizeof(**out));
	*out_count = n;
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(array, i);
		(*out)[i] = STR("");
		if (!json_is_string(item))
			wrong_text(doc, path, i, item);
		else
			(*out)[i] = arena_str(doc->all->mem,
			        str_bytes(json_string_value(item), json_string_length(item)));
	}
}

static struct document item_of(
        const struct document *doc, const char *path, const json_t *array, size_t i)
{
	struct document item = *doc;
	item.body = json_array_get(array, i);
	if (!json_is_object(item.body)) {
		document_wrong(doc, path, "must be a list of mappings");
		item.body = NULL; /* so that nothing in it is reported as missing */
	}
	item.at = arena_printf(doc->all->mem, "%s%s[%zu].", doc->at, path, i).p;
	return item;
}

char field_character(const struct document *doc, const char *path, char preset)
{
	struct str text = document_text(doc, path, "");
	if (text.n == 0)
		return preset;
	if (text.n != 1 || (unsigned char)text.p[0] >= 0x80 || text.p[0] == '"' ||
	        text.p[0] == '\n' || text.p[0] == '\r')
		document_wrong(doc, path, "must be one ASCII character, no quote and no line end");
	return text.p[0];
}

int field_word(const struct document *doc, const char *path)
{
	const struct field *row = kind_row(kind_of(doc), str_c(path));
	assert(row && row->words);
	return document_word(doc, path, row->words, (int)row->preset);
}

/* unsupported.c reports a word of a partner's model that is not honoured. Here the spec gets the
 * default. */
static int honoured_word(const struct document *doc, const struct field *f, const char *path)
{
	const json_t *value = document_at(doc, path);
	for (int i = 0; json_is_string(value) && f->words[i]; i++)
		if (strcmp(f->words[i], json_string_value(value)) == 0)
			return i;
	return (int)f->preset;
}

static void read_word(
        const struct document *doc, const struct field *f, const char *path, void *out)
{
	if (f->kind == SHAPE_TEXT) {
		int i = document_word(doc, path, f->words, -1);
		if (i < 0 && f->is_needed && doc->body && !document_at(doc, path))
			document_wrong(doc, path, "is missing");
		*(struct str *)out = i < 0 ? STR("") : str_c(f->words[i]);
		return;
	}
	int i = f->honoured && f->honoured != field_any
	                ? honoured_word(doc, f, path)
	                : document_word(doc, path, f->words, (int)f->preset);
	if (f->kind == SHAPE_BOOL)
		*(bool *)out = i == 1;
	else
		*(int *)out = i;
}

static int64_t read_integer(const struct document *doc, const struct field *f, const char *path)
{
	if (f->type == TYPE_RATE)
		return document_ratio(doc, path) / 1000;
	if (f->type != TYPE_SHARE)
		return document_num_in(doc, path, f->preset, (struct range){f->min, f->max});
	int64_t ppm = document_share(doc, path, f->max);
	return ppm == SHARE_ABSENT ? f->preset : ppm;
}

static void read_rows(const struct document *doc, struct str above, const struct areas *areas);

static void read_list(
        const struct document *doc, const struct field *f, const char *path, void **out, size_t *n)
{
	const json_t *list = document_list(doc, path);
	const size_t bytes = f->shape->bytes;
	*n = json_array_size(list);
	char *items = arena_alloc(doc->all->mem, (*n + 1) * bytes);
	*out = items;
	for (size_t i = 0; i < *n; i++) {
		struct document item = item_of(doc, path, list, i);
		struct areas in_item = {{NULL}};
		in_item.at[f->item] = items + i * bytes;
		shape_preset(f->shape, items + i * bytes);
		read_rows(&item, str_c(f->path), &in_item);
	}
}

static void read_row(
        const struct document *doc, const struct field *f, const char *path, char *area)
{
	void *out = area + f->offset, *count = area + f->count_offset;
	switch (f->kind) {
	case SHAPE_TEXT:
		if (f->type == TYPE_WORD)
			read_word(doc, f, path, out);
		else
			*(struct str *)out = document_text(doc, path,
			        f->is_needed     ? NULL
			        : f->preset_text ? f->preset_text
			                         : "");
		break;
	case SHAPE_INT:
		if (!f->is_override || document_at(doc, path))
			*(int64_t *)out = read_integer(doc, f, path);
		break;
	case SHAPE_BOOL:
		if (f->type == TYPE_WORD)
			read_word(doc, f, path, out);
		else
			*(bool *)out = document_bool(doc, path, f->preset != 0);
		break;
	case SHAPE_CHAR:
		*(char *)out = field_character(doc, path, (char)f->preset);
		break;
	case SHAPE_ENUM:
		read_word(doc, f, path, out);
		break;
	case SHAPE_TEXTS:
		field_texts(doc, path, out, count);
		break;
	case SHAPE_OBJECTS:
		read_list(doc, f, path, out, count);
		break;
	case SHAPE_OBJECT:
		break;
	}
}

/* above: the path of the list that contains this item; empty: a whole document. */
static void read_rows(const struct document *doc, struct str above, const struct areas *areas)
{
	const struct kind *kind = kind_of(doc);
	for (size_t i = 0; i < kind->fields_count; i++) {
		const struct field *f = &kind->fields[i];
		if (!f->path || f->is_by_hand || !areas->at[f->area])
			continue;
		read_row(doc, f, f->path + (above.n > 0 ? above.n + 1 : 0), areas->at[f->area]);
	}
}

void fields_read(const struct document *doc, const struct areas *areas)
{
	read_rows(doc, STR(""), areas);
}
