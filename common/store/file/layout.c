/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a name is stored in the directory. The second component of a name ("<prefix>/<id>/...") is
 * stored in a directory named after its first two characters: "<prefix>/<id[0..1]>/<id>/...". Ids
 * are hashes, so such a directory gets about a 256th of the prefix's entries. A component with only
 * one character, or one that begins with a dot, is stored directly in the prefix. So every
 * two-character name there is such a directory, and names still come out in byte order.
 */
#include "file.h"

#include <string.h>

enum { FAN_BYTES = 2 };

bool file_is_fanned(const char *component, size_t n)
{
	return n >= FAN_BYTES && component[0] != '.';
}

bool file_is_fan(const char *name)
{
	return strlen(name) == FAN_BYTES && name[0] != '.';
}

void file_path(const char *name, char out[static FILE_PATH_BYTES])
{
	const char *slash = strchr(name, '/');
	const char *second = slash ? slash + 1 : NULL;
	size_t before = second ? (size_t)(second - name) : 0;
	if (!second || !file_is_fanned(second, strcspn(second, "/"))) {
		memcpy(out, name, strlen(name) + 1);
		return;
	}
	memcpy(out, name, before);
	memcpy(out + before, second, FAN_BYTES);
	out[before + FAN_BYTES] = '/';
	memcpy(out + before + FAN_BYTES + 1, second, strlen(second) + 1);
}
