/* SPDX-License-Identifier: Apache-2.0
 *
 * What the listings of all drivers share.
 */
#include "source_driver.h"

#include <stdlib.h>
#include <string.h>

bool source_is_hidden(struct str name)
{
	return name.n > 0 && (name.p[0] == '.' || name.p[0] == '_');
}

bool source_is_partial(struct str name)
{
	static const struct str endings[] = {{".filepart", 9}, {".part", 5}, {".tmp", 4}, {"~", 1}};
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (str_has_suffix(name, endings[i]))
			return true;
	return false;
}

int source_found_check_name(const struct source_found *f, const char *path, struct err *e)
{
	for (const char *c = path; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
			        "%s: an object's name contains a control character: rename it",
			        f->url);
	}
	return 0;
}

int source_found_add(struct source_found *f, const struct source_object *object, struct err *e)
{
	if (f->count == SOURCE_OBJECTS_MAX)
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "%s contains more than %d objects: merge them into fewer", f->url,
		        SOURCE_OBJECTS_MAX);
	if (!ARENA_GROW(f->mem, f->objects, f->count, f->cap))
		return err_set(e, ERR_REJECT, CODE_BAD_SOURCE,
		        "%s: the list of its objects is too large", f->url);
	f->objects[f->count] = *object;
	f->objects[f->count++].name = arena_str(f->mem, object->name);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct source_object *x = a, *y = b;
	return str_cmp(x->name, y->name);
}

void source_found_sort(struct source_found *f)
{
	if (f->count > 1)
		qsort(f->objects, f->count, sizeof(*f->objects), by_name);
}

int source_gone(const char *url, const char *what, const char *why, struct err *e)
{
	return err_set(e, ERR_RETRY, CODE_SOURCE_GONE,
	        "cannot read %s%s (%s): put it there, or correct the URL and resume", url, what,
	        why);
}
