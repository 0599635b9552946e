/* SPDX-License-Identifier: Apache-2.0 */
#include "access.h"

#include "longshore/str.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

enum { GROUP_BUFFER_BYTES = 64 * 1024, GROUPS_MAX = 65536 };

static int parse_mode(const char *text, uint32_t *out, struct err *e)
{
	static const struct {
		const char *text;
		uint32_t mode;
	} modes[] = {{"0640", 0640}, {"0644", 0644}, {"0660", 0660}, {"0664", 0664}};
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		if (strcmp(text, modes[i].text) != 0 && strcmp(text, modes[i].text + 1) != 0)
			continue;
		*out = modes[i].mode;
		return 0;
	}
	return err_set(e, ERR_FATAL, "bad_settings",
	        "LONGSHORE_DROP_MODE: must be 0640, 0644, 0660 or 0664");
}

static int find_group(const char *text, int64_t *out, struct err *e)
{
	int64_t number = -1;
	if (str_to_i64(str_c(text), &number) && number >= 0 && number < UINT32_MAX) {
		*out = number;
		return 0;
	}
	struct group entry, *found = NULL;
	char *buffer = malloc(GROUP_BUFFER_BYTES);
	if (!buffer)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory to look the group up");
	int errnum = getgrnam_r(text, &entry, buffer, GROUP_BUFFER_BYTES, &found);
	if (found)
		*out = (int64_t)found->gr_gid;
	free(buffer);
	if (found)
		return 0;
	return err_set_native(e, ERR_FATAL, "bad_settings", "posix", errnum,
	        "LONGSHORE_DROP_GROUP: there is no group %s on this host; create it, or set the "
	        "name or number of an existing group",
	        text);
}

/* Only root can assign files to a group that it is not in. */
static int check_member(int64_t group, struct err *e)
{
	if (geteuid() == 0 || (int64_t)getegid() == group)
		return 0;
	int count = getgroups(0, NULL);
	gid_t *groups =
	        count > 0 && count <= GROUPS_MAX ? calloc((size_t)count, sizeof *groups) : NULL;
	bool is_member = false;
	count = groups ? getgroups(count, groups) : 0;
	for (int i = 0; i < count; i++)
		is_member = is_member || (int64_t)groups[i] == group;
	free(groups);
	return is_member ? 0
	                 : err_set(e, ERR_FATAL, "bad_settings",
	                           "LONGSHORE_DROP_GROUP: the uploader's user is not in group %lld "
	                           "and cannot assign files to it; add it to the group (usermod "
	                           "-aG) and restart the uploader",
	                           (long long)group);
}

int access_parse(const char *mode, const char *group, struct drop_access *out, struct err *e)
{
	struct drop_access access = {.group = DROP_GROUP_AS_IS};
	if (parse_mode(mode, &access.file_mode, e) != 0)
		return e->act;
	if (group[0] != '\0' &&
	        (find_group(group, &access.group, e) != 0 || check_member(access.group, e) != 0))
		return e->act;
	*out = access;
	return 0;
}
