/* SPDX-License-Identifier: Apache-2.0 */
#include "selection_check.h"

static uint32_t le(const char *p, int bytes)
{
	uint32_t value = 0;
	for (int i = 0; i < bytes; i++)
		value |= (uint32_t)(unsigned char)p[i] << (8 * i);
	return value;
}

static int corrupt(struct err *e, const char *what)
{
	return err_set(e, ERR_REJECT, CODE_CORRUPT, "a stored set is damaged: %s", what);
}

static bool array_rises(const char *p, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		if (le(p + (size_t)2 * i, 2) <= le(p + (size_t)2 * (i - 1), 2))
			return false;
	}
	return true;
}

static bool bitset_holds(const char *p, uint32_t count)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < STORED_BITSET_BYTES; i += 4)
		bits += (uint32_t)__builtin_popcount(le(p + i, 4));
	return bits == count;
}

int selection_check(struct str bytes, struct err *e)
{
	if (bytes.n < STORED_HEADER_BYTES || le(bytes.p, 4) != STORED_COOKIE)
		return corrupt(e, "no header");
	uint32_t containers = le(bytes.p + 4, 4);
	if (containers > STORED_CONTAINERS_MAX)
		return corrupt(e, "too many containers");
	size_t offsets = STORED_HEADER_BYTES + (size_t)STORED_DESCRIPTION_BYTES * containers;
	size_t at = offsets + (size_t)STORED_OFFSET_BYTES * containers;
	if (bytes.n < at)
		return corrupt(e, "cut off in its header");
	int64_t last_key = -1;
	for (uint32_t i = 0; i < containers; i++) {
		const char *description =
		        bytes.p + STORED_HEADER_BYTES + (size_t)STORED_DESCRIPTION_BYTES * i;
		int64_t key = le(description, 2);
		uint32_t count = le(description + 2, 2) + 1;
		size_t size = stored_container_bytes(count);
		if (key <= last_key)
			return corrupt(e, "containers out of order");
		if (le(bytes.p + offsets + (size_t)STORED_OFFSET_BYTES * i, STORED_OFFSET_BYTES) !=
		                at ||
		        bytes.n - at < size)
			return corrupt(e, "a container is at the wrong offset");
		if (count <= STORED_ARRAY_MAX ? !array_rises(bytes.p + at, count)
		                              : !bitset_holds(bytes.p + at, count))
			return corrupt(e, "a container's content does not match its header");
		last_key = key;
		at += size;
	}
	return at == bytes.n ? 0 : corrupt(e, "bytes after its end");
}
