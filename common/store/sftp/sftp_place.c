/* SPDX-License-Identifier: Apache-2.0 */
#include "sftp_place.h"
#include "longshore/codes.h"

#include <stdio.h>
#include <string.h>

int sftp_place_open(
        const struct place *place, const char *away, struct sftp_place *out, struct err *e)
{
	struct remote_url url;
	if (remote_url_parse(place->url, &url, e) != 0 ||
	        confine_check_remote(place->allowed, place->url, e) != 0)
		return e->act;
	const struct link_target target = {&url, place, away};
	struct sftp *s = NULL;
	if (sftp_open(&target, &s, e) != 0)
		return e->act;
	out->s = s;
	(void)snprintf(
	        out->root, sizeof out->root, "%s", strcmp(url.path, "/") == 0 ? "" : url.path);
	return 0;
}

bool sftp_place_path(const struct sftp_place *p, const char *name, char out[SFTP_PATH_BYTES])
{
	int n = snprintf(out, SFTP_PATH_BYTES, "%s/%s", p->root, name);
	return n > 0 && n < SFTP_PATH_BYTES;
}

static enum sftp_path kind_of(const struct sftp_attrs *attrs)
{
	if (!attrs->has_mode)
		return SFTP_PATH_OTHER;
	return S_ISREG(attrs->mode)   ? SFTP_PATH_FILE
	       : S_ISDIR(attrs->mode) ? SFTP_PATH_DIRECTORY
	                              : SFTP_PATH_OTHER;
}

int sftp_place_look(const struct sftp_place *p, const char *name, enum sftp_path *out,
        struct sftp_attrs *attrs, uint32_t *out_status, struct err *e)
{
	char path[SFTP_PATH_BYTES];
	if (!sftp_place_path(p, name, path))
		return err_set(e, ERR_REJECT, CODE_BAD_NAME, "the path is too long");
	if (sftp_look(p->s, path, out_status, attrs, e) != 0)
		return e->act;
	*out = *out_status == SFTP_OK ? kind_of(attrs) : SFTP_PATH_NONE;
	if (*out_status == SFTP_NO_SUCH_FILE)
		*out_status = SFTP_OK;
	return 0;
}

int sftp_place_way(const struct sftp_place *p, const char *name, enum sftp_path *out,
        uint32_t *out_status, struct err *e)
{
	char part[SFTP_PATH_BYTES];
	struct sftp_attrs attrs;
	*out = SFTP_PATH_FILE;
	*out_status = SFTP_OK;
	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		enum sftp_path kind;
		(void)snprintf(part, sizeof part, "%.*s", (int)(slash - name), name);
		if (sftp_place_look(p, part, &kind, &attrs, out_status, e) != 0)
			return e->act;
		if (kind == SFTP_PATH_DIRECTORY)
			continue;
		*out = kind == SFTP_PATH_NONE ? SFTP_PATH_NONE : SFTP_PATH_ODD;
		return 0;
	}
	return 0;
}

const char *sftp_status_text(uint32_t status)
{
	switch (status) {
	case SFTP_EOF:
		return "unexpected end of file";
	case SFTP_NO_SUCH_FILE:
		return "no such file or directory";
	case SFTP_PERMISSION_DENIED:
		return "permission denied";
	case SFTP_FAILURE:
		return "the server says only that it failed (no room, or a name that is taken?)";
	case SFTP_UNSUPPORTED:
		return "the server cannot do this";
	default:
		return "the server gave an error that SFTP 3 does not name";
	}
}
