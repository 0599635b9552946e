/* SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 160 };

struct reader {
	struct arena *mem;
	struct err *e;
	char path[PATH_BYTES]; /* path of the value that is being read */
};

static void *at(void *base, size_t offset)
{
	return (char *)base + offset;
}

static const void *at_const(const void *base, size_t offset)
{
	return (const char *)base + offset;
}

static int bad(struct reader *r, const char *what)
{
	return err_set(
	        r->e, ERR_REJECT, CODE_BAD_SPEC, "%s: %s", r->path[0] ? r->path : "(top)", what);
}

/* Appends ".name" or "[index]". Returns the previous length, to cut back to. A path that is too
 * long is truncated. */
static size_t enter(struct reader *r, const char *name, size_t index)
{
	size_t n = strlen(r->path);
	if (name) {
		(void)snprintf(r->path + n, PATH_BYTES - n, "%s%.60s", n ? "." : "", name);
	} else {
		(void)snprintf(r->path + n, PATH_BYTES - n, "[%zu]", index);
	}
	return n;
}

static int read_text(struct reader *r, json_t *json, struct str *out)
{
	if (!json_is_string(json)) {
		return bad(r, "must be a text");
	}
	struct str s = {json_string_value(json), json_string_length(json)};
	if (memchr(s.p, '\0', s.n)) {
		return bad(r, "must not hold a NUL");
	}
	*out = arena_str(r->mem, s);
	return 0;
}

static int read_int(struct reader *r, const struct field *f, json_t *json, int64_t *out)
{
	if (!json_is_integer(json)) {
		return bad(r, "must be an integer");
	}
	int64_t n = json_integer_value(json);
	if (n < f->min || n > f->max) {
		return bad(r, "is out of range");
	}
	*out = n;
	return 0;
}

static int read_enum(struct reader *r, const struct field *f, json_t *json, int *out)
{
	for (int i = 0; json_is_string(json) && f->words[i]; i++) {
		if (strcmp(f->words[i], json_string_value(json)) == 0) {
			*out = i;
			return 0;
		}
	}
	return bad(r, "is none of the allowed words");
}

static int read_char(struct reader *r, json_t *json, char *out)
{
	const char *s = json_is_string(json) ? json_string_value(json) : "";
	if (json_string_length(json) != 1 || (unsigned char)s[0] >= 0x80) {
		return bad(r, "must be one ASCII character");
	}
	*out = s[0];
	return 0;
}

static int read_object(struct reader *r, const struct shape *shape, json_t *json, void *out);

/* Reads lists of texts and of objects. */
static int read_list(struct reader *r, const struct field *f, json_t *json, void *base)
{
	if (!json_is_array(json)) {
		return bad(r, "must be a list");
	}
	size_t bytes = f->kind == SHAPE_TEXTS ? sizeof(struct str) : f->shape->bytes;
	size_t count = json_array_size(json);
	char *items = arena_try_alloc(r->mem, count + 1, bytes);
	if (!items) {
		return err_set(r->e, ERR_REJECT, CODE_TOO_LARGE,
		        "%s: larger than the memory for it", r->path);
	}
	int act = 0;
	for (size_t i = 0; act == 0 && i < count; i++) {
		size_t back = enter(r, NULL, i);
		json_t *item = json_array_get(json, i);
		act = f->kind == SHAPE_TEXTS ? read_text(r, item, (struct str *)(void *)items + i)
		                             : read_object(r, f->shape, item, items + i * bytes);
		r->path[act == 0 ? back : strlen(r->path)] = '\0';
	}
	*(void **)at(base, f->offset) = count ? items : NULL;
	*(size_t *)at(base, f->count_offset) = count;
	return act;
}

static int read_field(struct reader *r, const struct field *f, json_t *json, void *base)
{
	void *out = at(base, f->offset);
	switch (f->kind) {
	case SHAPE_TEXT:
		return read_text(r, json, out);
	case SHAPE_INT:
		return read_int(r, f, json, out);
	case SHAPE_BOOL:
		*(bool *)out = json_is_true(json);
		return json_is_boolean(json) ? 0 : bad(r, "must be true or false");
	case SHAPE_CHAR:
		return read_char(r, json, out);
	case SHAPE_ENUM:
		return read_enum(r, f, json, out);
	case SHAPE_TEXTS:
	case SHAPE_OBJECTS:
		return read_list(r, f, json, base);
	case SHAPE_OBJECT:
		return read_object(r, f->shape, json, out);
	}
	return bad(r, "is of no known kind");
}

static bool is_empty(const struct field *f, const void *base)
{
	switch (f->kind) {
	case SHAPE_TEXT:
		return ((const struct str *)at_const(base, f->offset))->n == 0;
	case SHAPE_TEXTS:
	case SHAPE_OBJECTS:
		return *(const size_t *)at_const(base, f->count_offset) == 0;
	case SHAPE_INT:
	case SHAPE_BOOL:
	case SHAPE_CHAR:
	case SHAPE_ENUM:
	case SHAPE_OBJECT:
		break;
	}
	return false;
}

static const struct field *field_of(const struct shape *shape, const char *name)
{
	for (const struct field *f = shape->fields; f->name; f++) {
		if (strcmp(f->name, name) == 0) {
			return f;
		}
	}
	return NULL;
}

static int read_object(struct reader *r, const struct shape *shape, json_t *json, void *out)
{
	shape_preset(shape, out);
	if (!json_is_object(json)) {
		return bad(r, "must be an object");
	}
	const char *name = NULL;
	json_t *value = NULL;
	json_object_foreach(json, name, value)
	{
		size_t back = enter(r, name, 0);
		const struct field *f = field_of(shape, name);
		int code = f ? read_field(r, f, value, out) : bad(r, "is not a known field");
		if (code != 0) {
			return code;
		}
		r->path[back] = '\0';
	}
	for (const struct field *f = shape->fields; f->name; f++) {
		if (f->is_required && is_empty(f, out)) {
			(void)enter(r, f->name, 0);
			return bad(r, "is missing");
		}
	}
	return 0;
}

int shape_read(const struct shape *shape, json_t *json, struct arena *mem, void *out, struct err *e)
{
	struct reader r = {.mem = mem, .e = e, .path = ""};
	return read_object(&r, shape, json, out);
}

void shape_preset(const struct shape *shape, void *out)
{
	memset(out, 0, shape->bytes);
	for (const struct field *f = shape->fields; f->name; f++) {
		void *field = at(out, f->offset);
		switch (f->kind) {
		case SHAPE_TEXT:
			*(struct str *)field = str_c(f->preset_text ? f->preset_text : "");
			break;
		case SHAPE_INT:
			*(int64_t *)field = f->absent;
			break;
		case SHAPE_BOOL:
			*(bool *)field = f->absent != 0;
			break;
		case SHAPE_CHAR:
			*(char *)field = (char)f->absent;
			break;
		case SHAPE_ENUM:
			*(int *)field = (int)f->absent;
			break;
		case SHAPE_OBJECT:
			shape_preset(f->shape, field);
			break;
		case SHAPE_TEXTS:
		case SHAPE_OBJECTS:
			break;
		}
	}
}

static json_t *write_list(const struct field *f, const void *base)
{
	size_t count = *(const size_t *)at_const(base, f->count_offset);
	const char *items = *(const char *const *)at_const(base, f->offset);
	json_t *list = json_array();
	for (size_t i = 0; list && i < count; i++) {
		json_t *item = NULL;
		if (f->kind == SHAPE_TEXTS) {
			struct str s = ((const struct str *)(const void *)items)[i];
			item = json_stringn(s.n ? s.p : "", s.n);
		} else {
			item = shape_write(f->shape, items + i * f->shape->bytes);
		}
		if (json_array_append_new(list, item) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* *out stays NULL for a default value. Returns false if memory ran out or a text is not UTF-8. */
static bool write_field(const struct field *f, const void *base, json_t **out)
{
	const void *field = at_const(base, f->offset);
	*out = NULL;
	switch (f->kind) {
	case SHAPE_TEXT: {
		const struct str *s = field;
		if (str_eq(*s, str_c(f->preset_text ? f->preset_text : ""))) {
			return true;
		}
		*out = json_stringn(s->p, s->n);
		return *out;
	}
	case SHAPE_INT:
		if (*(const int64_t *)field == f->absent) {
			return true;
		}
		*out = json_integer(*(const int64_t *)field);
		return *out;
	case SHAPE_BOOL:
		if (*(const bool *)field == (f->absent != 0)) {
			return true;
		}
		*out = json_boolean(*(const bool *)field);
		return *out;
	case SHAPE_CHAR:
		if (*(const char *)field == (char)f->absent) {
			return true;
		}
		*out = json_stringn(field, 1);
		return *out;
	case SHAPE_ENUM:
		if (*(const int *)field == (int)f->absent) {
			return true;
		}
		*out = json_string(f->words[*(const int *)field]);
		return *out;
	case SHAPE_TEXTS:
	case SHAPE_OBJECTS:
		if (is_empty(f, base)) {
			return true;
		}
		*out = write_list(f, base);
		return *out;
	case SHAPE_OBJECT:
		*out = shape_write(f->shape, field);
		if (*out && json_object_size(*out) == 0) {
			json_decref(*out);
			*out = NULL;
			return true;
		}
		return *out;
	}
	return false;
}

json_t *shape_write(const struct shape *shape, const void *value)
{
	json_t *object = json_object();
	for (const struct field *f = shape->fields; object && f->name; f++) {
		json_t *field = NULL;
		bool is_fine = write_field(f, value, &field);
		if (is_fine && field) {
			is_fine = json_object_set_new(object, f->name, field) == 0;
		}
		if (!is_fine) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

struct str json_canonical(const json_t *json, struct arena *mem)
{
	char *text = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);
	if (!text) {
		return (struct str){NULL, 0};
	}
	size_t n = strlen(text);
	char *copy = arena_try_alloc(mem, n + 1, 1);
	if (copy) {
		memcpy(copy, text, n + 1);
	}
	free(text);
	return (struct str){copy, copy ? n : 0};
}
