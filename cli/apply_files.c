/* SPDX-License-Identifier: Apache-2.0 */
#include "apply.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int read_text(struct cli *cli, const char *path, struct str *out, struct err *e)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return err_set_errno(e, "cannot_read", errno, "%s", path);
	struct buf text;
	buf_init(&text, DOCUMENT_FILE_MAX);
	int act = 0;
	char piece[65536];
	for (size_t n; act == 0 && (n = fread(piece, 1, sizeof(piece), f)) > 0;)
		act = buf_append(&text, piece, n, e);
	if (act == 0 && ferror(f))
		act = err_set_errno(e, "cannot_read", errno, "read");
	(void)fclose(f);
	if (act == 0)
		*out = arena_str(&cli->mem, buf_str(&text));
	buf_release(&text);
	return act == 0 ? 0 : err_note(e, "%s", path);
}

static int read_file(struct cli *cli, const char *path, struct read_documents *read, struct err *e)
{
	struct str text = STR("");
	int act = read_text(cli, path, &text, e);
	return act == 0 ? documents_read(path, text, read, e) : act;
}

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);
	return n > m && strcmp(name + n - m, end) == 0;
}

static int is_yaml(const struct dirent *d)
{
	return d->d_name[0] != '.' && (ends_in(d->d_name, ".yaml") || ends_in(d->d_name, ".yml"));
}

static int read_folder(
        struct cli *cli, const char *folder, struct read_documents *read, struct err *e)
{
	struct dirent **names = NULL;
	const char *slash = ends_in(folder, "/") ? "" : "/";
	int act = 0, count = scandir(folder, &names, is_yaml, alphasort);
	if (count < 0)
		return err_set_errno(e, "cannot_read", errno, "%s", folder);
	if (count == 0)
		act = err_set(e, ERR_REJECT, "cannot_read",
		        "%s: contains no file whose name ends in .yaml or .yml", folder);
	for (int i = 0; i < count; i++) {
		if (act == 0)
			act = read_file(cli,
			        arena_printf(&cli->mem, "%s%s%s", folder, slash, names[i]->d_name)
			                .p,
			        read, e);
		free(names[i]);
	}
	free((void *)names);
	return act;
}

int apply_read_files(struct cli *cli, const char *path, struct read_documents *read, struct err *e)
{
	struct stat facts;
	if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
		return read_folder(cli, path, read, e);
	return read_file(cli, path, read, e);
}
