/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers.h"
#include "drop_driver.h"
#include "longshore/credential.h"

enum { FILE_MODE = 0640 };

struct name_text {
	char text[DROP_NAME_MAX + 1];
};

int drop_open(const struct place *place, struct drop **out, struct err *e)
{
	const struct driver *driver = driver_find(place->url);
	if (!driver || !driver->drop)
		return err_set(e, ERR_REJECT, CODE_BAD_URL,
		        "drop: not a URL of a supported drop; use file:///absolute/path "
		        "or sftp://user@host/path as the bucket's url");
	struct place with;
	struct credential *secret = NULL;
	if (credential_of_place(place, &with, &secret, e) != 0)
		return err_note(e, "drop");
	int act = driver->drop->open(&with, out, e);
	credential_free(secret);
	if (act != 0)
		return err_note(e, "drop");
	(*out)->ops = driver->drop;
	(*out)->access = (struct drop_access){FILE_MODE, DROP_GROUP_AS_IS};
	(*out)->guarantee = driver->drop->guarantee;
	return 0;
}

void drop_close(struct drop *d)
{
	if (d)
		d->ops->close(d);
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

const struct drop_traits *drop_traits(const struct drop *d)
{
	return &d->ops->traits;
}

int drop_probe(struct drop *d, struct err *e)
{
	return d->ops->probe(d, e) == 0 ? 0 : err_note(e, "test the drop");
}

int drop_identity(struct drop *d, char out[DROP_IDENTITY_BYTES], struct err *e)
{
	return d->ops->identity(d, out, e) == 0 ? 0 : err_note(e, "identity of the drop");
}

int drop_mark(struct drop *d, char out[DROP_IDENTITY_BYTES], struct err *e)
{
	return d->ops->mark(d, out, e) == 0 ? 0 : err_note(e, "identity of the drop");
}

static int bad_name(struct err *e)
{
	return err_set(e, ERR_REJECT, CODE_BAD_NAME,
	        "drop: a name has 1 to %d bytes without control characters, and no empty, "
	        "\".\" or \"..\" component",
	        DROP_NAME_MAX);
}

static int take_name(struct str name, struct name_text *out, struct err *e)
{
	bool is_temp = false;
	if (!drop_path_is_good(name, &is_temp))
		return bad_name(e);
	if (is_temp)
		return err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "drop: names with a component that begins with " DROP_TEMP_PREFIX
		        " are reserved for temporaries");
	memcpy(out->text, name.p, name.n);
	out->text[name.n] = '\0';
	return 0;
}

static int take_handle(
        const struct drop *d, struct str handle, struct drop_handle *out, struct err *e)
{
	bool is_line = handle.n > 0 && handle.n <= DROP_HANDLE_MAX;
	for (size_t i = 0; is_line && i < handle.n; i++)
		is_line = (unsigned char)handle.p[i] >= ' ' && handle.p[i] != 0x7f;
	if (is_line) {
		memcpy(out->text, handle.p, handle.n);
		out->text[handle.n] = '\0';
	}
	if (!is_line || !d->ops->is_handle(out->text))
		return err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "drop: this is not how a temporary of this drop is called");
	return 0;
}

static bool is_token(struct str token)
{
	if (token.n == 0 || token.n > DROP_TOKEN_MAX || token.p[0] == '.')
		return false;
	for (size_t i = 0; i < token.n; i++) {
		char c = token.p[i];
		bool is_digit = c >= '0' && c <= '9', is_letter = c >= 'a' && c <= 'z';
		if (!is_digit && !is_letter && c != '.')
			return false;
	}
	return true;
}

int drop_temp_create(
        struct drop *d, const struct drop_new *what, struct drop_handle *out, struct err *e)
{
	struct name_text n;
	char token[DROP_TOKEN_MAX + 1];
	struct drop_handle made;
	if (take_name(what->name, &n, e) != 0)
		return e->act;
	if (!is_token(what->token))
		return err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "drop: a token has 1 to %d small letters, digits and dots", DROP_TOKEN_MAX);
	memcpy(token, what->token.p, what->token.n);
	token[what->token.n] = '\0';
	if (d->ops->temp_create(d, token, n.text, &made, e) != 0)
		return err_note(e, "create temporary %s", token);
	*out = made;
	return 0;
}

int drop_temp_open(struct drop *d, struct str temp, struct drop_temp **out, struct err *e)
{
	struct drop_handle t;
	if (take_handle(d, temp, &t, e) != 0)
		return e->act;
	if (d->ops->temp_open(d, t.text, out, e) != 0)
		return err_note(e, "open temporary %s", t.text);
	(*out)->ops = d->ops;
	return 0;
}

int drop_temp_write(struct drop_temp *t, int64_t offset, const void *p, size_t n, struct err *e)
{
	if (offset < 0)
		return err_set(e, ERR_REJECT, CODE_BAD_OFFSET, "drop: a position below zero");
	return n == 0 ? 0 : t->ops->temp_write(t, offset, p, n, e);
}

int drop_temp_sync(struct drop_temp *t, int64_t length, struct err *e)
{
	return t->ops->temp_sync(t, length, e);
}

void drop_temp_close(struct drop_temp *t)
{
	if (t)
		t->ops->temp_close(t);
}

int drop_temp_remove(struct drop *d, struct str temp, struct err *e)
{
	struct drop_handle t;
	if (take_handle(d, temp, &t, e) != 0)
		return e->act;
	return d->ops->temp_remove(d, t.text, e) == 0 ? 0
	                                              : err_note(e, "remove temporary %s", t.text);
}

void drop_temp_discard(struct drop *d, struct str temp)
{
	struct err e;
	int act = drop_temp_remove(d, temp, &e); /* best effort */
	(void)act;
}

int drop_commit(
        struct drop *d, struct str temp, struct str name, enum drop_commit *out, struct err *e)
{
	struct drop_handle t;
	struct name_text n;
	if (take_handle(d, temp, &t, e) != 0 || take_name(name, &n, e) != 0)
		return e->act;
	return d->ops->commit(d, t.text, n.text, out, e) == 0 ? 0
	                                                      : err_note(e, "commit %s", n.text);
}

int drop_temp_set_aside(struct drop *d, struct str temp, enum drop_aside *out, struct err *e)
{
	struct drop_handle t;
	if (take_handle(d, temp, &t, e) != 0)
		return e->act;
	return d->ops->set_aside(d, t.text, out, e) == 0
	               ? 0
	               : err_note(e, "set temporary %s aside", t.text);
}

int drop_stat(struct drop *d, struct str name, struct drop_facts *out, struct err *e)
{
	struct name_text n;
	if (take_name(name, &n, e) != 0)
		return e->act;
	return d->ops->stat(d, n.text, out, e) == 0 ? 0 : err_note(e, "look at %s", n.text);
}
