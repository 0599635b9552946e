/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include "longshore/result.h"
#include "longshore/result_names.h"

#include <unistd.h>

enum { HOST_BYTES = 65, DIGITS_SHOWN = 8 };

static bool has_answer(const struct upload_op *op)
{
	return op->task->resolution != EV_RESOLUTION_NONE;
}

/* The identity that the place must have; empty: any. */
static struct str wanted(const struct upload_op *op)
{
	const struct ev_upload_task *t = op->task;
	if (t->bucket_place.n > 0)
		return t->bucket_place;
	return has_answer(op) ? STR("") : t->place;
}

static struct str shown(struct str identity)
{
	return str_bytes(identity.p, identity.n < DIGITS_SHOWN ? identity.n : DIGITS_SHOWN);
}

static int other_place(
        const struct upload_op *op, struct str want, const char *found, struct err *e)
{
	struct arena *mem = op->run->mem;
	char host[HOST_BYTES] = "";
	if (gethostname(host, sizeof host - 1) != 0)
		host[0] = '\0';
	result_fact(op->out, mem, str_c(FACT_PLACE_WANTED), arena_str(mem, want));
	result_fact(op->out, mem, str_c(FACT_PLACE_FOUND),
	        found[0] != '\0' ? arena_str(mem, str_c(found)) : STR(PLACE_NONE));
	struct str is = found[0] != '\0' ? arena_printf(mem, "is a different one (%.8s)", found)
	                                 : STR("has no identity, like an empty mount point");
	return err_set(e, ERR_RETRY, CODE_DROP_UNAVAILABLE,
	        "the directory at the bucket's url " STR_FMT " on host %s; files belong in " STR_FMT
	        ": mount that directory again, or restore its .longshore-tmp",
	        STR_ARG(is), host, STR_ARG(shown(want)));
}

/* All files of a delivery must also go to one place, because the partner looks for them in one. */
static int compare(const struct upload_op *op, const char *found, struct err *e)
{
	struct str want = wanted(op), own = op->task->place, is = str_c(found);
	if (want.n > 0 && !str_eq(want, is))
		return other_place(op, want, found, e);
	if (!has_answer(op) && own.n > 0 && !str_eq(own, is))
		return other_place(op, own, found, e);
	return 0;
}

static int identify(const struct upload_op *op, struct drop *drop, char *identity, struct err *e)
{
	const struct ev_upload_task *t = op->task;
	bool is_first = t->op == EV_UPLOAD_OP_UPLOAD && wanted(op).n == 0;
	if (t->asks_place || is_first)
		return drop_mark(drop, identity, e);
	if (drop_identity(drop, identity, e) != 0)
		return e->act;
	return compare(op, identity, e);
}

/* The trial runs outside the lock because it takes as long as the place does. Two at once do no
 * harm. */
static int try_once(
        struct uploader *u, const char *url, struct drop *drop, const char *identity, struct err *e)
{
	if (identity[0] == '\0')
		return 0;                   /* nothing will be written there */
	(void)pthread_mutex_lock(&u->lock); /* cannot fail: initialised, not recursive */
	const char *how = tried_how(u->tried, url, identity);
	(void)pthread_mutex_unlock(&u->lock);
	if (how) {
		drop_recall(drop, how);
		return 0;
	}
	if (drop_probe(drop, e) != 0)
		return e->act;
	(void)pthread_mutex_lock(&u->lock);
	tried_add(u->tried, url, identity, drop_guarantee(drop));
	(void)pthread_mutex_unlock(&u->lock);
	return 0;
}

int place_open(const struct upload_op *op, struct drop **out, char identity[DROP_IDENTITY_BYTES],
        struct err *e)
{
	const struct spec_bucket *bucket = &op->spec->bucket;
	const char *url = arena_cstr(op->run->mem, bucket->url);
	struct drop *drop = NULL;
	char found[DROP_IDENTITY_BYTES] = "";
	const struct place place = {.url = bucket->url,
	        .credential = bucket->credential,
	        .host_key = bucket->host_key,
	        .keys = op->uploader->key_dir,
	        .allowed = op->uploader->drops};
	if (drop_open(&place, &drop, e) != 0)
		return e->act;
	drop_set_access(drop, &op->uploader->access);
	if (identify(op, drop, found, e) != 0 || try_once(op->uploader, url, drop, found, e) != 0) {
		drop_close(drop);
		return e->act;
	}
	memcpy(identity, found, sizeof found);
	*out = drop;
	return 0;
}

int place_tell(const struct upload_op *op, struct err *e)
{
	struct drop *drop = NULL;
	char found[DROP_IDENTITY_BYTES];
	if (place_open(op, &drop, found, e) != 0)
		return e->act;
	drop_close(drop);
	result_fact(
	        op->out, op->run->mem, str_c(FACT_PLACE), arena_str(op->run->mem, str_c(found)));
	return err_set(e, ERR_DEFER, "place_unknown",
	        "nothing was ever sent to this place: its identity is stored first");
}
