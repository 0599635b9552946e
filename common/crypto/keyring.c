/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/keyring.h"

#include "key_file.h"
#include "keyring_plan.h"
#include "longshore/aead.h"
#include "longshore/hex.h"
#include "longshore/services.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INFO_MAX = 1024, KEYS_MAX = 1024, FIRST_KEYS = 32 };

struct keyring_entry {
	char file[KEY_FILE_NAME_MAX];
	struct secret key;
};

struct keyring {
	char *dir;
	struct keyring_entry *entries; /* in locked memory */
	size_t count;
	size_t room;
	int current_epoch; /* 0: no fingerprint key */
	uid_t owner;       /* owner of the directory */
	mode_t mode;
};

static int no_memory(struct err *e)
{
	(void)err_set(e, ERR_FATAL, "out_of_memory", "keys: out of memory");
	return ERR_FATAL;
}

/* Copies by hand instead of realloc, so the keys stay in locked memory and the old copy is
 * wiped. */
static int make_room(struct keyring *k, struct err *e)
{
	if (k->count < k->room)
		return 0;
	if (k->count >= KEYS_MAX) {
		(void)err_set(e, ERR_FATAL, "key_bad",
		        "key directory %s: contains more than %d keys", k->dir, KEYS_MAX);
		return ERR_FATAL;
	}
	size_t room = k->room == 0 ? FIRST_KEYS : 2 * k->room;
	void *entries = NULL;
	if (secret_room_new(room * sizeof *k->entries, &entries, e) != 0)
		return e->act;
	if (k->count > 0)
		memcpy(entries, k->entries, k->count * sizeof *k->entries);
	secret_room_free(k->entries, k->room * sizeof *k->entries);
	k->entries = entries;
	k->room = room;
	return 0;
}

static int read_entry(struct keyring *k, int dir_fd, const char *file, struct err *e)
{
	int act = make_room(k, e);
	if (act != 0)
		return act;
	struct keyring_entry *entry = &k->entries[k->count];
	bool is_there = false;
	if (key_file_read(dir_fd, k->dir, file, &entry->key, &is_there, e) != 0)
		return e->act;
	if (!is_there)
		return 0;
	memcpy(entry->file, file, strlen(file) + 1); /* key_file_is_name() checked the length */
	k->count++;
	int epoch = key_file_epoch(file);
	if (epoch > k->current_epoch)
		k->current_epoch = epoch;
	return 0;
}

static int read_dir(struct keyring *k, struct err *e)
{
	DIR *d = opendir(k->dir);
	if (!d)
		return err_set_native(e, ERR_FATAL, CODE_KEY_MISSING, "posix", errno,
		        "key directory %s: %s; run `longshore keys init` and set LONGSHORE_KEYS to "
		        "this service's directory",
		        k->dir, strerror(errno));
	int act = 0;
	struct stat st;
	if (fstat(dirfd(d), &st) == 0) {
		k->owner = st.st_uid;
		k->mode = st.st_mode & 07777;
	} else {
		act = err_set_errno(e, "key_unreadable", errno, "key directory %s", k->dir);
	}
	struct dirent *entry;
	while (act == 0 && (errno = 0, entry = readdir(d)))
		if (key_file_is_name(entry->d_name))
			act = read_entry(k, dirfd(d), entry->d_name, e);
	if (act == 0 && errno != 0)
		act = err_set_native(e, ERR_FATAL, "key_unreadable", "posix", errno,
		        "key directory %s: %s", k->dir, strerror(errno));
	(void)closedir(d);
	return act;
}

int keyring_open(const char *dir, struct keyring **out, struct err *e)
{
	if (!dir || dir[0] == '\0')
		return err_set(e, ERR_FATAL, CODE_KEY_MISSING,
		        "no key directory: set LONGSHORE_KEYS to this service's directory, created "
		        "by `longshore keys init`");
	struct keyring *k = calloc(1, sizeof *k);
	if (!k)
		return no_memory(e);
	k->dir = strdup(dir);
	if (!k->dir) {
		keyring_close(k);
		return no_memory(e);
	}
	if (read_dir(k, e) != 0) {
		keyring_close(k);
		return e->act;
	}
	*out = k;
	return 0;
}

void keyring_close(struct keyring *k)
{
	if (!k)
		return;
	secret_room_free(k->entries, k->room * sizeof *k->entries);
	free(k->dir);
	free(k);
}

static int find(const struct keyring *k, const char *file, const struct secret **out, struct err *e)
{
	for (size_t i = 0; i < k->count; i++)
		if (strcmp(k->entries[i].file, file) == 0) {
			*out = &k->entries[i].key;
			return 0;
		}
	return err_set(e, ERR_FATAL, CODE_KEY_MISSING,
	        "key file %s/%s: missing; either this service must not use it, or `longshore keys "
	        "init` was not run",
	        k->dir, file);
}

static bool is_service(const char *name)
{
	for (const char *const *s = service_names; *s; s++)
		if (strcmp(*s, name) == 0)
			return true;
	return false;
}

/* The directory must belong to this process's user and contain no key that the service must not
 * hold. */
static int guard(const struct keyring *k, const char *service, struct err *e)
{
	if (k->owner != geteuid())
		return err_set(e, ERR_FATAL, "key_exposed",
		        "key directory %s: belongs to user %ld, but this service runs as user %ld; "
		        "run chown -R on it",
		        k->dir, (long)k->owner, (long)geteuid());
	if ((k->mode & KEY_DIR_FORBIDDEN) != 0)
		return err_set(e, ERR_FATAL, "key_exposed",
		        "key directory %s: others can reach it (mode %04o); run chmod 0700 on it",
		        k->dir, (unsigned)k->mode);
	for (size_t i = 0; i < k->count; i++)
		if (!keyring_is_granted(service, k->entries[i].file))
			return err_set(e, ERR_FATAL, CODE_KEY_EXCESS,
			        "key file %s/%s: this service must not hold it; remove it", k->dir,
			        k->entries[i].file);
	return 0;
}

int keyring_holds(const struct keyring *k, const char *service, struct err *e)
{
	if (is_service(service) && guard(k, service, e) != 0)
		return e->act;
	for (size_t i = 0; i < service_keys_count; i++) {
		const struct secret *key = NULL;
		int epoch = 0;
		if (strcmp(service_keys[i].service, service) != 0)
			continue;
		bool is_epoch = strcmp(service_keys[i].file, KEYRING_EPOCHS) == 0;
		int act = is_epoch ? keyring_current_epoch(k, &epoch, e)
		                   : find(k, service_keys[i].file, &key, e);
		if (act != 0)
			return act;
	}
	return 0;
}

/* Builds the info of HKDF. A 4-byte little-endian length precedes every field, so two scopes never
 * share a key. */
static int derive(const struct secret *master, const struct str *fields, size_t count,
        struct secret *out, struct err *e)
{
	unsigned char info[INFO_MAX];
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		if (n > INFO_MAX - 4 || fields[i].n > INFO_MAX - 4 - n)
			return err_set(e, ERR_REJECT, CODE_BAD_SCOPE,
			        "the scope of a key is longer than %d bytes in total", INFO_MAX);
		for (int shift = 0; shift < 32; shift += 8)
			info[n++] = (unsigned char)(fields[i].n >> shift & 0xff);
		if (fields[i].n > 0)
			memcpy(info + n, fields[i].p, fields[i].n);
		n += fields[i].n;
	}
	return hkdf(master, STR(""), str_bytes(info, n), out, e);
}

static int find_staging(
        const struct keyring *k, struct str prefix, const struct secret **out, struct err *e)
{
	char file[KEY_FILE_NAME_MAX];
	if (prefix.n == 0 || prefix.n > 32 || str_find(prefix, '/', 0) >= 0)
		return err_set(e, ERR_REJECT, CODE_BAD_SCOPE,
		        "not a staging prefix: \"" STR_FMT "\"", prefix.n < 64 ? (int)prefix.n : 64,
		        prefix.p ? prefix.p : "");
	(void)snprintf(file, sizeof file, "staging-" STR_FMT ".key", STR_ARG(prefix));
	return find(k, file, out, e);
}

int keyring_staging(const struct keyring *k, struct str prefix, struct str scope,
        struct secret *out, struct err *e)
{
	const struct secret *master = NULL;
	if (find_staging(k, prefix, &master, e) != 0)
		return e->act;
	const struct str fields[] = {STR("longshore/staging/1"), prefix, scope};
	return derive(master, fields, 3, out, e);
}

int keyring_conceal(const struct keyring *k, struct str prefix, struct str what,
        char hash[static SHA256_HEX], struct err *e)
{
	const struct secret *master = NULL;
	struct secret concealed;
	if (find_staging(k, prefix, &master, e) != 0)
		return e->act;
	const struct str fields[] = {STR("longshore/shown/1"), what, str_c(hash)};
	if (derive(master, fields, 3, &concealed, e) != 0)
		return e->act;
	hex_encode(concealed.bytes, sizeof concealed.bytes, hash);
	secret_wipe(&concealed);
	return 0;
}

int keyring_fingerprint(const struct keyring *k, struct str tenant, struct str bridge, int epoch,
        struct secret *out, struct err *e)
{
	char file[KEY_FILE_NAME_MAX];
	(void)snprintf(file, sizeof file, "fingerprint-%d.key", epoch);
	const struct secret *master = NULL;
	if (find(k, file, &master, e) !=
	        0) /* not a reason to end the process: other epochs are available */
		return err_set(e, ERR_RETRY, CODE_KEY_MISSING,
		        "key file %s/%s: missing; restore it and restart this service, or rebuild "
		        "the bridge",
		        k->dir, file);
	const struct str fields[] = {STR("longshore/fingerprint/1"), tenant, bridge};
	return derive(master, fields, 3, out, e);
}

int keyring_current_epoch(const struct keyring *k, int *out, struct err *e)
{
	if (k->current_epoch == 0)
		return err_set(e, ERR_FATAL, CODE_KEY_MISSING,
		        "key file %s/fingerprint-1.key: missing; either this service must not use "
		        "it, or `longshore keys init` was not run",
		        k->dir);
	*out = k->current_epoch;
	return 0;
}

int keyring_mark(const struct keyring *k, struct str tenant, struct str bridge, struct secret *out,
        struct err *e)
{
	const struct secret *master = NULL;
	if (find(k, "mark.key", &master, e) != 0)
		return e->act;
	const struct str fields[] = {STR("longshore/mark/1"), tenant, bridge};
	return derive(master, fields, 3, out, e);
}

int keyring_identity(
        const struct keyring *k, char out[static KEYRING_IDENTITY_BYTES], struct err *e)
{
	const struct secret *master = NULL;
	struct secret made;
	if (find(k, KEYRING_IDENTITY, &master, e) != 0)
		return e->act;
	const struct str fields[] = {STR("longshore/identity/1")};
	int act = derive(master, fields, 1, &made, e);
	if (act == 0)
		hex_encode(made.bytes, (KEYRING_IDENTITY_BYTES - 1) / 2, out);
	secret_wipe(&made);
	return act;
}

/* A directory that exists but cannot be read may hold keys, so it counts as one that does. */
static void look_at(const char *dir, char *out, bool *out_any)
{
	struct keyring *k = NULL;
	struct err e;
	if (keyring_open(dir, &k, &e) != 0 || !k) {
		*out_any = *out_any || e.native != ENOENT;
		return;
	}
	*out_any = *out_any || k->count > 0;
	if (keyring_identity(k, out, &e) != 0)
		out[0] = '\0';
	keyring_close(k);
}

int keyring_root_identity(
        const char *root, char out[static KEYRING_IDENTITY_BYTES], bool *out_any, struct err *e)
{
	char dir[PATH_MAX];
	out[0] = '\0';
	*out_any = false;
	for (const char *const *s = service_names; *s && out[0] == '\0'; s++) {
		int n = snprintf(dir, sizeof dir, "%s/%s", root, *s);
		if (n < 0 || (size_t)n >= sizeof dir)
			return err_set(
			        e, ERR_FATAL, CODE_KEY_MISSING, "key directory %s: too long", root);
		look_at(dir, out, out_any);
	}
	return 0;
}
