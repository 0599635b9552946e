/* SPDX-License-Identifier: Apache-2.0
 * Checks of staging, key directories, time zones and drops. */
#include "doctor.h"

#include "apply.h"
#include "longshore/codes.h"
#include "longshore/drop.h"
#include "longshore/hex.h"
#include "longshore/keyring.h"
#include "longshore/random.h"
#include "longshore/staging.h"
#include "sql/cli.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* Uses a scratch name: an object is created once and not twice, read back, and replaced only by
 * comparison. */
static int try_store(struct store *s, struct str name, struct arena *mem, struct err *e)
{
	struct err expected;
	struct store_facts first, other;
	struct str got;
	int act = store_put_once(s, name, STR("one"), e);
	if (act != 0)
		return act;
	if (store_put_once(s, name, STR("two"), &expected) != ERR_REJECT)
		return err_set(e, ERR_REJECT, "unfit", "the same name can be created twice");
	act = store_get(s, name, 16, mem, &got, &first, e);
	if (act == 0 && !str_eq(got, STR("one")))
		return err_set(e, ERR_REJECT, "unfit", "the bytes read differ from those written");
	if (act == 0)
		act = store_replace(s, name, STR("three"), first.tag, e);
	if (act != 0)
		return act;
	if (store_replace(s, name, STR("four"), first.tag, &expected) != ERR_FENCED)
		return err_set(e, ERR_REJECT, "unfit",
		        "an object is replaced although the comparison fails");
	return store_stat(s, name, &other, e);
}

static int try_staging(struct doctor *d, struct err *e)
{
	struct err left;
	struct store *store = NULL;
	unsigned char drawn[8];
	char hex[2 * sizeof(drawn) + 1], name[sizeof("doctor-") + sizeof(hex)];
	random_bytes(drawn, sizeof(drawn));
	hex_encode(drawn, sizeof(drawn), hex);
	(void)snprintf(name, sizeof(name), "doctor-%s", hex);
	int act = store_open(PLACE_AT(d->cli->conf.staging), &store, e);
	if (act == 0) {
		act = try_store(store, str_c(name), &d->cli->mem, e);
		if (store_remove(store, str_c(name), &left) != 0 && act == 0) {
			act = left.act;
			*e = left;
		}
	}
	store_close(store);
	return act;
}

/* Nothing is written unless it is the staging of these keys. */
void doctor_staging(struct doctor *d)
{
	struct err e;
	const struct cli_conf *conf = &d->cli->conf;
	const char *remedy = "mount staging at LONGSHORE_STAGING, or correct LONGSHORE_STAGING or "
	                     "LONGSHORE_KEYS";
	if (!doctor_has(conf->staging))
		return;
	int act = doctor_has(conf->keys) ? staging_compare(conf->staging, conf->keys, &e) : 0;
	if (act == 0) {
		remedy = "let the services write to LONGSHORE_STAGING, or correct this setting";
		act = try_staging(d, &e);
	}
	if (act == 0)
		doctor_ok(d, "staging",
		        "%s creates each name once and replaces only after comparison",
		        conf->staging);
	else
		doctor_line(d, DOCTOR_PROBLEM, "staging", remedy, "%s: %s", conf->staging, e.text);
}

struct keys_told {
	struct doctor *d;
	int count;
};

static void tell_key(void *arg, const struct keyring_fault *f)
{
	struct keys_told *told = arg;
	char subject[400];
	(void)snprintf(subject, sizeof(subject), "keys %s%s%s", f->service, f->file[0] ? "/" : "",
	        f->file);
	doctor_line(told->d, f->is_harmless ? DOCTOR_WARNING : DOCTOR_PROBLEM, subject, f->remedy,
	        "%s", f->what);
	told->count++;
}

void doctor_keys(struct doctor *d)
{
	struct err e;
	struct keys_told told = {.d = d};
	if (!doctor_has(d->cli->conf.keys))
		return;
	if (keyring_check(d->cli->conf.keys, tell_key, &told, &e) != 0)
		doctor_line(d, DOCTOR_PROBLEM, "keys",
		        "run longshore keys init, or correct LONGSHORE_KEYS", "%s", e.text);
	else if (told.count == 0)
		doctor_ok(d, "keys", "in %s, every service has its keys and no others",
		        d->cli->conf.keys);
}

static bool is_zone(const char *folder, struct str zone)
{
	char path[1024], head[4] = "";
	int n = snprintf(path, sizeof(path), "%s/" STR_FMT, folder, STR_ARG(zone));
	if (n < 0 || (size_t)n >= sizeof(path) || memmem(zone.p, zone.n, "..", 2))
		return false;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is_there = fd >= 0 && read(fd, head, sizeof(head)) == sizeof(head) &&
	                memcmp(head, "TZif", sizeof(head)) == 0;
	if (fd >= 0)
		(void)close(fd);
	return is_there;
}

void doctor_zones(struct doctor *d)
{
	enum { ZONE, DOCUMENT, CELLS };
	static const int columns[CELLS] = {
	        [ZONE] = COL_SELECT_ZONES_ZONE, [DOCUMENT] = COL_SELECT_ZONES_DOCUMENT};
	const char *folder = d->cli->conf.zoneinfo;
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	int faults = 0;
	if (!is_zone(folder, STR("America/New_York"))) {
		doctor_line(d, DOCTOR_PROBLEM, "time zones",
		        "install tzdata, or correct LONGSHORE_SCHEDULER_ZONEINFO",
		        "%s contains no time zone files", folder);
		return;
	}
	pg_params_init(&p, &d->cli->mem);
	size_t n = doctor_asks(d, &sql_select_zones, &p, &rows) ? pg_rows_count(rows) : 0;
	struct str *cells = n ? cli_cells(rows, columns, CELLS, &d->cli->mem) : NULL;
	for (size_t i = 0; i < n; i++) {
		if (is_zone(folder, cells[i * CELLS + ZONE]))
			continue;
		doctor_line(d, DOCTOR_PROBLEM, "time zones",
		        "install tzdata, or correct the document",
		        STR_FMT " names " STR_FMT ", which is not in %s",
		        STR_ARG(cells[i * CELLS + DOCUMENT]), STR_ARG(cells[i * CELLS + ZONE]),
		        folder);
		faults++;
	}
	if (faults == 0)
		doctor_ok(d, "time zones", "%s has all of them; documents name %zu besides UTC",
		        folder, n);
}

/* Nothing is written unless it is the place whose identity is recorded. */
static int compare_place(struct drop *drop, struct str remembered, struct err *e)
{
	char found[DROP_IDENTITY_BYTES];
	if (drop_identity(drop, found, e) != 0)
		return e->act;
	if (remembered.n == 0 || str_eq(remembered, str_c(found)))
		return 0;
	return err_set(e, ERR_RETRY, CODE_DROP_CHANGED,
	        "this is not the place that files were sent to: it %s%.8s",
	        found[0] ? "has a different identity, "
	                 : "has no identity, like an empty mount point",
	        found);
}

static int try_drop(const struct place *place, struct str remembered, struct err *e)
{
	struct drop *drop = NULL;
	int act = drop_open(place, &drop, e);
	if (act == 0)
		act = compare_place(drop, remembered, e);
	if (act == 0)
		act = drop_probe(drop, e);
	drop_close(drop);
	return act;
}

static void tell_drop(struct doctor *d, const char *subject, const char *url, const struct err *e)
{
	bool is_other = strcmp(e->code, CODE_DROP_CHANGED) == 0;
	if (strcmp(e->code, CODE_BAD_PLACE) == 0) {
		doctor_line(d, DOCTOR_PROBLEM, subject, "apply another url, or set the roots", "%s",
		        e->text);
		return;
	}
	if (strcmp(e->code, CODE_CREDENTIALS) == 0) {
		doctor_line(d, DOCTOR_PROBLEM, subject,
		        "put it below uploader/credentials/ in LONGSHORE_KEYS, and run doctor "
		        "where "
		        "the uploader runs",
		        "%s", e->text);
		return;
	}
	doctor_line(d, DOCTOR_PROBLEM, subject,
	        is_other ? "mount the drop here; or, if this directory replaces it, resume a held "
	                   "delivery with --new-place"
	                 : "let the uploader's user write there, or apply another url",
	        "%s: %s", url, e->text);
}

void doctor_drops(struct doctor *d)
{
	struct pg_params p;
	AUTO_PG_ROWS rows = NULL;
	struct confine *allowed = NULL;
	struct err bad;
	if (cli_drops(d->cli, &allowed, &bad) != 0) {
		doctor_line(d, DOCTOR_PROBLEM, "drops", "correct the setting", "%s", bad.text);
		return;
	}
	pg_params_init(&p, &d->cli->mem);
	if (!doctor_asks(d, &sql_select_buckets, &p, &rows))
		rows = NULL;
	for (size_t i = 0; rows && i < pg_rows_count(rows); i++) {
		struct err e;
		char subject[200];
		const char *url = arena_cstr(
		        &d->cli->mem, pg_text(rows, i, COL_SELECT_BUCKETS_URL, &d->cli->mem));
		(void)snprintf(subject, sizeof(subject), "bucket " STR_FMT,
		        STR_ARG(pg_text(rows, i, COL_SELECT_BUCKETS_NAME, &d->cli->mem)));
		struct str identity = pg_text(rows, i, COL_SELECT_BUCKETS_IDENTITY, &d->cli->mem);
		const struct place place = {.url = str_c(url),
		        .credential = pg_text(rows, i, COL_SELECT_BUCKETS_CREDENTIAL, &d->cli->mem),
		        .host_key = pg_text(rows, i, COL_SELECT_BUCKETS_HOST_KEY, &d->cli->mem),
		        .keys = cli_uploader_keys(d->cli),
		        .allowed = allowed};
		if (try_drop(&place, identity, &e) == 0)
			doctor_ok(d, subject, "%s accepts files and never overwrites one", url);
		else
			tell_drop(d, subject, url, &e);
	}
	confine_free(allowed);
}
