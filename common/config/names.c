/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/names.h"

#include <stdlib.h>
#include <string.h>

/* Reserved in every drop (longshore/drop.h), for temporaries and the drop's identity. */
static const struct str reserved = {".longshore", 10};

/* --- one name --- */

static int bad_component(struct str part, struct err *e)
{
	if (part.n == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
		return err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "a file name must be a path below the drop, without empty, '.' or '..' "
		        "parts");
	if (part.n > NAME_COMPONENT_MAX_BYTES)
		return err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "a part of a file name has %zu bytes; at most %d are allowed between "
		        "slashes",
		        part.n, NAME_COMPONENT_MAX_BYTES);
	if (str_has_prefix(part, reserved))
		return err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "no part of a file name may begin with " STR_FMT
		        ": such names are for temporaries at the drop",
		        STR_ARG(reserved));
	for (size_t i = 0; i < part.n; i++)
		if ((unsigned char)part.p[i] < 0x20 || part.p[i] == 0x7f || part.p[i] == '\\')
			return err_set(e, ERR_REJECT, CODE_BAD_NAME,
			        "a file name must not have control characters and backslashes");
	return 0;
}

int name_check(struct str name, struct err *e)
{
	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "a file name has %zu bytes; 1 to %d are allowed", name.n, NAME_MAX_BYTES);
	size_t first = 0;
	for (size_t i = 0; i <= name.n; i++) {
		if (i < name.n && name.p[i] != '/')
			continue;
		if (bad_component(str_bytes(name.p + first, i - first), e) != 0)
			return e->act;
		first = i + 1;
	}
	return 0;
}

/* --- templates --- */

static int bad_token(size_t at, struct err *e)
{
	return err_set(e, ERR_REJECT, CODE_BAD_NAME,
	        "the file name template has an unknown token at byte %zu; docs/data.md lists them, "
	        "{part} is for parts only",
	        at + 1);
}

int name_expand(struct str template, name_token *value, const void *arg, struct arena *mem,
        struct str *out, struct err *e)
{
	char *text = arena_alloc(mem, NAME_MAX_BYTES);
	size_t used = 0;
	for (size_t i = 0; i < template.n;) {
		struct str piece = {template.p + i, 1};
		size_t step = 1;
		if (template.p[i] == '{') {
			ptrdiff_t close = str_find(template, '}', i);
			if (close < 0 ||
			        !value(arg, str_bytes(template.p + i + 1, (size_t)close - i - 1),
			                mem, &piece))
				return bad_token(i, e);
			step = (size_t)close - i + 1;
		}
		if (piece.n > NAME_MAX_BYTES - used)
			return err_set(e, ERR_REJECT, CODE_BAD_NAME,
			        "a file name is longer than %d bytes", NAME_MAX_BYTES);
		if (piece.n > 0)
			memcpy(text + used, piece.p, piece.n);
		used += piece.n;
		i += step;
	}
	struct str name = {text, used};
	int act = name_check(name, e);
	if (act == 0)
		*out = name;
	return act;
}

/* --- several names --- */

static unsigned char folded(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Ignores case, because a drop can be on a case-insensitive file system. */
static int compare(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	for (size_t i = 0; i < n; i++)
		if (folded(a.p[i]) != folded(b.p[i]))
			return folded(a.p[i]) < folded(b.p[i]) ? -1 : 1;
	return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static int by_name(const void *a, const void *b)
{
	const struct str *const *x = a, *const *y = b;
	return compare(**x, **y);
}

static const struct str *find(const struct str *const *sorted, size_t count, struct str name)
{
	size_t from = 0, to = count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = compare(*sorted[middle], name);
		if (order == 0)
			return sorted[middle];
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

/* Finds another name that is a directory of this one. */
static const struct str *file_above(const struct str *const *sorted, size_t count, struct str name)
{
	for (size_t i = 1; i < name.n; i++) {
		const struct str *above =
		        name.p[i] == '/' ? find(sorted, count, str_bytes(name.p, i)) : NULL;
		if (above)
			return above;
	}
	return NULL;
}

bool names_clash(const struct str *names, size_t count, struct arena *mem, struct name_clash *out)
{
	*out = (struct name_clash){NULL, NULL, false};
	const struct str **sorted = ARENA_TRY_ARRAY(mem, const struct str *, count + 1);
	if (!sorted)
		return true;
	for (size_t i = 0; i < count; i++)
		sorted[i] = &names[i];
	qsort((void *)sorted, count, sizeof(void *), by_name);
	for (size_t i = 1; i < count; i++) {
		if (compare(*sorted[i - 1], *sorted[i]) != 0)
			continue;
		*out = (struct name_clash){sorted[i - 1], sorted[i], false};
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		const struct str *above = file_above(sorted, count, names[i]);
		if (!above)
			continue;
		*out = (struct name_clash){above, &names[i], true};
		return true;
	}
	return false;
}
