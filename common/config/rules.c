/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include "field.h"
#include "longshore/remote_url.h"
#include "longshore/usps.h"

#include <stdio.h>

/* The target of ".." depends on links. And a place with two spellings would look like two places in
 * a comparison. */
static bool has_odd_part(struct str path)
{
	for (size_t at = 0; at < path.n;) {
		ptrdiff_t slash = str_find(path, '/', at);
		size_t end = slash < 0 ? path.n : (size_t)slash;
		struct str part = str_bytes(path.p + at, end - at);
		if (part.n == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
			return true;
		at = end + 1;
	}
	return false;
}

static void rule_directory(const struct document *doc, const char *path, struct str url)
{
	const size_t head = sizeof("file:///") - 1;
	if (!str_has_prefix(url, STR("file:///")) || url.n == head ||
	        has_odd_part(str_bytes(url.p + head, url.n - head)))
		document_wrong(doc, path,
		        "must be an absolute file:// URL, such as file:///data/audience/, without "
		        "'.', '..' and empty parts, or sftp://user@host/path; "
		        "other places are not known here");
}

/* An sftp:// place needs a credential and a host key; other places must not have them. */
static void rule_key(const struct document *doc, const char *path, bool is_right, bool is_server)
{
	if (is_right)
		return;
	bool is_credential = str_has_suffix(str_c(path), STR("credential"));
	document_wrong(doc, path,
	        !is_server ? "is for sftp:// only: remove it"
	        : is_credential
	                ? "must be the name of a credential in the service's key directory, "
	                  "of small letters, digits, '.', '_' and '-': an sftp:// place needs "
	                  "one"
	                : "must be SHA256: and 43 characters, as ssh-keygen -lf prints the "
	                  "server's key: an sftp:// place needs it");
}

void rule_place(const struct document *doc, const char *above, const struct rule_place *place)
{
	char url[32], credential[32], host_key[32];
	struct remote_url parsed;
	struct err e;
	bool is_server = str_has_prefix(place->url, STR("sftp://"));
	if (place->url.n == 0)
		return; /* its absence was already recorded */
	(void)snprintf(url, sizeof(url), "%surl", above);
	(void)snprintf(credential, sizeof(credential), "%scredential", above);
	(void)snprintf(host_key, sizeof(host_key), "%shost_key", above);
	if (!is_server)
		rule_directory(doc, url, place->url);
	else if (remote_url_parse(place->url, &parsed, &e) != 0)
		document_wrong(doc, url, e.text);
	else if (parsed.user[0] == '\0')
		document_wrong(doc, url, "must name a user: sftp://user@host/path");
	rule_key(doc, credential,
	        is_server ? credential_is_name(place->credential) : place->credential.n == 0,
	        is_server);
	rule_key(doc, host_key,
	        is_server ? remote_host_key_is_good(place->host_key) : place->host_key.n == 0,
	        is_server);
}

void rule_states(
        const struct document *doc, const char *path, const struct str *states, size_t count)
{
	char code[2];
	for (size_t i = 0; i < count; i++)
		if (!usps_code(states[i], code))
			document_wrong(doc, path,
			        "must be a list of two-letter USPS codes, such as WA: anything "
			        "else "
			        "would suppress nobody");
}

/* --- templates --- */

#define TOKENS \
	"{tenant} {audience} {route} {destination} {delivery} {label} {yyyymmdd} {hhmmss} {part} " \
	"{parts}"

static bool is_one_of(struct str word, const char *const *words)
{
	for (; *words; words++)
		if (str_eq(word, str_c(*words)))
			return true;
	return false;
}

struct template
{
	const struct document *doc;
	const char *path;
	struct str text;
	bool has_others, has_delivery, has_part;
};

static void wrong(const struct template *t, const char *what)
{
	document_wrong(t->doc, t->path, what);
}

static void look_at_token(struct template *t, struct str token)
{
	char what[256];
	if (is_one_of(token, words_tokens)) {
		t->has_delivery = t->has_delivery || str_eq(token, STR("delivery")) ||
		                  str_eq(token, STR("label"));
		t->has_part = t->has_part || str_eq(token, STR("part"));
	} else if (is_one_of(token, words_model_tokens)) {
		t->has_others = true;
	} else {
		(void)snprintf(what, sizeof(what), "has no token {%.60s}; there are " TOKENS,
		        arena_cstr(t->doc->all->mem, token));
		wrong(t, what);
	}
}

static void look_at_tokens(struct template *t)
{
	for (size_t i = 0; i < t->text.n; i++) {
		if (t->text.p[i] != '{')
			continue;
		ptrdiff_t close = str_find(t->text, '}', i);
		if (close < 0) {
			wrong(t, "has a { without }");
			return;
		}
		look_at_token(t, (struct str){t->text.p + i + 1, (size_t)close - i - 1});
		i = (size_t)close;
	}
}

static bool has_odd(struct str part)
{
	for (size_t i = 0; i < part.n; i++)
		if ((unsigned char)part.p[i] < 0x20 || part.p[i] == 0x7f || part.p[i] == '\\')
			return true;
	return false;
}

/* The path must stay below the drop, whatever the tokens' values are. */
static void look_at_path(struct template *t)
{
	size_t first = 0;
	for (size_t i = 0; i <= t->text.n; i++) {
		if (i < t->text.n && t->text.p[i] != '/')
			continue;
		struct str part = {t->text.p + first, i - first};
		if (part.n == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")) ||
		        has_odd(part)) {
			wrong(t, "must be a path below the drop, without empty, '.' or '..' parts, "
			         "control characters and backslashes");
			return;
		}
		first = i + 1;
	}
}

static struct template look(const struct document *doc, const char *path, struct str text)
{
	struct template t = {.doc = doc, .path = path, .text = text};
	if (text.n > 0) {
		look_at_tokens(&t);
		look_at_path(&t);
	}
	return t;
}

/* Claims are permanent: a name belongs to one delivery and is never reused. */
static void must_differ(const struct template *t)
{
	if (t->text.n > 0 && !t->has_delivery)
		wrong(t, "must hold {label} or {delivery}, so that each delivery has names of its "
		         "own");
}

void rule_templates(
        const struct document *doc, const struct spec_destination *to, bool *out_has_others)
{
	struct template data = look(doc, "naming.data_template", to->data_template),
	                manifest = look(doc, "manifest.template", to->manifest_template),
	                marker = look(doc, "completion.name_template", to->marker_template);
	*out_has_others = data.has_others || manifest.has_others || marker.has_others;
	if (*out_has_others || data.text.n == 0)
		return;
	must_differ(&data);
	must_differ(&manifest);
	must_differ(&marker);
	if (to->max_rows_per_file > 0 && !data.has_part)
		wrong(&data, "must have {part}: files are split by limits.max_rows_per_file");
	if (manifest.has_part)
		wrong(&manifest, "cannot have {part}: there is one for all parts");
	if (marker.has_part)
		wrong(&marker, "cannot have {part}: there is one for all parts");
	if (manifest.text.n > 0 && str_eq(manifest.text, data.text))
		wrong(&manifest, "is the name of the data: choose another");
	if (marker.text.n > 0 &&
	        (str_eq(marker.text, data.text) || str_eq(marker.text, manifest.text)))
		wrong(&marker, "is the name of another file: choose another");
}

/* --- columns --- */

void rule_columns(const struct document *destination, const struct spec_destination *to)
{
	for (size_t i = 1; i < to->columns_count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (to->columns[i].name.n == 0 ||
			        !str_eq(to->columns[i].name, to->columns[k].name))
				continue;
			char path[64], what[80];
			(void)snprintf(path, sizeof(path), "columns[%zu].name", i);
			(void)snprintf(what, sizeof(what),
			        "is the name of column %zu, too: choose another", k + 1);
			document_wrong(destination, path, what);
			break;
		}
	}
}

/* A column without a name has been recorded as a mistake; it could be this one. */
static bool has_column(const struct spec_bridge *b, struct str name)
{
	for (size_t i = 0; i < b->columns_count; i++)
		if (b->columns[i].name.n == 0 || str_eq(b->columns[i].name, name))
			return true;
	return false;
}

static bool is_written(const struct spec_destination *to, struct str name)
{
	for (size_t i = 0; i < to->columns_count; i++)
		if (!to->columns[i].is_constant && str_eq(to->columns[i].source, name))
			return true;
	return false;
}

bool rule_rows_repeat(
        const struct spec_destination *to, const struct spec_bridge *b, bool *out_primary)
{
	*out_primary = b->columns_count > 0 && is_written(to, b->columns[0].name);
	for (size_t i = 0; i < b->columns_count; i++)
		if (!is_written(to, b->columns[i].name))
			return true;
	return false;
}

void rule_sources(const struct document *route, const struct spec_destination *to,
        const struct spec_bridge *b)
{
	for (size_t i = 0; i < to->columns_count; i++) {
		const struct spec_column *c = &to->columns[i];
		if (c->is_constant || c->source.n == 0 || has_column(b, c->source))
			continue;
		struct arena *mem = route->all->mem;
		char what[400];
		(void)snprintf(what, sizeof(what),
		        "records of %.100s have no column %.100s, which %.100s writes",
		        arena_cstr(mem, b->name), arena_cstr(mem, c->source),
		        arena_cstr(mem, to->name));
		document_wrong(route, "bridge", what);
	}
}
