/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml.h"

#include "mistakes.h"

#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>

enum { INTEGER_DIGITS = 18, KEY_MAX = 256 };

struct reading {
	const char *file;
	struct read_documents *read;
	char path[DOCUMENT_PATH_MAX]; /* path of the value that is being converted */
	struct document_place *places;
	size_t places_count, places_room;
	int seen;      /* number of documents */
	int line;      /* line of the last thing read */
	bool is_whole; /* false: it has a mistake and is not taken */
};

/* Returns the line of the node's first scalar, because libfyaml gives no position for collections.
 * For a node without a scalar, returns the last known line. */
static int line_of(struct reading *r, struct fy_node *node)
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
	if (mark)
		r->line = mark->line + 1;
	return r->line;
}

static void wrong(struct reading *r, int line, const char *what)
{
	r->is_whole = false;
	mistake_at(r->read, r->file, line, r->path, "%s", what);
}

static void note_place(struct reading *r, int line)
{
	if (!ARENA_GROW(r->read->mem, r->places, r->places_count, r->places_room)) {
		/* later checks find fields by their places */
		wrong(r, line, "the document is larger than the memory for it");
		return;
	}
	r->places[r->places_count++] =
	        (struct document_place){arena_str(r->read->mem, str_c(r->path)), line};
}

/* Appends one step to the path. Returns the previous length. A path that is too long is
 * truncated. */
static size_t step_into(struct reading *r, const char *key, size_t index)
{
	size_t n = strlen(r->path);
	if (key && strpbrk(key, ".[]")) /* quoted, so it is one name and not a path */
		(void)snprintf(r->path + n, sizeof(r->path) - n, "%s\"%s\"", n > 0 ? "." : "", key);
	else if (key)
		(void)snprintf(r->path + n, sizeof(r->path) - n, "%s%s", n > 0 ? "." : "", key);
	else
		(void)snprintf(r->path + n, sizeof(r->path) - n, "[%zu]", index);
	return n;
}

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

/* The tag in "!!str 2026" turns a plain 2026 into a text. */
static bool is_tagged_text(struct fy_node *node)
{
	size_t n = 0;
	const char *tag = fy_node_get_tag(node, &n);
	return tag && str_eq(str_bytes(tag, n), STR("tag:yaml.org,2002:str"));
}

static json_t *convert_scalar(struct reading *r, struct fy_node *node)
{
	size_t n = 0;
	const char *text = fy_node_get_scalar(node, &n);
	if (!text)
		return is_tagged_text(node) ? json_string("") : json_null();
	if (fy_node_get_style(node) == FYNS_PLAIN && !is_tagged_text(node)) {
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
		wrong(r, line_of(r, node), "is no UTF-8");
	return value;
}

static json_t *convert_list(struct reading *r, struct fy_node *node, int depth)
{
	json_t *list = json_array();
	void *at = NULL;
	size_t i = 0;
	for (struct fy_node *item; (item = fy_node_sequence_iterate(node, &at)); i++) {
		size_t back = step_into(r, NULL, i);
		note_place(r, line_of(r, item));
		(void)json_array_append_new(list, convert(r, item, depth + 1));
		r->path[back] = '\0';
	}
	return list;
}

static void convert_pair(struct reading *r, struct fy_node_pair *pair, int depth, json_t *object)
{
	size_t n = 0;
	const char *text = fy_node_get_scalar(fy_node_pair_key(pair), &n);
	int line = line_of(r, fy_node_pair_key(pair));
	char key[KEY_MAX];
	if (!text || n == 0 || n >= sizeof(key) || memchr(text, '\0', n)) {
		wrong(r, line, "a field's name must be a short text");
		return;
	}
	memcpy(key, text, n);
	key[n] = '\0';
	size_t back = step_into(r, key, 0);
	note_place(r, line);
	if (json_object_get(object, key))
		wrong(r, line, "stands twice: remove one");
	(void)json_object_set_new(object, key, convert(r, fy_node_pair_value(pair), depth + 1));
	r->path[back] = '\0';
}

static json_t *convert_mapping(struct reading *r, struct fy_node *node, int depth)
{
	json_t *object = json_object();
	void *at = NULL;
	for (struct fy_node_pair *pair; (pair = fy_node_mapping_iterate(node, &at));)
		convert_pair(r, pair, depth, object);
	return object;
}

/* Returns NULL for a mistake, which has been recorded; jansson ignores the NULL. */
static json_t *convert(struct reading *r, struct fy_node *node, int depth)
{
	if (!node)
		return json_null();
	if (depth > DOCUMENT_DEPTH_MAX) {
		wrong(r, line_of(r, node), "is nested too deeply");
		return NULL;
	}
	if (fy_node_is_alias(node)) {
		wrong(r, line_of(r, node), "aliases are not allowed: write the value out");
		return NULL;
	}
	if (fy_node_is_sequence(node))
		return convert_list(r, node, depth);
	return fy_node_is_mapping(node) ? convert_mapping(r, node, depth) : convert_scalar(r, node);
}

struct taking {
	int (*take)(void *arg, const struct yaml_document *doc, struct err *e);
	void *arg;
};

/* An empty document: nothing between two "---", or only comments, for example if someone commented
 * it out. */
static bool is_empty(struct fy_node *root)
{
	size_t n = 0;
	if (!root)
		return true;
	return fy_node_is_scalar(root) && fy_node_get_style(root) == FYNS_PLAIN &&
	       (!fy_node_get_scalar(root, &n) || n == 0);
}

static int read_one(struct reading *r, struct fy_node *root, const struct taking *t, struct err *e)
{
	if (is_empty(root))
		return 0;
	r->seen++;
	r->is_whole = true;
	r->path[0] = '\0';
	r->places = NULL;
	r->places_count = r->places_room = 0;
	if (!fy_node_is_mapping(root)) {
		wrong(r, line_of(r, root), "a document must be a mapping with kind and name");
		return 0;
	}
	json_t *body = convert(r, root, 0);
	const struct yaml_document doc = {.body = body,
	        .line = line_of(r, root),
	        .places = r->places,
	        .places_count = r->places_count};
	int act = body && r->is_whole ? t->take(t->arg, &doc, e) : 0;
	json_decref(body);
	return act;
}

/* YAML forbids tabs in indentation; libfyaml only reports what follows from that. */
static bool is_tab_indented(struct str text, long line)
{
	size_t at = 0;
	for (long i = 1; i < line; i++) {
		ptrdiff_t end = str_find(text, '\n', at);
		if (end < 0)
			return false;
		at = (size_t)end + 1;
	}
	while (at < text.n && text.p[at] == ' ')
		at++;
	return at < text.n && text.p[at] == '\t';
}

/* libfyaml writes messages to a stream as "<name>:LINE:COLUMN: error: TEXT". We report the first
 * one. */
static void report_syntax(struct reading *r, struct str yaml, char *text)
{
	static const char before[] = "error: ";
	long line = 0;
	text[strcspn(text, "\n")] = '\0';
	const char *place = strstr(text, ">:"), *said = strstr(text, before);
	if (place)
		line = strtol(place + 2, NULL, 10);
	line = line > 0 && line < INT32_MAX ? line : 1;
	for (long near = line > 2 ? line - 2 : 1; near <= line + 1; near++) {
		if (is_tab_indented(yaml, near)) {
			mistake_at(r->read, r->file, (int)near, "",
			        "is indented with a tab: YAML allows spaces only");
			return;
		}
	}
	mistake_at(r->read, r->file, (int)line, "", "this is no YAML: %.200s",
	        said ? said + sizeof(before) - 1 : text);
}

/* libfyaml silently stops at a NUL and accepts invalid UTF-8, so check first. */
static bool is_text(const struct reading *r, struct str text)
{
	int line = 1;
	while (text.n > 0) {
		size_t n = str_utf8_length(text);
		if (n == 0 || text.p[0] == '\0') {
			mistake_at(r->read, r->file, line, "",
			        "this is no UTF-8 text: save it as UTF-8");
			return false;
		}
		line += text.p[0] == '\n';
		text = str_bytes(text.p + n, text.n - n);
	}
	return true;
}

static int read_all(struct reading *r, struct fy_parser *parser, struct str text,
        const struct taking *t, struct err *e)
{
	if (fy_parser_set_string(parser, text.p ? text.p : "", text.n) != 0)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to read YAML");
	int act = 0;
	for (struct fy_document *doc; act == 0 && (doc = fy_parse_load_document(parser));) {
		act = read_one(r, fy_document_root(doc), t, e);
		fy_parse_document_destroy(parser, doc);
	}
	return act;
}

int yaml_read(const char *file, struct str text, struct read_documents *read,
        int (*take)(void *arg, const struct yaml_document *doc, struct err *e), void *arg,
        struct err *e)
{
	struct reading r = {.file = file, .read = read, .line = 1};
	const struct taking t = {take, arg};
	if (!is_text(&r, text))
		return 0;
	char *messages = NULL;
	size_t messages_bytes = 0;
	FILE *stream = open_memstream(&messages, &messages_bytes);
	struct fy_diag_cfg diag_cfg;
	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = stream;
	diag_cfg.colorize = false;
	struct fy_diag *diag = stream ? fy_diag_create(&diag_cfg) : NULL;
	/* libfyaml compares each key with all earlier ones. We detect duplicates too, and
	 * faster. */
	const struct fy_parse_cfg cfg = {
	        .flags = FYPCF_DEFAULT_PARSE | FYPCF_ALLOW_DUPLICATE_KEYS, .diag = diag};
	struct fy_parser *parser = diag ? fy_parser_create(&cfg) : NULL;
	int act = parser ? read_all(&r, parser, text, &t, e)
	                 : err_set(e, ERR_FATAL, "out_of_memory", "no memory to read YAML");
	bool is_bad = parser && fy_parser_get_stream_error(parser);
	fy_parser_destroy(parser);
	fy_diag_destroy(diag);
	if (stream)
		(void)fclose(stream);
	if (act == 0 && is_bad)
		report_syntax(&r, text, messages);
	else if (act == 0 && r.seen == 0)
		mistake_at(read, file, 1, "", "there is no document in it");
	free(messages);
	return act;
}
