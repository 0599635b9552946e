/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/documents.h"
#include "longshore/cadence.h"

#include "kinds.h"
#include "shape.h"

#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH_MAX = 32, INTEGER_DIGITS = 18, PATH_MAX_BYTES = 256 };

struct reading {
	const char *file;
	struct buf *report;
	struct err *e;
	int act;
};

/* Of the first scalar in it: collections carry no mark of their own that the library gives out. */
static int line_of(struct fy_node *node)
{
	void *at = NULL;
	while (node && !fy_node_is_scalar(node)) {
		at = NULL;
		struct fy_node_pair *pair =
		        fy_node_is_mapping(node) ? fy_node_mapping_iterate(node, &at) : NULL;
		node = pair                        ? fy_node_pair_key(pair)
		       : fy_node_is_sequence(node) ? fy_node_sequence_iterate(node, &at)
		                                   : NULL;
	}
	struct fy_token *token = node ? fy_node_get_scalar_token(node) : NULL;
	const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
	return mark ? mark->line + 1 : 1;
}

static void mistake(struct reading *r, int line, const char *what, const char *value)
{
	if (r->act == 0 && buf_printf(r->report, r->e, "%s:%d: %s%s%.100s\n", r->file, line, what,
	                           value[0] ? " " : "", value))
		r->act = r->e->act;
}

/* --- YAML to JSON --- */

static json_t *convert(struct reading *r, struct fy_node *node, int depth);

static bool is_integer(const char *text, size_t n)
{
	size_t i = n > 1 && text[0] == '-' ? 1 : 0;
	if (n - i == 0 || n - i > INTEGER_DIGITS || (text[i] == '0' && n - i > 1))
		return false;
	for (; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return true;
}

static json_t *convert_scalar(struct reading *r, struct fy_node *node)
{
	size_t n = 0;
	const char *text = fy_node_get_scalar(node, &n);
	if (!text)
		return json_null();
	if (fy_node_get_style(node) == FYNS_PLAIN) {
		struct str s = str_bytes(text, n);
		if (str_eq(s, STR("true")) || str_eq(s, STR("false")))
			return json_boolean(text[0] == 't');
		if (n == 0 || str_eq(s, STR("null")) || str_eq(s, STR("~")))
			return json_null();
		if (is_integer(text, n))
			return json_integer(strtoll(text, NULL, 10));
	}
	json_t *value = json_stringn(text, n);
	if (!value)
		mistake(r, line_of(node), "a text that is no UTF-8", "");
	return value;
}

static json_t *convert_list(struct reading *r, struct fy_node *node, int depth)
{
	json_t *list = json_array();
	void *at = NULL;
	for (struct fy_node *item; (item = fy_node_sequence_iterate(node, &at)) != NULL;)
		(void)json_array_append_new(
		        list, convert(r, item, depth + 1)); /* NULL was reported */
	return list;
}

static json_t *convert_mapping(struct reading *r, struct fy_node *node, int depth)
{
	json_t *object = json_object();
	void *at = NULL;
	for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(node, &at)) != NULL;) {
		size_t n = 0;
		const char *text = fy_node_get_scalar(fy_node_pair_key(pair), &n);
		char key[256];
		if (!text || n >= sizeof(key)) {
			mistake(r, line_of(fy_node_pair_key(pair)),
			        "a field's name must be a short text", "");
			continue;
		}
		memcpy(key, text, n);
		key[n] = '\0';
		if (json_object_get(object, key))
			mistake(r, line_of(fy_node_pair_key(pair)),
			        "this field stands twice:", key);
		(void)json_object_set_new(object, key,
		        convert(r, fy_node_pair_value(pair), depth + 1)); /* NULL was reported */
	}
	return object;
}

static json_t *convert(struct reading *r, struct fy_node *node, int depth)
{
	if (!node)
		return json_null();
	if (depth > DEPTH_MAX) {
		mistake(r, line_of(node), "is nested too deeply", "");
		return NULL;
	}
	if (fy_node_is_alias(node)) {
		mistake(r, line_of(node), "aliases are not allowed: write the value out", "");
		return NULL;
	}
	if (fy_node_is_sequence(node))
		return convert_list(r, node, depth);
	return fy_node_is_mapping(node) ? convert_mapping(r, node, depth) : convert_scalar(r, node);
}

/* --- one document --- */

/* A field that is misspelt would be one that is left out: a guard that guards nothing. */
static void check_fields(
        struct reading *r, struct fy_node *node, const struct kind *kind, const char *path)
{
	void *at = NULL;
	if (fy_node_is_sequence(node)) {
		for (struct fy_node *item; (item = fy_node_sequence_iterate(node, &at)) != NULL;)
			check_fields(r, item, kind, path);
		return;
	}
	if (!fy_node_is_mapping(node))
		return;
	for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(node, &at)) != NULL;) {
		size_t n = 0;
		const char *text = fy_node_get_scalar(fy_node_pair_key(pair), &n);
		char below[PATH_MAX_BYTES], what[64];
		(void)snprintf(below, sizeof(below), "%s%s%.*s", path, path[0] ? "." : "", (int)n,
		        text ? text : ""); /* cut, it is no known path */
		if (kind_has(kind, below)) {
			check_fields(r, fy_node_pair_value(pair), kind, below);
			continue;
		}
		(void)snprintf(what, sizeof(what), "a %s has no field", kind->name);
		mistake(r, line_of(fy_node_pair_key(pair)), what, below);
	}
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

static void take(struct reading *r, struct fy_node *root, const json_t *body, struct arena *mem,
        struct read_documents *out)
{
	int line = line_of(root);
	const struct kind *kind = kind_of(str_c(json_string_value(json_object_get(body, "kind"))));
	if (!kind) {
		mistake(r, line, "kind must be one of " DOCUMENT_KINDS, "");
		return;
	}
	if (!kind->any_field)
		check_fields(r, root, kind, "");
	struct str name = text_at(body, "name", mem), tenant = text_at(body, "tenant", mem);
	if (!is_name(name))
		mistake(r, line,
		        "name must be 1 to 100 letters, digits, dots, dashes or underscores", "");
	if (kind->of_tenant && !is_name(tenant))
		mistake(r, line, "tenant must be the name of a Tenant", "");
	if (out->count == DOCUMENTS_MAX) {
		r->act = err_set(
		        r->e, ERR_REJECT, "too_large", "more than %d documents", DOCUMENTS_MAX);
		return;
	}
	struct read_document *d = &out->items[out->count];
	d->document = (struct spec_document){.kind = str_c(kind->name),
	        .tenant = strcmp(kind->name, "Tenant") == 0 ? name : tenant,
	        .name = name,
	        .body = json_canonical(body, mem)};
	d->file = r->file;
	d->line = line;
	if (!d->document.body.p) {
		r->act = err_set(r->e, ERR_REJECT, "too_large", "%s is too large", r->file);
		return;
	}
	sha256_hex(d->document.body.p, d->document.body.n, d->hash);
	out->count++;
}

/* --- a file --- */

/* libfyaml writes its messages to a stream, as `<memory-@...>:line:column: error: text`. */
static void report_syntax(struct reading *r, char *text)
{
	text[strcspn(text, "\n")] = '\0';
	const char *place = strchr(text, '>'), *words = strstr(text, "error: ");
	long line = place && place[1] == ':' ? strtol(place + 2, NULL, 10) : 1;
	mistake(r, line > 0 && line < INT32_MAX ? (int)line : 1,
	        "this is no YAML:", words ? words + strlen("error: ") : text);
}

/* libfyaml ends at a NUL, and takes other bytes that are no text, without a word. */
static bool is_text(struct reading *r, struct str text)
{
	int line = 1;
	while (text.n > 0) {
		size_t n = str_utf8_length(text);
		if (n == 0 || text.p[0] == '\0') {
			mistake(r, line, "this is no UTF-8 text: save it as UTF-8", "");
			return false;
		}
		line += text.p[0] == '\n';
		text = str_bytes(text.p + n, text.n - n);
	}
	return true;
}

int documents_read(const char *file, struct str text, struct arena *mem, struct read_documents *out,
        struct buf *report, struct err *e)
{
	struct reading r = {.file = file, .report = report, .e = e};
	int seen = 0;
	if (!is_text(&r, text))
		return r.act;
	char *messages = NULL;
	size_t messages_bytes = 0;
	FILE *stream = open_memstream(&messages, &messages_bytes);
	struct fy_diag_cfg diag_cfg;
	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = stream;
	diag_cfg.colorize = false;
	struct fy_diag *diag = fy_diag_create(&diag_cfg);
	struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET, .diag = diag};
	cfg.flags = FYPCF_DEFAULT_PARSE;
	struct fy_parser *parser = fy_parser_create(&cfg);
	if (!stream || !diag || !parser)
		r.act = err_set(e, ERR_FATAL, "out_of_memory", "no memory to read YAML");
	if (r.act == 0 && fy_parser_set_string(parser, text.p ? text.p : "", text.n) != 0)
		r.act = err_set(e, ERR_FATAL, "out_of_memory", "no memory to read YAML");
	for (struct fy_document *doc;
	        r.act == 0 && (doc = fy_parse_load_document(parser)) != NULL;) {
		struct fy_node *root = fy_document_root(doc);
		seen += root != NULL;
		if (root && !fy_node_is_mapping(root)) {
			mistake(&r, line_of(root),
			        "a document must be a mapping with kind and name", "");
		} else if (root) {
			json_t *body = convert(&r, root, 0);
			if (body)
				take(&r, root, body, mem, out);
			json_decref(body);
		}
		fy_parse_document_destroy(parser, doc);
	}
	bool bad = parser && fy_parser_get_stream_error(parser);
	fy_parser_destroy(parser);
	fy_diag_destroy(diag);
	if (stream)
		(void)fclose(stream);
	if (r.act == 0 && bad)
		report_syntax(&r, messages);
	else if (r.act == 0 && seen == 0)
		mistake(&r, 1, "there is no document in it", "");
	free(messages);
	return r.act;
}

/* --- together --- */

static void check_twice(struct reading *r, const struct read_documents *read)
{
	for (size_t i = 0; i < read->count; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct spec_document *a = &read->items[k].document,
			                           *b = &read->items[i].document;
			if (!str_eq(a->kind, b->kind) || !str_eq(a->tenant, b->tenant) ||
			        !str_eq(a->name, b->name))
				continue;
			char where[200];
			(void)snprintf(where, sizeof(where), "%.100s:%d", read->items[k].file,
			        read->items[k].line);
			r->file = read->items[i].file;
			mistake(r, read->items[i].line, "this document stands twice, first at",
			        where);
		}
	}
}

static void check_resolves(struct reading *r, const struct read_document *d,
        const struct spec_document *all, size_t count, struct arena *mem)
{
	struct err e;
	struct str json;
	char hash[SHA256_HEX];
	struct spec_cadence cadence;
	int act = 0;
	if (str_eq(d->document.kind, STR("Route"))) {
		act = spec_resolve(
		        d->document.tenant, d->document.name, all, count, mem, &json, hash, &e);
		if (act == 0)
			act = spec_cadence(d->document.body, mem, &cadence, &e);
	} else if (str_eq(d->document.kind, STR("Bridge"))) {
		act = spec_resolve_build(
		        d->document.tenant, d->document.name, all, count, mem, &json, hash, &e);
	}
	r->file = d->file;
	if (act != 0)
		mistake(r, d->line, e.text, "");
}

int documents_check(const struct read_documents *read, const struct spec_document *applied,
        size_t applied_count, struct arena *mem, struct buf *report, struct err *e)
{
	struct reading r = {.report = report, .e = e};
	size_t count = read->count + applied_count;
	struct spec_document *all = arena_alloc(mem, (count + 1) * sizeof(*all));
	for (size_t i = 0; i < read->count; i++)
		all[i] = read->items[i].document;
	if (applied_count > 0)
		memcpy(all + read->count, applied, applied_count * sizeof(*all));
	check_twice(&r, read);
	for (size_t i = 0; i < read->count && r.act == 0; i++)
		check_resolves(&r, &read->items[i], all, count, mem);
	return r.act;
}
