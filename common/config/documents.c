/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/documents.h"

#include "check.h"
#include "fields.h"
#include "kinds.h"
#include "mistakes.h"
#include "shape.h"
#include "yaml.h"

#include <stdio.h>
#include <stdlib.h>

/* --- one document --- */

struct intake {
	const char *file;
	struct read_documents *read;
	const struct yaml_document *doc;
};

static int field_line(const struct intake *in, const char *path)
{
	const struct read_document d = {.line = in->doc->line,
	        .places = in->doc->places,
	        .places_count = in->doc->places_count};
	return place_line(&d, path);
}

static struct str text_at(const json_t *body, const char *field, struct arena *mem)
{
	const json_t *value = json_object_get(body, field);
	if (!json_is_string(value))
		return STR("");
	return arena_str(mem, str_bytes(json_string_value(value), json_string_length(value)));
}

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		            (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
		if (!fine)
			return false;
	}
	return s.n > 0 && s.n <= 100;
}

/* YAML reads a plain 2026 as a number and a plain true as a boolean, not as a text. */
static bool is_bare(const struct intake *in, const char *field)
{
	const json_t *value = json_object_get(in->doc->body, field);
	char *text = json_dumps(value, JSON_ENCODE_ANY);
	bool is_found = json_is_integer(value) || json_is_boolean(value);
	if (is_found && text)
		mistake_at(in->read, in->file, field_line(in, field), field,
		        "must be a text: write \"%s\", with the quotes", text);
	free(text);
	return is_found;
}

static void check_names(
        const struct intake *in, const struct kind *kind, struct str name, struct str tenant)
{
	if (!is_bare(in, "name") && !is_name(name))
		mistake_at(in->read, in->file, field_line(in, "name"), "name",
		        "must be 1 to 100 letters, digits, dots, dashes or underscores");
	if (kind->of_tenant && !is_bare(in, "tenant") && !is_name(tenant))
		mistake_at(in->read, in->file, field_line(in, "tenant"), "tenant",
		        "must be the name of a Tenant");
}

static int take(void *arg, const struct yaml_document *doc, struct err *e)
{
	struct intake *in = arg;
	struct read_documents *read = in->read;
	in->doc = doc;
	const struct kind *kind = kind_find(text_at(doc->body, "kind", read->mem));
	if (!kind) {
		mistake_at(read, in->file, field_line(in, "kind"), "kind",
		        "must be one of " DOCUMENT_KINDS);
		return 0;
	}
	if (read->count == DOCUMENTS_MAX)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE, "%s: more than %d documents",
		        in->file, DOCUMENTS_MAX);
	fields_check(read, in->file, doc, kind);
	struct str name = text_at(doc->body, "name", read->mem),
	           tenant = text_at(doc->body, "tenant", read->mem);
	check_names(in, kind, name, tenant);
	struct read_document *d = &read->items[read->count];
	d->document = (struct spec_document){.kind = str_c(kind->name),
	        .tenant = strcmp(kind->name, "Tenant") == 0 ? name : tenant,
	        .name = name,
	        .body = json_canonical(doc->body, read->mem)};
	if (!d->document.body.p)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE, "%s is too large", in->file);
	d->file = in->file;
	d->line = doc->line;
	d->places = doc->places;
	d->places_count = doc->places_count;
	sha256_hex(d->document.body.p, d->document.body.n, d->hash);
	read->count++;
	return 0;
}

int documents_read(const char *file, struct str text, struct read_documents *read, struct err *e)
{
	struct intake in = {.file = file, .read = read};
	mistakes_add_file(read, file);
	return yaml_read(file, text, read, take, &in, e);
}

/* --- all documents --- */

static bool is_same(const struct spec_document *a, const struct spec_document *b)
{
	return str_eq(a->kind, b->kind) && str_eq(a->tenant, b->tenant) && str_eq(a->name, b->name);
}

static const struct read_document *find_read(
        const struct read_documents *read, const struct spec_document *wanted)
{
	for (size_t i = 0; i < read->count; i++)
		if (is_same(&read->items[i].document, wanted))
			return &read->items[i];
	return NULL;
}

static void check_twice(struct read_documents *read, const struct read_document *d)
{
	const struct read_document *first = find_read(read, &d->document);
	if (first && first != d)
		mistake_at(read, d->file, d->line, "",
		        "this document stands twice, first at %s:%d: remove one", first->file,
		        first->line);
}

void documents_mistake(struct read_documents *read, const struct read_document *d, const char *path,
        const char *text)
{
	mistake_at(read, d->file, place_line(d, path), path, "%s", text);
}

struct str documents_text(const struct read_document *d, const char *path, struct arena *mem)
{
	json_t *body = json_loadb(d->document.body.p, d->document.body.n, 0, NULL);
	const struct document doc = {.body = body};
	const json_t *value = document_at(&doc, path);
	struct str text = STR("");
	if (json_is_string(value))
		text = arena_str(
		        mem, str_bytes(json_string_value(value), json_string_length(value)));
	json_decref(body);
	return text;
}

struct checking {
	struct read_documents *read;
	const struct read_document *of; /* the document that is being checked */
};

/* Reports a mistake at its field if this run read the document. If the document was applied
 * earlier, reports it at the document that needs it. */
static void tell(void *arg, const struct check_mistake *m)
{
	struct checking *c = arg;
	const struct spec_document wanted = {.kind = m->kind, .tenant = m->tenant, .name = m->name};
	const struct read_document *d = find_read(c->read, &wanted);
	char text[MISTAKE_TEXT_MAX];
	const char *file = d ? d->file : c->of->file, *path = d ? m->path : "";
	int line = d ? place_line(d, m->path) : c->of->line;
	if (d)
		(void)snprintf(text, sizeof(text), "%s", m->text);
	else
		(void)snprintf(text, sizeof(text),
		        STR_FMT " " STR_FMT ", which is applied already: %s%s%s", STR_ARG(m->kind),
		        STR_ARG(m->name), m->path, m->path[0] ? ": " : "", m->text);
	if (m->is_warning)
		warning_at(c->read, file, line, path, "%s", text);
	else
		mistake_at(c->read, file, line, path, "%s", text);
}

/* Finds the document in `read` that an applied route names. NULL: none, so this route is not
 * affected. */
static const struct read_document *named_by(
        const struct read_documents *read, const struct spec_document *route)
{
	static const struct {
		const char *field, *kind;
		bool of_tenant;
	} names[] = {
	        {"audience", "Audience", true},
	        {"bridge", "Bridge", true},
	        {"destination", "Destination", false},
	        {"bucket", "Bucket", false},
	};
	const struct read_document d = {.document = *route};
	const struct read_document *found = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !found; i++) {
		const struct spec_document wanted = {.kind = str_c(names[i].kind),
		        .tenant = names[i].of_tenant ? route->tenant : STR(""),
		        .name = documents_text(&d, names[i].field, read->mem)};
		found = find_read(read, &wanted);
	}
	return found;
}

void documents_check(struct read_documents *read, const struct spec_document *applied,
        size_t applied_count, const struct document_world *world)
{
	struct checking c = {.read = read};
	size_t count = read->count + applied_count;
	struct spec_document *all = arena_alloc(read->mem, (count + 1) * sizeof(*all));
	for (size_t i = 0; i < read->count; i++)
		all[i] = read->items[i].document;
	if (applied_count > 0)
		memcpy(all + read->count, applied, applied_count * sizeof(*all));
	const struct check_input input = {all, count, read->mem, world, tell, &c};
	for (size_t i = 0; i < read->count; i++) {
		c.of = &read->items[i];
		check_twice(read, c.of);
		check_document(&input, &c.of->document);
	}
	/* Applied routes were valid, but the documents they name may have changed. */
	for (size_t i = 0; i < applied_count; i++) {
		c.of = str_eq(applied[i].kind, STR("Route")) ? named_by(read, &applied[i]) : NULL;
		if (c.of)
			check_document(&input, &applied[i]);
	}
}
