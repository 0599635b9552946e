/* SPDX-License-Identifier: Apache-2.0 */
#include "drop_driver.h"

static const struct drop_ops *const drivers[] = {&drop_file_ops};

enum { FILE_MODE = 0640 };

struct name_text {
	char text[DROP_NAME_MAX + 1];
};

int drop_open(const char *url, struct drop **out, struct err *e)
{
	struct str s = str_c(url);
	for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
		struct str scheme = str_c(drivers[i]->scheme);
		if (!str_has_prefix(s, scheme) ||
		        !str_has_prefix(str_bytes(s.p + scheme.n, s.n - scheme.n), STR("://")))
			continue;
		if (drivers[i]->open(url + scheme.n + 3, out, e) != 0)
			return err_note(e, "drop");
		(*out)->ops = drivers[i];
		(*out)->access = (struct drop_access){FILE_MODE, DROP_GROUP_AS_IS};
		(*out)->guarantee = drivers[i]->guarantee;
		return 0;
	}
	return err_set(e, ERR_REJECT, "bad_url",
	        "drop: not a URL of a place we can put files to; use file:///absolute/path as the "
	        "bucket's url");
}

void drop_close(struct drop *d)
{
	if (d != NULL)
		d->ops->close(d);
}

int drop_confine(struct drop *d, const struct confine *allowed, const char *url, struct err *e)
{
	return d->ops->confine(d, allowed, url, e);
}

void drop_set_access(struct drop *d, const struct drop_access *access)
{
	d->access = *access;
}

const char *drop_guarantee(const struct drop *d)
{
	return d->guarantee;
}

void drop_recall(struct drop *d, const char *guarantee)
{
	d->guarantee = guarantee;
}

int drop_probe(struct drop *d, struct err *e)
{
	return d->ops->probe(d, e) == 0 ? 0 : err_note(e, "trying the drop out");
}

int drop_identity(struct drop *d, char out[DROP_IDENTITY_BYTES], struct err *e)
{
	return d->ops->identity(d, out, e) == 0 ? 0 : err_note(e, "identity of the drop");
}

int drop_mark(struct drop *d, char out[DROP_IDENTITY_BYTES], struct err *e)
{
	return d->ops->mark(d, out, e) == 0 ? 0 : err_note(e, "identity of the drop");
}

static bool is_good_component(struct str c)
{
	if (c.n == 0 || c.n > DROP_COMPONENT_MAX || str_eq(c, STR(".")) || str_eq(c, STR("..")))
		return false;
	for (size_t i = 0; i < c.n; i++)
		if ((unsigned char)c.p[i] < ' ' || c.p[i] == 0x7f)
			return false;
	return true;
}

/* Whether each component is good; *out_temp: whether one of them begins as those of temporaries do.
 */
static bool is_good_path(struct str name, bool *out_temp)
{
	*out_temp = false;
	if (name.n == 0 || name.n > DROP_NAME_MAX)
		return false;
	size_t at = 0;
	for (;;) {
		ptrdiff_t slash = str_find(name, '/', at);
		size_t end = slash < 0 ? name.n : (size_t)slash;
		struct str component = str_bytes(name.p + at, end - at);
		if (!is_good_component(component))
			return false;
		if (str_has_prefix(component, STR(DROP_TEMP_PREFIX)))
			*out_temp = true;
		if (slash < 0)
			return true;
		at = end + 1;
	}
}

enum name_kind { NAME_OF_FILE, NAME_OF_TEMP };

static int take(struct str name, enum name_kind kind, struct name_text *out, struct err *e)
{
	bool is_temp = false;
	if (!is_good_path(name, &is_temp))
		return err_set(e, ERR_REJECT, "bad_name",
		        "drop: a name has 1 to %d bytes without control characters, and no empty, "
		        "\".\" or \"..\" component",
		        DROP_NAME_MAX);
	if (is_temp != (kind == NAME_OF_TEMP))
		return err_set(e, ERR_REJECT, "bad_name",
		        "drop: names with a component that begins with " DROP_TEMP_PREFIX
		        " are for temporaries, and only they");
	memcpy(out->text, name.p, name.n);
	out->text[name.n] = '\0';
	return 0;
}

int drop_temp_create(struct drop *d, struct str temp, struct err *e)
{
	struct name_text t;
	if (take(temp, NAME_OF_TEMP, &t, e) != 0)
		return e->act;
	return d->ops->temp_create(d, t.text, e) == 0 ? 0
	                                              : err_note(e, "create temporary %s", t.text);
}

int drop_temp_open(struct drop *d, struct str temp, struct drop_temp **out, struct err *e)
{
	struct name_text t;
	if (take(temp, NAME_OF_TEMP, &t, e) != 0)
		return e->act;
	if (d->ops->temp_open(d, t.text, out, e) != 0)
		return err_note(e, "open temporary %s", t.text);
	(*out)->ops = d->ops;
	return 0;
}

int drop_temp_write(struct drop_temp *t, int64_t offset, const void *p, size_t n, struct err *e)
{
	if (offset < 0)
		return err_set(e, ERR_REJECT, "bad_offset", "drop: a position below zero");
	return n == 0 ? 0 : t->ops->temp_write(t, offset, p, n, e);
}

int drop_temp_sync(struct drop_temp *t, int64_t length, struct err *e)
{
	return t->ops->temp_sync(t, length, e);
}

void drop_temp_close(struct drop_temp *t)
{
	if (t != NULL)
		t->ops->temp_close(t);
}

int drop_temp_remove(struct drop *d, struct str temp, struct err *e)
{
	struct name_text t;
	if (take(temp, NAME_OF_TEMP, &t, e) != 0)
		return e->act;
	return d->ops->temp_remove(d, t.text, e) == 0 ? 0
	                                              : err_note(e, "remove temporary %s", t.text);
}

void drop_temp_discard(struct drop *d, struct str temp)
{
	struct err e;
	int rc = drop_temp_remove(d, temp, &e); /* who must know calls it himself */
	(void)rc;
}

int drop_commit(
        struct drop *d, struct str temp, struct str name, enum drop_commit *out, struct err *e)
{
	struct name_text t, n;
	if (take(temp, NAME_OF_TEMP, &t, e) != 0 || take(name, NAME_OF_FILE, &n, e) != 0)
		return e->act;
	return d->ops->commit(d, t.text, n.text, out, e) == 0 ? 0
	                                                      : err_note(e, "commit %s", n.text);
}

int drop_temp_set_aside(struct drop *d, struct str temp, enum drop_aside *out, struct err *e)
{
	struct name_text t;
	if (take(temp, NAME_OF_TEMP, &t, e) != 0)
		return e->act;
	return d->ops->set_aside(d, t.text, out, e) == 0
	               ? 0
	               : err_note(e, "set temporary %s aside", t.text);
}

int drop_stat(struct drop *d, struct str name, struct drop_facts *out, struct err *e)
{
	struct name_text n;
	if (take(name, NAME_OF_FILE, &n, e) != 0)
		return e->act;
	return d->ops->stat(d, n.text, out, e) == 0 ? 0 : err_note(e, "look at %s", n.text);
}
