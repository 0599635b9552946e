/* SPDX-License-Identifier: Apache-2.0 */
#include "source_driver.h"

#include "drivers.h"
#include "longshore/credential.h"

#include <string.h>

int source_open(const struct place *place, struct source **out, struct err *e)
{
	const struct driver *driver = driver_find(place->url);
	if (!driver || !driver->source)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "source " STR_FMT
		        ": the URL must be file:// and an absolute path, or sftp://user@host/path",
		        STR_ARG(place->url));
	struct place with;
	struct credential *secret = NULL;
	int act = credential_of_place(place, &with, &secret, e);
	if (act == 0)
		act = driver->source->open(&with, out, e);
	credential_free(secret);
	if (act == 0)
		(*out)->ops = driver->source;
	return act;
}

void source_close(struct source *s)
{
	if (s)
		s->ops->close(s);
}

int source_list(struct source *s, const struct source_options *options, struct arena *mem,
        struct source_listing *out, struct err *e)
{
	return s->ops->list(s, options, mem, out, e);
}

/* True if the name is relative and has no empty, "." or ".." component, so that it cannot lead
 * elsewhere. */
static bool is_inside(struct str name)
{
	if (name.n == 0 || name.n > SOURCE_PATH_MAX || memchr(name.p, '\0', name.n))
		return false;
	for (size_t at = 0; at <= name.n;) {
		ptrdiff_t slash = str_find(name, '/', at);
		size_t end = slash < 0 ? name.n : (size_t)slash;
		struct str part = str_bytes(name.p + at, end - at);
		if (part.n == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
			return false;
		at = end + 1;
	}
	return true;
}

int source_read_open(struct source *s, struct str name, struct source_reader **out, struct err *e)
{
	if (!is_inside(name))
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "source: " STR_FMT " is no name below it", STR_ARG(name));
	int act = s->ops->read_open(s, name, out, e);
	if (act == 0)
		(*out)->ops = s->ops;
	return act;
}

int source_read(
        struct source_reader *r, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	return r->ops->read(r, offset, p, n, out_n, e);
}

int source_bytes(struct source_reader *r, int64_t *out, struct err *e)
{
	return r->ops->bytes(r, out, e);
}

int source_check_unchanged(
        struct source_reader *r, const struct source_object *listed, struct err *e)
{
	return r->ops->check_unchanged(r, listed, e);
}

void source_read_close(struct source_reader *r)
{
	if (r)
		r->ops->read_close(r);
}

int source_ready(struct source *s, struct str marker, int64_t quiet_seconds, int64_t now_ms,
        const struct source_object *objects, size_t count, bool *out, struct err *e)
{
	if (marker.n > 0) {
		struct source_reader *r = NULL;
		int act = source_read_open(s, marker, &r, e);
		source_read_close(r);
		if (act == ERR_RETRY) { /* does not exist yet */
			*out = false;
			return 0;
		}
		*out = act == 0;
		return act;
	}
	bool quiet = true;
	for (size_t i = 0; i < count; i++)
		quiet = quiet && (quiet_seconds <= 0 ||
		                         (now_ms - objects[i].modified_ms) / 1000 >= quiet_seconds);
	*out = quiet;
	return 0;
}
