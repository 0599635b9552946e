/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/credential.h"

#include "longshore/codes.h"
#include "longshore/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1024, FORBIDDEN_MODE = 077 };

/* Opens the file once and checks it through its descriptor. */
static int open_private(const char *path, int *out_fd, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		*out_fd = -1;
		return 0;
	}
	if (fd < 0 || fstat(fd, &st) != 0) {
		int errnum = errno;
		if (fd >= 0)
			(void)close(fd);
		return err_set_native(e, ERR_REJECT, CODE_CREDENTIALS, "posix", errnum,
		        "%s cannot be read: %s; put the credential there", path, strerror(errnum));
	}
	bool is_file = S_ISREG(st.st_mode), is_own = st.st_uid == geteuid();
	if (is_file && is_own && (st.st_mode & FORBIDDEN_MODE) == 0 &&
	        st.st_size <= CREDENTIAL_FILE_MAX) {
		*out_fd = fd;
		return 0;
	}
	(void)close(fd);
	return err_set(e, ERR_REJECT, CODE_CREDENTIALS,
	        "%s must be a file of at most %d bytes that belongs to the user who runs this and "
	        "that nobody else can read: run chown and chmod 0600 on it",
	        path, CREDENTIAL_FILE_MAX);
}

static int read_whole(int fd, const char *path, char **out, struct err *e)
{
	char *text = calloc(1, CREDENTIAL_FILE_MAX + 2);
	size_t n = 0;
	ssize_t k = 1;
	if (!text)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a credential");
	while (k > 0 && n <= CREDENTIAL_FILE_MAX) {
		k = read(fd, text + n, CREDENTIAL_FILE_MAX + 1 - n);
		n += k > 0 ? (size_t)k : 0;
	}
	if (k == 0 && n > 0 && n <= CREDENTIAL_FILE_MAX && !memchr(text, '\0', n)) {
		*out = text;
		return 0;
	}
	wipe(text, CREDENTIAL_FILE_MAX + 2);
	free(text);
	return err_set(e, ERR_REJECT, CODE_CREDENTIALS,
	        "%s is empty, holds a zero byte, or cannot be read: put the credential there",
	        path);
}

static int read_one(
        const char *keys, const struct credential *c, const char *ending, char **out, struct err *e)
{
	char path[PATH_BYTES];
	int fd = -1;
	int n = snprintf(path, sizeof path, "%s/credentials/%s.%s", keys, c->name, ending);
	if (n < 0 || (size_t)n >= sizeof path)
		return err_set(e, ERR_REJECT, CODE_CREDENTIALS,
		        "the path of the key directory is too long");
	if (open_private(path, &fd, e) != 0)
		return e->act;
	if (fd < 0)
		return 0;
	int act = read_whole(fd, path, out, e);
	(void)close(fd); /* read only */
	return act;
}

/* Removes a line end, which comes from the editor and is not part of the password. */
static void cut_line(char *text)
{
	size_t n = text ? strlen(text) : 0;
	if (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	if (n > 0 && text[n - 1] == '\r')
		text[n - 1] = '\0';
}

int credential_read(const char *keys, struct str name, struct credential **out, struct err *e)
{
	struct credential *c = calloc(1, sizeof *c);
	if (!c)
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a credential");
	int act = 0;
	if (!credential_is_name(name))
		act = err_set(e, ERR_REJECT, CODE_CREDENTIALS,
		        "a credential's name has 1 to %d small letters, digits, '.', '_' and '-'",
		        CREDENTIAL_NAME_MAX);
	else
		memcpy(c->name, name.p, name.n);
	if (act == 0)
		act = read_one(keys, c, "key", &c->key, e);
	if (act == 0)
		act = read_one(keys, c, "passphrase", &c->passphrase, e);
	if (act == 0)
		act = read_one(keys, c, "password", &c->password, e);
	if (act == 0 && !c->key && !c->password)
		act = err_set(e, ERR_REJECT, CODE_CREDENTIALS,
		        "there is no credential %s: put its key into %s/credentials/%s.key, or its "
		        "password into %s.password beside it",
		        c->name, keys, c->name, c->name);
	if (act != 0) {
		credential_free(c);
		return act;
	}
	cut_line(c->passphrase);
	cut_line(c->password);
	*out = c;
	return 0;
}

static void free_text(char *text)
{
	if (text)
		wipe(text, CREDENTIAL_FILE_MAX + 2);
	free(text);
}

void credential_free(struct credential *c)
{
	if (!c)
		return;
	free_text(c->key);
	free_text(c->passphrase);
	free_text(c->password);
	free(c);
}

int credential_of_place(
        const struct place *place, struct place *out_with, struct credential **out, struct err *e)
{
	struct credential *c = NULL;
	if (place->credential.n > 0 && !place->secret) {
		if (!place->keys)
			return err_set(e, ERR_REJECT, CODE_CREDENTIALS,
			        "this program has no key directory, so it has no "
			        "credential " STR_FMT ": set LONGSHORE_KEYS",
			        STR_ARG(place->credential));
		if (credential_read(place->keys, place->credential, &c, e) != 0)
			return e->act;
	}
	*out_with = *place;
	if (c)
		out_with->secret = c;
	*out = c;
	return 0;
}
