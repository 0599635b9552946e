/* SPDX-License-Identifier: Apache-2.0 */
#include "fields.h"

#include "mistakes.h"

#include <stdio.h>
#include <string.h>

enum { SIBLINGS_MAX = 400 };

struct looking {
	const char *file;
	struct read_documents *read;
	const struct yaml_document *doc;
};

static void unknown_field(const struct looking *in, const struct kind *kind,
        const struct document_place *p, struct str plain)
{
	char name[DOCUMENT_PATH_MAX], siblings[SIBLINGS_MAX];
	if (in->read->mistakes.has_more)
		return; /* finding a suggestion takes time */
	struct str near = kind_nearest(kind, plain);
	(void)snprintf(name, sizeof(name), STR_FMT, STR_ARG(p->path));
	if (near.n > 0 && str_find(plain, '"', 0) >= 0) {
		mistake_at(in->read, in->file, p->line, name,
		        "is one name with a dot in it: for " STR_FMT
		        ", write one field below the other",
		        STR_ARG(near));
		return;
	}
	if (near.n > 0) {
		mistake_at(in->read, in->file, p->line, name,
		        "is no field of a document of kind %s: did you mean " STR_FMT "?",
		        kind->name, STR_ARG(near));
		return;
	}
	kind_siblings(kind, plain, siblings, sizeof(siblings));
	mistake_at(in->read, in->file, p->line, name,
	        "is no field of a document of kind %s: remove it%s%s", kind->name,
	        siblings[0] ? "; the fields here are " : "", siblings);
}

static bool is_in(struct str path, struct str group)
{
	return str_eq(path, group) ||
	       (str_has_prefix(path, group) && (path.p[group.n] == '.' || path.p[group.n] == '['));
}

/* Reports the outermost unknown field only, not the fields below it. */
static void check_names(const struct looking *in, const struct kind *kind)
{
	struct str bad = STR("");
	bool is_told[KIND_IDLE_MAX] = {false};
	for (size_t i = 0; i < in->doc->places_count; i++) {
		const struct document_place *p = &in->doc->places[i];
		char plain[DOCUMENT_PATH_MAX], name[DOCUMENT_PATH_MAX];
		struct str path = path_without_indices(p->path, plain);
		if (bad.n > 0 && is_in(p->path, bad))
			continue;
		if (kind_field(kind, path) == FIELD_UNKNOWN) {
			bad = p->path;
			unknown_field(in, kind, p, path);
			continue;
		}
		int idle = kind_idle(kind, path);
		if (idle < 0 || is_told[idle])
			continue;
		is_told[idle] = true; /* report once, however many items a list has */
		(void)snprintf(name, sizeof(name), STR_FMT, STR_ARG(path));
		warning_at(in->read, in->file, p->line, name, "decides nothing yet");
	}
	if (kind->is_idle)
		warning_at(in->read, in->file, in->doc->line, "",
		        "a document of kind %s decides nothing yet", kind->name);
}

/* --- values --- */

static void check_value(
        const struct looking *in, const struct kind *kind, const char *path, const json_t *value)
{
	char plain[DOCUMENT_PATH_MAX];
	struct str field = path_without_indices(str_c(path), plain);
	bool is_empty = json_is_string(value) && json_string_length(value) == 0;
	if ((!is_empty && !json_is_null(value)) || kind_field(kind, field) != FIELD_VALUE)
		return;
	const struct field *row = kind_row(kind, field);
	if (is_empty && row && row->may_be_empty)
		return;
	const struct read_document d = {.line = in->doc->line,
	        .places = in->doc->places,
	        .places_count = in->doc->places_count};
	mistake_at(in->read, in->file, place_line(&d, path), path,
	        "%s: write one, or remove the field",
	        is_empty ? "is an empty text" : "has no value");
}

/* Empty values are mistakes: a guard without a value would be off, and a suppression list without a
 * name would suppress nobody. */
static void check_values(
        const struct looking *in, const struct kind *kind, char *path, const json_t *value)
{
	const char *key;
	json_t *below;
	size_t n = strlen(path);
	if (in->read->mistakes.has_more)
		return;
	check_value(in, kind, path, value);
	for (size_t i = 0; i < json_array_size(value); i++) {
		(void)snprintf(path + n, DOCUMENT_PATH_MAX - n, "[%zu]", i);
		check_values(in, kind, path, json_array_get(value, i));
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, below)
	{
		(void)snprintf(path + n, DOCUMENT_PATH_MAX - n, "%s%s", n > 0 ? "." : "", key);
		check_values(in, kind, path, below);
	}
	path[n] = '\0';
}

void fields_check(struct read_documents *read, const char *file, const struct yaml_document *doc,
        const struct kind *kind)
{
	const struct looking in = {.file = file, .read = read, .doc = doc};
	char path[DOCUMENT_PATH_MAX] = "";
	check_names(&in, kind);
	check_values(&in, kind, path, doc->body);
}
