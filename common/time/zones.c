/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/zones.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct zone_entry {
	struct zone_entry *next;
	struct str name;
	struct tz tz;
};

enum { NAME_MAX = 64, ZONES_BYTES = 32 * 1024 * 1024 };

void zones_init(struct zones *z, const char *folder)
{
	*z = (struct zones){.folder = folder};
	arena_init(&z->mem, ZONES_BYTES);
}

void zones_release(struct zones *z)
{
	arena_release(&z->mem);
	z->first = NULL;
}

/* Letters, digits and the few other characters that zone names use. No dot, so a name cannot leave
 * the directory. */
static bool is_name(struct str name)
{
	if (name.n == 0 || name.n > NAME_MAX || name.p[0] == '/')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		                (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-' ||
		                c == '/';
		if (!is_plain)
			return false;
	}
	return true;
}

static ssize_t read_file(const char *path, char *bytes, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	struct stat facts;
	size_t used = 0;
	ssize_t n = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) ? 1 : -1;
	while (n > 0 && used < room) {
		n = read(fd, bytes + used, room - used);
		used += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return n < 0 ? -1 : (ssize_t)used;
}

static bool load(struct zones *z, struct str name, struct tz *out)
{
	char path[512];
	int length = snprintf(path, sizeof path, "%s/" STR_FMT, z->folder, STR_ARG(name));
	if (length < 0 || (size_t)length >= sizeof path)
		return false;
	char *bytes = malloc(TZIF_MAX_BYTES);
	if (!bytes)
		return false;
	ssize_t n = read_file(path, bytes, TZIF_MAX_BYTES);
	struct err e;
	bool is_good = n > 0 && tzif_parse(str_bytes(bytes, (size_t)n), &z->mem, out, &e) == 0;
	free(bytes);
	return is_good;
}

const struct tz *zones_find(struct zones *z, struct str name)
{
	if (name.n == 0 || str_eq(name, STR("UTC")))
		return &tz_utc;
	for (struct zone_entry *entry = z->first; entry; entry = entry->next)
		if (str_eq(entry->name, name))
			return &entry->tz;
	struct tz tz;
	if (!is_name(name) || !load(z, name, &tz))
		return NULL;
	struct zone_entry *entry = ARENA_NEW(&z->mem, struct zone_entry);
	*entry = (struct zone_entry){z->first, arena_str(&z->mem, name), tz};
	z->first = entry;
	return &entry->tz;
}
