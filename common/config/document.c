/* SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include "longshore/documents.h"

#include <stdio.h>

void documents_release(struct documents *d)
{
	for (size_t i = 0; i < d->open_count; i++)
		json_decref(d->open[i]);
	d->open_count = 0;
}

void document_wrong(const struct document *doc, const char *path, const char *what)
{
	struct documents *d = doc->all;
	char whole[DOCUMENT_PATH_MAX];
	(void)snprintf(whole, sizeof(whole), "%s%s", doc->at, path);
	if (d->act == 0)
		d->act = err_set(d->e, ERR_REJECT, "bad_configuration", "%s " STR_FMT "%s%s: %s",
		        doc->kind, STR_ARG(doc->name), whole[0] ? ", " : "", whole, what);
	const struct check_mistake m = {.kind = str_c(doc->kind),
	        .tenant = doc->tenant,
	        .name = doc->name,
	        .path = whole,
	        .text = what};
	if (d->tell)
		d->tell(d->tell_arg, &m);
}

void document_warn(const struct document *doc, const char *path, const char *what)
{
	struct documents *d = doc->all;
	char whole[DOCUMENT_PATH_MAX];
	(void)snprintf(whole, sizeof(whole), "%s%s", doc->at, path);
	const struct check_mistake m = {.kind = str_c(doc->kind),
	        .tenant = doc->tenant,
	        .name = doc->name,
	        .path = whole,
	        .text = what,
	        .is_warning = true};
	if (d->tell)
		d->tell(d->tell_arg, &m);
}

struct document document_open(struct documents *d, const struct spec_document *document)
{
	struct document doc = {.all = d,
	        .kind = arena_cstr(d->mem, document->kind),
	        .tenant = document->tenant,
	        .name = document->name,
	        .at = ""};
	json_t *body = json_loadb(document->body.p, document->body.n, JSON_REJECT_DUPLICATES, NULL);
	if (!body || d->open_count == sizeof(d->open) / sizeof(d->open[0])) {
		json_decref(body);
		document_wrong(&doc, "", "its stored body cannot be read");
		return doc;
	}
	d->open[d->open_count++] = body;
	doc.body = body;
	return doc;
}

static const struct spec_document *find(
        const struct documents *d, const char *kind, struct str name)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct spec_document *s = &d->list[i];
		if (str_eq(s->kind, str_c(kind)) && str_eq(s->name, name) &&
		        (s->tenant.n == 0 || str_eq(s->tenant, d->tenant)))
			return s;
	}
	return NULL;
}

struct document document_find(struct documents *d, const char *kind, struct str name)
{
	const struct spec_document *found = find(d, kind, name);
	if (found)
		return document_open(d, found);
	struct document doc = {.all = d, .kind = kind, .tenant = d->tenant, .name = name, .at = ""};
	document_wrong(&doc, "", "is not there: apply it");
	return doc;
}

struct document document_named(const struct document *from, const char *path, const char *kind)
{
	return document_called(from, path, kind, document_text(from, path, NULL));
}

struct document document_called(
        const struct document *from, const char *path, const char *kind, struct str name)
{
	struct documents *d = from->all;
	const struct spec_document *found = find(d, kind, name);
	if (found)
		return document_open(d, found);
	if (name.n > 0) {
		char what[200];
		(void)snprintf(what, sizeof(what), "there is no %s %.100s: apply it", kind,
		        arena_cstr(d->mem, name));
		document_wrong(from, path, what);
	}
	return (struct document){
	        .all = d, .kind = kind, .tenant = d->tenant, .name = name, .at = ""};
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
	if (json_is_integer(value)) {
		char what[80];
		(void)snprintf(what, sizeof(what),
		        "must be a text: write \"%lld\", with the quotes",
		        (long long)json_integer_value(value));
		document_wrong(doc, path, what);
	} else if (value)
		document_wrong(doc, path, "must be a text");
	else if (!preset && doc->body)
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

int64_t document_num_in(
        const struct document *doc, const char *path, int64_t preset, struct range range)
{
	char what[100];
	int64_t n = document_num(doc, path, preset);
	if (!json_is_integer(document_at(doc, path)) || (n >= range.min && n <= range.max))
		return n;
	(void)snprintf(what, sizeof(what), "must be from %lld to %lld", (long long)range.min,
	        (long long)range.max);
	document_wrong(doc, path, what);
	return preset;
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

/* "must be none or gzip", "must be one of a, b and c". */
static void wrong_word(const struct document *doc, const char *path, const char *const *words)
{
	char what[300];
	size_t n = (size_t)snprintf(what, sizeof(what), "must be ");
	for (int i = 0; words[i] && n < sizeof(what); i++)
		n += (size_t)snprintf(what + n, sizeof(what) - n, "%s%s",
		        i == 0         ? ""
		        : words[i + 1] ? ", "
		                       : " or ",
		        words[i]);
	document_wrong(doc, path, what);
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
	wrong_word(doc, path, words);
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

/* A bare 50 would mean 5000 %, which is hardly intended. */
static bool is_bare_number(const json_t *value)
{
	if (json_is_integer(value))
		return json_integer_value(value) > 1;
	const char *text = json_string_value(value);
	int64_t ppm = 0;
	return text && !strchr(text, '%') && ratio_parse(str_c(text), &ppm) && ppm > 1000000;
}

int64_t document_share(const struct document *doc, const char *path, int64_t most_ppm)
{
	const json_t *value = document_at(doc, path);
	char what[120];
	if (!value)
		return SHARE_ABSENT;
	if (is_bare_number(value)) {
		document_wrong(doc, path,
		        "must have a % sign, such as \"50%\", or lie between 0 and 1, such as "
		        "\"0.5\"");
		return SHARE_ABSENT;
	}
	int64_t ppm = document_ratio(doc, path);
	if (ppm <= most_ppm)
		return ppm;
	(void)snprintf(what, sizeof(what), "must be at most %lld%%", (long long)(most_ppm / 10000));
	document_wrong(doc, path, what);
	return SHARE_ABSENT;
}
