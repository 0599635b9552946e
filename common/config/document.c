/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

void documents_release(struct documents *d)
{
	for (size_t i = 0; i < d->open_count; i++)
		json_decref(d->open[i]);
	d->open_count = 0;
}

static void wrong(
        struct documents *d, const char *kind, struct str name, const char *path, const char *what)
{
	if (d->act != 0)
		return;
	d->act = err_set(d->e, ERR_REJECT, "bad_configuration", "%s " STR_FMT "%s%s: %s", kind,
	        STR_ARG(name), path[0] ? ", " : "", path, what);
}

void document_wrong(const struct document *doc, const char *path, const char *what)
{
	wrong(doc->all, doc->kind, doc->name, path, what);
}

struct document document_find(struct documents *d, const char *kind, struct str name)
{
	struct document doc = {.all = d, .kind = kind, .name = name};
	for (size_t i = 0; i < d->count; i++) {
		const struct spec_document *s = &d->list[i];
		if (!str_eq(s->kind, str_c(kind)) || !str_eq(s->name, name) ||
		        (s->tenant.n > 0 && !str_eq(s->tenant, d->tenant)))
			continue;
		json_t *body = json_loadb(s->body.p, s->body.n, JSON_REJECT_DUPLICATES, NULL);
		if (!body || d->open_count == sizeof(d->open) / sizeof(d->open[0])) {
			json_decref(body);
			wrong(d, kind, name, "", "its stored body cannot be read");
			return doc;
		}
		d->open[d->open_count++] = body;
		doc.body = body;
		return doc;
	}
	wrong(d, kind, name, "", "is not there: apply it");
	return doc;
}

const json_t *document_at(const struct document *doc, const char *path)
{
	const json_t *at = doc->body;
	const char *whole = path;
	while (at && *path) {
		size_t n = strcspn(path, ".");
		if (at != doc->body && !json_is_object(at) && !json_is_null(at)) {
			struct str above = arena_str(
			        doc->all->mem, str_bytes(whole, (size_t)(path - whole) - 1));
			document_wrong(doc, above.p, "must be a mapping of fields");
			return NULL;
		}
		char key[64];
		if (n >= sizeof(key))
			return NULL;
		memcpy(key, path, n);
		key[n] = '\0';
		at = json_object_get(at, key);
		path += path[n] ? n + 1 : n;
	}
	return at && !json_is_null(at) ? at : NULL;
}

const json_t *document_list(const struct document *doc, const char *path)
{
	const json_t *value = document_at(doc, path);
	if (value && !json_is_array(value))
		document_wrong(doc, path, "must be a list");
	return json_is_array(value) ? value : NULL;
}

struct str document_text(const struct document *doc, const char *path, const char *preset)
{
	const json_t *value = document_at(doc, path);
	if (json_is_string(value))
		return arena_str(doc->all->mem,
		        str_bytes(json_string_value(value), json_string_length(value)));
	if (value)
		document_wrong(doc, path, "must be a text");
	else if (!preset)
		document_wrong(doc, path, "is missing");
	return str_c(preset ? preset : "");
}

int64_t document_num(const struct document *doc, const char *path, int64_t preset)
{
	const json_t *value = document_at(doc, path);
	if (!value)
		return preset;
	if (!json_is_integer(value) || json_integer_value(value) < 0) {
		document_wrong(doc, path, "must be a whole number, 0 or more");
		return preset;
	}
	return json_integer_value(value);
}

bool document_bool(const struct document *doc, const char *path, bool preset)
{
	const json_t *value = document_at(doc, path);
	if (!value)
		return preset;
	if (!json_is_boolean(value))
		document_wrong(doc, path, "must be true or false");
	return json_is_true(value);
}

int document_word(
        const struct document *doc, const char *path, const char *const *words, int preset)
{
	const json_t *value = document_at(doc, path);
	if (!value)
		return preset;
	for (int i = 0; json_is_string(value) && words[i]; i++) {
		if (strcmp(words[i], json_string_value(value)) == 0)
			return i;
	}
	document_wrong(doc, path, "is not a word that is known here");
	return preset;
}

bool ratio_parse(struct str text, int64_t *out_ppm)
{
	bool percent = text.n > 0 && text.p[text.n - 1] == '%';
	size_t n = percent ? text.n - 1 : text.n, digits = 0;
	int64_t unit = percent ? 10000 : 1000000, ppm = 0;
	bool fraction = false;
	for (size_t i = 0; i < n; i++) {
		char c = text.p[i];
		if (c == '.' && !fraction && digits > 0) {
			fraction = true;
			continue;
		}
		if (c < '0' || c > '9' || ppm > INT64_C(1000000000000))
			return false;
		digits++;
		if (!fraction) {
			ppm = ppm * 10 + (int64_t)(c - '0') * unit;
			continue;
		}
		if (unit % 10 != 0 && c != '0')
			return false; /* finer than a millionth */
		unit /= 10;
		ppm += (int64_t)(c - '0') * unit;
	}
	if (digits == 0 || text.p[n - 1] == '.')
		return false;
	*out_ppm = ppm;
	return true;
}

int64_t document_ratio(const struct document *doc, const char *path)
{
	const json_t *value = document_at(doc, path);
	int64_t ppm = 0;
	if (!value)
		return 0;
	if (json_is_integer(value) && json_integer_value(value) >= 0 &&
	        json_integer_value(value) < 1000000)
		return json_integer_value(value) * 1000000;
	if (!json_is_string(value) ||
	        !ratio_parse(str_bytes(json_string_value(value), json_string_length(value)), &ppm))
		document_wrong(doc, path, "must be a ratio such as \"30%\" or \"0.3\"");
	return ppm;
}
