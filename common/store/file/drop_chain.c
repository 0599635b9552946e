/* SPDX-License-Identifier: Apache-2.0 */
#include "drop_chain.h"

#include "../beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void chain_name(const char *temp, int at, struct chain_name *out)
{
	int n = at == 0             ? snprintf(out->text, sizeof out->text, "%s", temp)
	        : at == CHAIN_DOUBT ? snprintf(out->text, sizeof out->text, "%s.doubt", temp)
	        : at == CHAIN_ASIDE ? snprintf(out->text, sizeof out->text, "%s.aside", temp)
	                            : snprintf(out->text, sizeof out->text, "%s.%d", temp, at);
	if (n < 0 || (size_t)n >= sizeof out->text)
		out->text[0] = '\0'; /* cannot happen: temp has at most DROP_NAME_MAX bytes */
}

/* A name that is too long for the file system cannot exist. */
static bool is_nothing(int errnum, int at)
{
	return errnum == ENOENT || (errnum == ENAMETOOLONG && at > 0);
}

int chain_open(const struct file_drop *d, const char *temp, int *out_fd, struct err *e)
{
	const char *base = NULL;
	int fd = beneath_parent(d->root_fd, temp, BENEATH_MUST_EXIST, 0, &base);
	if (fd < 0 && errno != ENOENT)
		return drop_file_failed(e, errno, "open the directory of temporaries");
	*out_fd = fd;
	return 0;
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

int chain_look(int dir_fd, const char *temp, int at, bool *out, struct stat *st, struct err *e)
{
	struct chain_name name;
	chain_name(last_component(temp), at, &name);
	*out = false;
	if (dir_fd < 0)
		return 0;
	if (fstatat(dir_fd, name.text, st, AT_SYMLINK_NOFOLLOW) == 0)
		*out = S_ISREG(st->st_mode);
	else if (!is_nothing(errno, at))
		return drop_file_failed(e, errno, "look at the temporary");
	return 0;
}

/* *out_done is true if the temporary was under this name and its removal is durable. */
static int remove_at(
        const struct file_drop *d, const char *temp, int at, bool *out_done, struct err *e)
{
	struct chain_name name;
	int fd = -1;
	if (chain_open(d, temp, &fd, e) != 0)
		return e->act;
	if (fd < 0)
		return 0;
	chain_name(last_component(temp), at, &name);
	int act = 0;
	bool is_removed = unlinkat(fd, name.text, 0) == 0;
	if (!is_removed && !is_nothing(errno, at))
		act = drop_file_failed(e, errno, "remove");
	/* Syncs even if the temporary is gone: another process may have removed it, and a crash of
	 * the machine could undo that. */
	else if ((is_removed || at == CHAIN_END - 1) && fsync(fd) != 0)
		act = drop_file_failed(e, errno, "sync the directory");
	(void)close(fd);
	*out_done = act == 0 && is_removed;
	return act;
}

int chain_remove(const struct file_drop *d, const char *temp, struct err *e)
{
	bool is_done = false;
	for (int at = 0; at < CHAIN_END && !is_done; at++)
		if (remove_at(d, temp, at, &is_done, e) != 0)
			return e->act;
	return is_done ? 0 : drop_file_is_alive(d, e);
}
