/* SPDX-License-Identifier: Apache-2.0
 * An open-addressing table with linear probing. Deleting shifts the following entries back. */
#include "readback.h"

#include <stdlib.h>

int readback_init(struct readback *r, struct err *e)
{
	*r = (struct readback){.entries = calloc(READBACK_KEPT, sizeof *r->entries)};
	return r->entries ? 0 : err_set(e, ERR_FATAL, "out_of_memory", "read-back table");
}

void readback_release(struct readback *r)
{
	free(r->entries);
	*r = (struct readback){0};
}

static size_t home(const char *id, size_t n)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)id[i]) * UINT64_C(1099511628211);
	return (size_t)(hash ^ hash >> 32) & (READBACK_KEPT - 1);
}

/* Index of the id, or of the free entry where it would go. */
static size_t place(const struct readback *r, struct str id)
{
	size_t i = home(id.p, id.n);
	while (r->entries[i].id[0] != '\0' && !str_eq(str_c(r->entries[i].id), id))
		i = (i + 1) & (READBACK_KEPT - 1);
	return i;
}

bool readback_note(struct readback *r, struct str id, int64_t version, int64_t mono_ms)
{
	if (id.n == 0 || id.n >= sizeof r->entries->id)
		return false;
	struct readback_entry *entry = &r->entries[place(r, id)];
	if (entry->id[0] == '\0') {
		if (r->count >= READBACK_KEPT / 4 * 3)
			return false;
		memcpy(entry->id, id.p, id.n);
		entry->id[id.n] = '\0';
		r->count++;
	}
	entry->version = version; /* even a lower one: compaction keeps the last message */
	entry->seen_ms = mono_ms;
	return true;
}

static void clear(struct readback *r, size_t hole)
{
	r->count--;
	for (size_t i = (hole + 1) & (READBACK_KEPT - 1); r->entries[i].id[0] != '\0';
	        i = (i + 1) & (READBACK_KEPT - 1)) {
		size_t at = home(r->entries[i].id, strlen(r->entries[i].id));
		/* It stays if its home is after the hole, cyclically. */
		bool stays = hole <= i ? hole < at && at <= i : hole < at || at <= i;
		if (stays)
			continue;
		r->entries[hole] = r->entries[i];
		hole = i;
	}
	r->entries[hole].id[0] = '\0';
}

size_t readback_take(struct readback *r, int64_t before_ms, struct readback_entry *out, size_t most)
{
	size_t taken = 0;
	for (size_t i = 0; i < READBACK_KEPT && taken < most && r->count > 0;) {
		struct readback_entry *entry = &r->entries[i];
		if (entry->id[0] == '\0' || entry->seen_ms > before_ms) {
			i++;
			continue;
		}
		out[taken++] = *entry;
		clear(r, i); /* another entry can have moved here: check again */
	}
	return taken;
}
