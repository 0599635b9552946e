/* SPDX-License-Identifier: Apache-2.0 */
#include "driver.h"
#include "drivers.h"
#include "longshore/place.h"

int store_open_known(
        const struct place *place, const char *identity, struct store **out, struct err *e)
{
	const struct driver *driver = driver_find(place->url);
	if (!driver || !driver->store)
		return err_set(e, ERR_FATAL, CODE_BAD_URL,
		        "staging: not a URL of a supported store; use file:///absolute/path");
	if (driver->store->open(place, identity, out, e) != 0)
		return err_note(e, "open staging");
	(*out)->ops = driver->store;
	return 0;
}

int store_open(const struct place *place, struct store **out, struct err *e)
{
	return store_open_known(place, NULL, out, e);
}

void store_close(struct store *s)
{
	if (s)
		s->ops->close(s);
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '=' || c == '-';
}

static bool is_good_component(struct str c)
{
	if (c.n == 0 || c.n > STORE_COMPONENT_MAX || str_eq(c, STR(".")) || str_eq(c, STR("..")) ||
	        str_eq(c, STR(STORE_TEMP_COMPONENT)) ||
	        str_has_prefix(c, STR(STORE_IDENTITY_COMPONENT)))
		return false;
	for (size_t i = 0; i < c.n; i++)
		if (!is_name_char(c.p[i]))
			return false;
	return true;
}

bool store_name_is_good(struct str name)
{
	if (name.n == 0 || name.n > STORE_NAME_MAX)
		return false;
	size_t at = 0;
	for (;;) {
		ptrdiff_t slash = str_find(name, '/', at);
		size_t end = slash < 0 ? name.n : (size_t)slash;
		if (!is_good_component(str_bytes(name.p + at, end - at)))
			return false;
		if (slash < 0)
			return true;
		at = end + 1;
	}
}

/* A name with its terminator. */
struct name_text {
	char text[STORE_NAME_MAX + 1];
};

static int take_name(struct str name, struct name_text *out, struct err *e)
{
	if (!store_name_is_good(name)) {
		(void)err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "staging: a name has 1 to %d bytes of [A-Za-z0-9._/=-] without empty, "
		        "\".\", \"..\", \"%s\" or \"%s\" components, each of at most %d "
		        "bytes",
		        STORE_NAME_MAX, STORE_TEMP_COMPONENT, STORE_IDENTITY_COMPONENT,
		        STORE_COMPONENT_MAX);
		return ERR_REJECT;
	}
	memcpy(out->text, name.p, name.n);
	out->text[name.n] = '\0';
	return 0;
}

static int noted(int act, struct err *e, const char *verb, const char *name)
{
	(void)err_note(e, "%s %s", verb, name);
	return act;
}

int store_create(struct store *s, struct str name, struct store_writer **out, struct err *e)
{
	struct name_text n;
	if (take_name(name, &n, e) != 0)
		return ERR_REJECT;
	int act = s->ops->check(s, e);
	if (act == 0)
		act = s->ops->create(s, n.text, out, e);
	if (act != 0)
		return noted(act, e, "create", n.text);
	(*out)->ops = s->ops;
	return 0;
}

int store_write(struct store_writer *w, const void *p, size_t n, struct err *e)
{
	return n == 0 ? 0 : w->ops->write(w, p, n, e);
}

int store_finish(struct store_writer *w, struct err *e)
{
	return w->ops->finish(w, e);
}

void store_abandon(struct store_writer *w)
{
	if (w)
		w->ops->abandon(w);
}

int store_put_once(struct store *s, struct str name, struct str bytes, struct err *e)
{
	struct store_writer *w = NULL;
	int act = store_create(s, name, &w, e);
	if (act != 0)
		return act;
	act = store_write(w, bytes.p, bytes.n, e);
	if (act != 0) {
		store_abandon(w);
		return act;
	}
	return store_finish(w, e);
}

int store_replace(
        struct store *s, struct str name, struct str bytes, const char *tag, struct err *e)
{
	struct name_text n;
	if (take_name(name, &n, e) != 0)
		return ERR_REJECT;
	if (bytes.n > STORE_REPLACE_MAX)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "replace %s: only objects of at most %d bytes are replaced", n.text,
		        STORE_REPLACE_MAX);
	int act = s->ops->check(s, e);
	if (act == 0)
		act = s->ops->replace(s, n.text, bytes, tag, e);
	if (act != 0)
		return noted(act, e, "replace", n.text);
	return 0;
}

static int read_all(
        struct store_reader *r, size_t max_bytes, struct arena *mem, struct str *out, struct err *e)
{
	int64_t size = r->ops->size(r);
	if (size < 0 || (uint64_t)size > max_bytes)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "the object has %lld bytes; at most %zu are read", (long long)size,
		        max_bytes);
	size_t n = (size_t)size;
	char *p = arena_try_alloc(mem, n + 1, 1);
	if (!p)
		return err_set(
		        e, ERR_REJECT, CODE_TOO_LARGE, "no room for the object's %zu bytes", n);
	size_t got = 0;
	if (r->ops->read(r, 0, p, n, &got, e) != 0)
		return e->act;
	if (got != n)
		return err_set(e, ERR_RETRY, CODE_STORE_UNAVAILABLE,
		        "the object ended after %zu of %zu bytes", got, n);
	*out = str_bytes(p, n);
	return 0;
}

int store_get(struct store *s, struct str name, size_t max_bytes, struct arena *mem,
        struct str *out, struct store_facts *facts, struct err *e)
{
	struct name_text n;
	if (take_name(name, &n, e) != 0)
		return ERR_REJECT;
	struct store_reader *r = NULL;
	struct store_facts got;
	int act = s->ops->check(s, e);
	if (act == 0)
		act = s->ops->read_open(s, n.text, &r, facts ? &got : NULL, e);
	if (act != 0)
		return noted(act, e, "read", n.text);
	r->ops = s->ops;
	act = read_all(r, max_bytes, mem, out, e);
	store_read_close(r);
	if (act != 0)
		return noted(act, e, "read", n.text);
	if (facts)
		*facts = got;
	return 0;
}

int store_stat(struct store *s, struct str name, struct store_facts *out, struct err *e)
{
	struct name_text n;
	if (take_name(name, &n, e) != 0)
		return ERR_REJECT;
	int act = s->ops->check(s, e);
	if (act == 0)
		act = s->ops->stat(s, n.text, out, e);
	if (act != 0)
		return noted(act, e, "stat", n.text);
	return 0;
}

int store_remove(struct store *s, struct str name, struct err *e)
{
	struct name_text n;
	if (take_name(name, &n, e) != 0)
		return ERR_REJECT;
	int act = s->ops->check(s, e);
	if (act == 0)
		act = s->ops->remove(s, n.text, e);
	if (act != 0)
		return noted(act, e, "remove", n.text);
	return 0;
}

int store_read_open(struct store *s, struct str name, struct store_reader **out,
        struct store_facts *facts, struct err *e)
{
	struct name_text n;
	if (take_name(name, &n, e) != 0)
		return ERR_REJECT;
	int act = s->ops->check(s, e);
	if (act == 0)
		act = s->ops->read_open(s, n.text, out, facts, e);
	if (act != 0)
		return noted(act, e, "read", n.text);
	(*out)->ops = s->ops;
	return 0;
}

int64_t store_size(const struct store_reader *r)
{
	return r->ops->size(r);
}

int store_read(
        struct store_reader *r, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	if (offset < 0)
		return err_set(e, ERR_REJECT, CODE_BAD_OFFSET, "staging: a position below zero");
	return r->ops->read(r, offset, p, n, out_n, e);
}

void store_read_close(struct store_reader *r)
{
	if (r)
		r->ops->read_close(r);
}

int store_sweep(struct store *s, struct str prefix, const struct store_sweep *limits,
        int64_t *out_removed, struct err *e)
{
	char text[STORE_COMPONENT_MAX + 1];
	*out_removed = 0;
	if (!is_good_component(prefix))
		return err_set(e, ERR_REJECT, CODE_BAD_NAME, "staging: a prefix is one component");
	memcpy(text, prefix.p, prefix.n);
	text[prefix.n] = '\0';
	int act = s->ops->check(s, e);
	if (act == 0)
		act = s->ops->sweep(s, text, limits, out_removed, e);
	return act != 0 ? noted(act, e, "sweep", text) : 0;
}

int store_remove_below(struct store *s, struct str name, const atomic_bool *stop,
        int64_t *out_removed, struct err *e)
{
	struct name_text n;
	*out_removed = 0;
	if (take_name(name, &n, e) != 0)
		return ERR_REJECT;
	if (!strchr(n.text, '/'))
		return err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "remove below %s: a complete prefix is never removed", n.text);
	int act = s->ops->check(s, e);
	if (act == 0)
		act = s->ops->remove_below(s, n.text, stop, out_removed, e);
	return act != 0 ? noted(act, e, "remove below", n.text) : 0;
}

int store_clock(struct store *s, struct str prefix, int64_t *out_ms, struct err *e)
{
	char text[STORE_COMPONENT_MAX + 1];
	if (!is_good_component(prefix))
		return err_set(e, ERR_REJECT, CODE_BAD_NAME, "staging: a prefix is one component");
	memcpy(text, prefix.p, prefix.n);
	text[prefix.n] = '\0';
	int act = s->ops->check(s, e);
	if (act == 0)
		act = s->ops->clock(s, text, out_ms, e);
	return act != 0 ? noted(act, e, "read the clock in", text) : 0;
}

int store_list(struct store *s, struct str prefix, store_visit *visit, void *arg, struct err *e)
{
	/* A prefix must be the beginning of a valid name, so it must be one with one more
	 * character. */
	char text[STORE_NAME_MAX + 1];
	if (prefix.n >= STORE_NAME_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "staging: a prefix has less than %d bytes", STORE_NAME_MAX);
	if (prefix.n > 0)
		memcpy(text, prefix.p, prefix.n);
	text[prefix.n] = 'x';
	if (!store_name_is_good(str_bytes(text, prefix.n + 1)))
		return err_set(
		        e, ERR_REJECT, CODE_BAD_NAME, "staging: not the beginning of a name");
	int act = s->ops->check(s, e);
	return act != 0 ? act : s->ops->list(s, prefix, visit, arg, e);
}

int store_identity(struct store *s, char out[static STORE_IDENTITY_BYTES], struct err *e)
{
	return s->ops->identity(s, out, e);
}

int store_identify(struct store *s, const char *identity, struct err *e)
{
	return s->ops->identify(s, identity, e);
}

int store_is_empty(struct store *s, bool *out, struct err *e)
{
	return s->ops->is_empty(s, out, e);
}
