/* SPDX-License-Identifier: Apache-2.0 */
#include "unsupported.h"

#include "kinds.h"

#include <stdio.h>

static struct str text_of(const json_t *value, char buf[32])
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return str_bytes(json_string_value(value), json_string_length(value));
	case JSON_TRUE:
		return STR("true");
	case JSON_FALSE:
		return STR("false");
	case JSON_INTEGER:
		(void)snprintf(buf, 32, "%lld", (long long)json_integer_value(value));
		return str_c(buf);
	case JSON_ARRAY:
		return json_array_size(value) == 0 ? STR("[]") : STR("[...]");
	case JSON_OBJECT:
	case JSON_REAL:
	case JSON_NULL:
		break;
	}
	return STR("?");
}

/* A row covers everything below its path. Values are compared as texts: booleans as "true" and
 * "false", an empty array as "[]". */
static bool is_honoured(const struct field *row, const json_t *value)
{
	char buf[32];
	if (row->honoured == field_any)
		return true;
	struct str text = text_of(value, buf);
	for (const char *const *word = row->honoured; word && *word; word++)
		if (str_eq(text, str_c(*word)))
			return true;
	return false;
}

enum verdict { NOT_HONOURED, IS_HONOURED, PARTS_MAY_BE };

static enum verdict verdict(const struct kind *kind, const char *path, const json_t *value)
{
	size_t n = strlen(path);
	enum verdict found = NOT_HONOURED;
	for (size_t i = 0; i < kind->fields_count; i++) {
		const struct field *row = &kind->fields[i];
		if (!row->path || !row->honoured)
			continue;
		if (strcmp(row->path, path) == 0)
			return is_honoured(row, value) ? IS_HONOURED : NOT_HONOURED;
		if (strncmp(row->path, path, n) == 0 && row->path[n] == '.')
			found = PARTS_MAY_BE;
	}
	return found;
}

struct finding {
	const struct kind *kind;
	struct arena *mem;
	struct str *paths;
	size_t count;
};

enum { FINDINGS_MAX = 256 };

static void look(struct finding *f, const char *path, const json_t *value);

static void look_below(struct finding *f, const char *path, const json_t *value)
{
	const char *key;
	json_t *child;
	if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++)
			look(f, path, json_array_get(value, i));
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, child)
	{
		char below[256];
		if (snprintf(below, sizeof(below), "%s%s%s", path, path[0] ? "." : "", key) <
		        (int)sizeof(below))
			look(f, below, child);
	}
}

static void look(struct finding *f, const char *path, const json_t *value)
{
	enum verdict v = path[0] ? verdict(f->kind, path, value) : PARTS_MAY_BE;
	bool has_parts =
	        json_is_object(value) || (json_is_array(value) && json_array_size(value) > 0);
	if (v == IS_HONOURED)
		return;
	if (v == PARTS_MAY_BE && has_parts) {
		look_below(f, path, value);
		return;
	}
	for (size_t i = 0; i < f->count; i++) {
		if (str_eq(f->paths[i], str_c(path)))
			return;
	}
	if (f->count < FINDINGS_MAX)
		f->paths[f->count++] = arena_str(f->mem, str_c(path));
}

void unsupported_find(const struct document *destination, struct str **out, size_t *out_count)
{
	struct finding f = {.kind = kind_find(STR("Destination")), .mem = destination->all->mem};
	f.paths = arena_alloc(f.mem, FINDINGS_MAX * sizeof(*f.paths));
	if (destination->body)
		look(&f, "", destination->body);
	*out = f.paths;
	*out_count = f.count;
}
