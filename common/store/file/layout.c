/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a name lies on the directory. The second component of a name ("<prefix>/<id>/...") stands in
 * a directory of its first two characters, "<prefix>/<id[0..1]>/<id>/...": ids are hashes, so no
 * directory gets more than a 256th of what a prefix has. What has one character only, or begins with
 * a dot, stays where it is: then all that has two characters there is such a directory, and names
 * still come out in byte order.
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
	const char *second = slash != NULL ? slash + 1 : NULL;
	size_t before = second != NULL ? (size_t)(second - name) : 0;
	if (second == NULL || !file_is_fanned(second, strcspn(second, "/"))) {
		memcpy(out, name, strlen(name) + 1);
		return;
	}
	memcpy(out, name, before);
	memcpy(out + before, second, FAN_BYTES);
	out[before + FAN_BYTES] = '/';
	memcpy(out + before + FAN_BYTES + 1, second, strlen(second) + 1);
}
