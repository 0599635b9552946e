/* SPDX-License-Identifier: Apache-2.0
 *
 * Compares two bodies of one document, field by field.
 */
#include "longshore/documents.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct comparing {
	struct arena *mem;
	struct document_change *changes;
	size_t count, room;
	char path[DOCUMENT_PATH_MAX];
	bool is_out_of_memory;
};

static struct str text_of(const json_t *value, struct arena *mem)
{
	if (!value)
		return STR("");
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS);
	struct str copy = text ? arena_str(mem, str_c(text)) : STR("?");
	free(text);
	return copy;
}

static void note(struct comparing *c, const json_t *before, const json_t *after)
{
	if (!ARENA_GROW(c->mem, c->changes, c->count, c->room)) {
		c->is_out_of_memory = true;
		return;
	}
	c->changes[c->count++] = (struct document_change){.kind = !before  ? CHANGE_ADDED
	                                                          : !after ? CHANGE_REMOVED
	                                                                   : CHANGE_CHANGED,
	        .path = arena_str(c->mem, str_c(c->path)),
	        .before = text_of(before, c->mem),
	        .after = text_of(after, c->mem)};
}

static bool has_mapping(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_is_object(json_array_get(list, i)))
			return true;
	return false;
}

static void compare(struct comparing *c, const json_t *before, const json_t *after);

static void compare_below(struct comparing *c, const char *key, size_t index, const json_t *before,
        const json_t *after)
{
	size_t back = strlen(c->path);
	if (key)
		(void)snprintf(
		        c->path + back, sizeof(c->path) - back, "%s%s", back > 0 ? "." : "", key);
	else
		(void)snprintf(c->path + back, sizeof(c->path) - back, "[%zu]", index);
	compare(c, before, after);
	c->path[back] = '\0';
}

/* Bodies are canonical, so keys are sorted. New keys come after the existing ones. */
static void compare_mappings(struct comparing *c, const json_t *before, const json_t *after)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)before, key, value)
	{
		compare_below(c, key, 0, value, json_object_get(after, key));
	}
	json_object_foreach((json_t *)(uintptr_t)after, key, value)
	{
		if (!json_object_get(before, key))
			compare_below(c, key, 0, NULL, value);
	}
}

static void compare_lists(struct comparing *c, const json_t *before, const json_t *after)
{
	size_t n = json_array_size(before), m = json_array_size(after);
	for (size_t i = 0; i < n || i < m; i++)
		compare_below(c, NULL, i, json_array_get(before, i), json_array_get(after, i));
}

/* A list of plain values counts as one value. A list of mappings is compared item by item. A
 * mapping that exists on one side only is reported field by field. */
static void compare(struct comparing *c, const json_t *before, const json_t *after)
{
	bool may_be_mapping =
	        (!before || json_is_object(before)) && (!after || json_is_object(after));
	if (before && after && json_equal(before, after))
		return;
	if (may_be_mapping && json_object_size(before) + json_object_size(after) > 0)
		compare_mappings(c, before, after);
	else if (json_is_array(before) && json_is_array(after) &&
	         (has_mapping(before) || has_mapping(after)))
		compare_lists(c, before, after);
	else
		note(c, before, after);
}

int documents_compare(struct str before, struct str after, struct arena *mem,
        struct document_changes *out, struct err *e)
{
	struct comparing c = {.mem = mem};
	json_t *old = before.n > 0 ? json_loadb(before.p, before.n, 0, NULL) : NULL;
	json_t *new = json_loadb(after.p, after.n, 0, NULL);
	bool is_readable = new && (old || before.n == 0);
	if (is_readable)
		compare(&c, old, new);
	json_decref(old);
	json_decref(new);
	if (!is_readable)
		return err_set(e, ERR_REJECT, "bad_configuration", "a stored body cannot be read");
	if (c.is_out_of_memory)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "the changes of a document are larger than the memory for them");
	*out = (struct document_changes){c.changes, c.count};
	return 0;
}
