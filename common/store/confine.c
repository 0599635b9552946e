/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks a descriptor that is already open. The kernel followed the links, and reports where the
 * opened file really is (/proc/self/fd). So even if something changes meanwhile, the place that was
 * checked is the place that is used.
 */
#include "longshore/confine.h"

#include "longshore/codes.h"
#include "longshore/remote_url.h"
#include "longshore/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOTS_MAX = 64, PATH_BYTES = 4096 };

struct confine {
	const char *setting;
	char *shown; /* the roots as configured, for messages */
	char *roots[ROOTS_MAX];
	size_t count;
	char *staging, *keys; /* NULL: not known to this process */
};

static int no_memory(struct err *e)
{
	return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for the places of data");
}

/* The path of "/path" or "file:///path/" without trailing slashes. A server's URL is kept as it
 * is. */
static char *path_of(struct str text)
{
	if (str_has_prefix(text, STR("sftp://")))
		return strndup(text.p, text.n);
	if (str_has_prefix(text, STR("file://")))
		text = str_bytes(text.p + 7, text.n - 7);
	while (text.n > 1 && text.p[text.n - 1] == '/')
		text.n--;
	return strndup(text.p, text.n);
}

static bool is_remote(const char *root)
{
	return root[0] != '/';
}

static bool is_root(const char *root)
{
	struct remote_url url;
	struct err e;
	return !is_remote(root) || remote_url_parse(str_c(root), &url, &e) == 0;
}

static int add_root(struct confine *c, struct str text, struct err *e)
{
	char *path = path_of(text);
	if (!path)
		return no_memory(e);
	if (!is_root(path) || c->count == ROOTS_MAX) {
		int act = err_set(e, ERR_FATAL, "bad_settings",
		        c->count == ROOTS_MAX
		                ? "%s: has more than %d entries; use a common parent directory"
		                : "%s: must be a comma-separated list of at most %d places: "
		                  "/path, file:///path/ or sftp://host/path/",
		        c->setting, ROOTS_MAX);
		free(path);
		return act;
	}
	c->roots[c->count++] = path;
	return 0;
}

static int add_roots(struct confine *c, struct str text, struct err *e)
{
	while (text.n > 0) {
		ptrdiff_t comma = str_find(text, ',', 0);
		size_t end = comma < 0 ? text.n : (size_t)comma;
		if (add_root(c, str_trim(str_bytes(text.p, end)), e) != 0)
			return e->act;
		size_t next = comma < 0 ? text.n : end + 1;
		text = str_bytes(text.p + next, text.n - next);
	}
	return 0;
}

int confine_new(const struct confine_conf *conf, struct confine **out, struct err *e)
{
	bool has_staging = conf->staging && conf->staging[0] != '\0';
	bool has_keys = conf->keys && conf->keys[0] != '\0';
	struct confine *c = calloc(1, sizeof *c);
	if (!c)
		return no_memory(e);
	c->setting = conf->setting;
	c->shown = strdup(conf->roots);
	c->staging = has_staging ? path_of(str_c(conf->staging)) : NULL;
	c->keys = has_keys ? path_of(str_c(conf->keys)) : NULL;
	int act = 0;
	if (!c->shown || (has_staging && !c->staging) || (has_keys && !c->keys))
		act = no_memory(e);
	if (act == 0)
		act = add_roots(c, str_c(conf->roots), e);
	if (act != 0) {
		confine_free(c);
		return act;
	}
	*out = c;
	return 0;
}

void confine_free(struct confine *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		free(c->roots[i]);
	free(c->staging);
	free(c->keys);
	free(c->shown);
	free(c);
}

/* --- real paths --- */

/* Returns 0 or errno. */
static int where_is(int fd, char out[PATH_BYTES])
{
	char link[64];
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, out, PATH_BYTES - 1);
	if (n < 0 || n == PATH_BYTES - 1)
		return n < 0 ? errno : ENAMETOOLONG;
	out[n] = '\0';
	return 0;
}

/* Returns false if the path cannot be opened. */
static bool resolve(const char *path, char out[PATH_BYTES])
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	int errnum = where_is(fd, out);
	(void)close(fd); /* an O_PATH descriptor */
	return errnum == 0;
}

static bool is_in(const char *path, const char *root)
{
	size_t n = strcmp(root, "/") == 0 ? 0 : strlen(root);
	return strncmp(path, root, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* If a path cannot be resolved, it is compared as written. */
static bool touches(const char *path, const char *kept)
{
	char real[PATH_BYTES];
	if (!kept)
		return false;
	const char *there = resolve(kept, real) ? real : kept;
	return is_in(path, there) || is_in(there, path);
}

static bool is_below_a_root(const struct confine *c, const char *path)
{
	char root[PATH_BYTES];
	if (c->count == 0)
		return true;
	for (size_t i = 0; i < c->count; i++)
		if (!is_remote(c->roots[i]) && resolve(c->roots[i], root) && is_in(path, root))
			return true;
	return false;
}

int confine_check(
        const struct confine *c, int dir_fd, const char *name, const char *url, struct err *e)
{
	char dir[PATH_BYTES], path[2 * PATH_BYTES];
	if (!c)
		return 0;
	int errnum = where_is(dir_fd, dir);
	if (errnum != 0)
		return err_set_native(e, ERR_REJECT, CODE_BAD_PLACE, "posix", errnum,
		        "%s: cannot determine its real path: is /proc mounted, and is the path "
		        "shorter than %d bytes?",
		        url, PATH_BYTES);
	bool is_top = strcmp(dir, "/") == 0;
	(void)snprintf(path, sizeof path, "%s%s%s", is_top && name ? "" : dir, name ? "/" : "",
	        name ? name : "");
	if (touches(path, c->staging) || touches(path, c->keys))
		return err_set(e, ERR_REJECT, CODE_BAD_PLACE,
		        "%s: is in staging or a key directory, or contains one of them; use "
		        "another place in the document",
		        url);
	if (!is_below_a_root(c, path))
		return err_set(e, ERR_REJECT, CODE_BAD_PLACE,
		        "%s: is not below a directory of %s (%s), after links are followed; use a "
		        "place in the document that is, or add a directory to the setting and "
		        "restart the service",
		        url, c->setting, c->shown);
	return 0;
}

int confine_check_remote(const struct confine *c, struct str url, struct err *e)
{
	struct remote_url place, root;
	if (remote_url_parse(url, &place, e) != 0)
		return e->act;
	if (!c)
		return 0;
	for (size_t i = 0; i < c->count; i++)
		if (is_remote(c->roots[i]) && remote_url_parse(str_c(c->roots[i]), &root, e) == 0 &&
		        remote_url_covers(&root, &place))
			return 0;
	return err_set(e, ERR_REJECT, CODE_BAD_PLACE,
	        STR_FMT ": no sftp:// entry of %s covers it (%s); let the document name a place "
	                "that one does, or add sftp://%s/ and a path there and restart the "
	                "service",
	        STR_ARG(url), c->setting, c->shown, place.host);
}
