/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/private_file.h"

#include "longshore/secret.h"
#include "longshore/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_BYTES = 100, OTHERS = S_IRWXO, GROUP_WRITES = S_IWGRP };

struct reading {
	char *text; /* terminated; split in place into names and values */
	size_t n;
	const char *names[PRIVATE_FILE_LINES];
	size_t names_count;
};

static int check_owner(const char *path, const struct stat *st, struct err *e)
{
	if (!S_ISREG(st->st_mode))
		return err_set(e, ERR_FATAL, "bad_settings",
		        "%s is not a file: give the name of a file", path);
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_set(e, ERR_FATAL, "bad_settings",
		        "%s belongs to user %u, who could change it: chown it to root or to the "
		        "user that runs this program",
		        path, (unsigned)st->st_uid);
	if (st->st_mode & (OTHERS | GROUP_WRITES))
		return err_set(e, ERR_FATAL, "bad_settings",
		        "%s has mode %04o and may hold a password: chmod 0600, or 0640 with the "
		        "service's group",
		        path, (unsigned)(st->st_mode & 07777));
	if (st->st_size > PRIVATE_FILE_BYTES)
		return err_set(e, ERR_FATAL, "bad_settings",
		        "%s is larger than %d bytes: is it the right file?", path,
		        (int)PRIVATE_FILE_BYTES);
	return 0;
}

/* Reads one byte more than the limit, to notice a file that grew after we checked its size. */
static int read_all(int fd, const char *path, struct reading *r, struct err *e)
{
	while (r->n <= PRIVATE_FILE_BYTES) {
		ssize_t got = read(fd, r->text + r->n, PRIVATE_FILE_BYTES + 1 - r->n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			(void)err_set_errno(e, "bad_settings", errno, "%s cannot be read", path);
			e->act = ERR_FATAL;
			return e->act;
		}
		if (got == 0)
			break;
		r->n += (size_t)got;
	}
	if (r->n > PRIVATE_FILE_BYTES)
		return err_set(e, ERR_FATAL, "bad_settings",
		        "%s is larger than %d bytes: is it the right file?", path,
		        (int)PRIVATE_FILE_BYTES);
	r->text[r->n] = '\0';
	if (memchr(r->text, '\0', r->n))
		return err_set(e, ERR_FATAL, "bad_settings",
		        "%s contains a NUL byte: write it as plain text", path);
	return 0;
}

static int load(const char *path, struct reading *r, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		(void)err_set_errno(e, "bad_settings", errno, "%s cannot be opened", path);
		e->act = ERR_FATAL;
		return e->act;
	}
	int act = 0;
	if (fstat(fd, &st) != 0) {
		(void)err_set_errno(e, "bad_settings", errno, "%s", path);
		act = e->act = ERR_FATAL;
	}
	if (!act)
		act = check_owner(path, &st, e);
	if (!act)
		act = read_all(fd, path, r, e);
	(void)close(fd); /* opened for reading only, so no data can be lost */
	return act;
}

/* A word that is not a name could be part of a secret, so errors do not repeat it. */
static bool is_name(struct str s)
{
	bool is_good = s.n > 0 && s.n < NAME_BYTES;
	for (size_t i = 0; i < s.n && is_good; i++)
		is_good = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		          (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' || s.p[i] == '_' ||
		          s.p[i] == '-';
	return is_good;
}

static int remember(struct reading *r, const char *name, struct err *e)
{
	for (size_t i = 0; i < r->names_count; i++) {
		if (strcmp(r->names[i], name) == 0)
			return err_set(e, ERR_FATAL, "bad_settings",
			        "%s is set twice: remove one of the two lines", name);
	}
	if (r->names_count == PRIVATE_FILE_LINES)
		return err_set(e, ERR_FATAL, "bad_settings",
		        "there are more than %d settings: is it the right file?",
		        (int)PRIVATE_FILE_LINES);
	r->names[r->names_count++] = name;
	return 0;
}

/* `line` points into r->text; the byte after it can be overwritten. */
static int take_line(
        struct reading *r, struct str line, private_line *take, void *arg, struct err *e)
{
	line = str_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	ptrdiff_t at = str_find(line, '=', 0);
	if (at < 0)
		return err_set(e, ERR_FATAL, "bad_settings",
		        "there is no '=': write name=value, or '#' before a comment");
	struct str name = str_trim((struct str){line.p, (size_t)at});
	struct str value = str_trim((struct str){line.p + at + 1, line.n - (size_t)at - 1});
	if (!is_name(name))
		return err_set(e, ERR_FATAL, "bad_settings",
		        "the text before '=' is not a name: use fewer than %d letters, digits and "
		        "dots",
		        (int)NAME_BYTES);
	r->text[name.p - r->text + (ptrdiff_t)name.n] = '\0';
	if (value.n == 0)
		return err_set(e, ERR_FATAL, "bad_settings",
		        "%s has no value: give it one, or remove the line", name.p);
	r->text[value.p - r->text + (ptrdiff_t)value.n] = '\0';
	int act = remember(r, name.p, e);
	return act ? act : take(arg, name.p, value.p, e);
}

static int take_all(
        struct reading *r, const char *path, private_line *take, void *arg, struct err *e)
{
	const struct str mark = STR("\xef\xbb\xbf");
	struct str rest = {r->text, r->n};
	if (str_has_prefix(rest, mark))
		rest = (struct str){rest.p + mark.n, rest.n - mark.n};
	for (int number = 1; rest.n > 0; number++) {
		ptrdiff_t end = str_find(rest, '\n', 0);
		struct str line = {rest.p, end < 0 ? rest.n : (size_t)end};
		size_t used = end < 0 ? rest.n : (size_t)end + 1;
		if (take_line(r, line, take, arg, e))
			return err_note(e, "%s:%d", path, number);
		rest = (struct str){rest.p + used, rest.n - used};
	}
	return 0;
}

int private_file_read(
        const char *setting, const char *path, private_line *take, void *arg, struct err *e)
{
	struct reading r = {.text = malloc(PRIVATE_FILE_BYTES + 2)};
	if (!r.text)
		return err_set(e, ERR_FATAL, "out_of_memory", "out of memory for %s", path);
	int act = load(path, &r, e);
	if (!act)
		act = take_all(&r, path, take, arg, e);
	wipe(r.text, PRIVATE_FILE_BYTES + 2);
	free(r.text);
	return act ? err_note(e, "%s", setting) : 0;
}
