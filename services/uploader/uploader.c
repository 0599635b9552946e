/* SPDX-License-Identifier: Apache-2.0 */
#include "uploader.h"

#include "access.h"
#include "longshore/ended.h"
#include "longshore/spec_part.h"
#include "longshore/staging.h"

#include <stddef.h>
#include <stdlib.h>

static const struct conf_field fields[] = {
        CONFINE_SETTING(
                CONFINE_DROP_ROOTS, offsetof(struct uploader_settings, drop_roots), "drops"),
        {"LONGSHORE_DROP_MODE", CONF_TEXT, offsetof(struct uploader_settings, drop_mode), "0640", 0,
                0, NULL, false,
                "mode of files at a drop, regardless of the umask: 0640, 0644, 0660 or 0664; new "
                "directories admit the same users"},
        {"LONGSHORE_DROP_GROUP", CONF_TEXT, offsetof(struct uploader_settings, drop_group), "", 0,
                0, NULL, false,
                "group of files and new directories at a drop, name or number; empty: the file "
                "system's default"},
};

static void stop(void *state)
{
	struct uploader *u = state;
	if (!u)
		return;
	confine_free(u->drops);
	memo_close(u->memo);
	tried_free(u->tried);
	secret_wipe(&u->leftovers.key);
	store_close(u->staging);
	keyring_close(u->keys);
	(void)pthread_mutex_destroy(&u->lock);
	free(u);
}

static int open_all(struct uploader *u, const struct worker_conf *common, struct err *e)
{
	if (tried_new(TRIED_PLACES_MAX, &u->tried, e) != 0)
		return e->act;
	if (keyring_open(common->keys, &u->keys, e) != 0)
		return e->act;
	if (staging_open(common->staging, u->keys, &u->staging, e) != 0)
		return e->act;
	u->leftovers.staging = u->staging;
	u->keep_staged_ms = common->keep_staged_ms;
	u->key_dir = common->keys;
	u->leftovers.key_dir = common->keys;
	u->leftovers.allowed = u->drops;
	if (keyring_staging(u->keys, STR("ledger"), STR(LEFTOVER_SCOPE), &u->leftovers.key, e) != 0)
		return e->act;
	const struct memo_server redis = {
	        common->redis, common->redis_config, common->topic_prefix};
	return memo_open(&redis, &u->memo, e);
}

static int start(
        const struct worker_conf *common, const void *conf, void **out_state, struct err *e)
{
	const struct uploader_settings *settings = conf;
	struct uploader *u = calloc(1, sizeof *u);
	if (!u || pthread_mutex_init(&u->lock, NULL) != 0) {
		free(u);
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for the uploader");
	}
	const struct confine_conf drops = {
	        CONFINE_DROP_ROOTS, settings->drop_roots, common->staging, common->keys};
	if (confine_new(&drops, &u->drops, e) != 0 ||
	        access_parse(settings->drop_mode, settings->drop_group, &u->access, e) != 0 ||
	        open_all(u, common, e) != 0) {
		stop(u);
		return e->act;
	}
	*out_state = u;
	return 0;
}

/* By operation. NULL for an operation that this release does not know. */
static int (*const tasks[])(const struct upload_op *op, struct err *e) = {
#define TASK(SYMBOL, word) [EV_UPLOAD_OP_##SYMBOL] = uploader_##word,
        TASKS_OF_UPLOADER(TASK)
#undef TASK
};

static int handle(
        void *state, const struct task_run *run, struct ev_task_result *out, struct err *e)
{
	struct spec spec;
	if (spec_parse_part(run->spec, SPEC_FOR_UPLOADER, run->mem, &spec, e) != 0)
		return e->act;
	if (spec.kind != SPEC_DELIVERY)
		return err_set(e, ERR_REJECT, CODE_BAD_TASK, "the task's spec is not a delivery's");
	const struct upload_op op = {
	        .uploader = state,
	        .run = run,
	        .task = run->task,
	        .spec = &spec,
	        .out = out,
	};
	size_t task = (size_t)op.task->op;
	if (task < sizeof tasks / sizeof tasks[0] && tasks[task])
		return tasks[task](&op, e);
	return err_set(e, ERR_REJECT, CODE_BAD_TASK,
	        "this uploader does not know the task's operation; is it older than the "
	        "scheduler?");
}

/* --- deliveries that are over --- */

struct tidying {
	struct uploader *u;
	int64_t *removed;
	int (*duty)(const struct book_place *p, int64_t *out_removed, struct err *e);
};

static int tidy_one(void *arg, const struct ended *what, struct err *e)
{
	const struct tidying *t = arg;
	struct secret key;
	if (keyring_staging(t->u->keys, STR("ledger"), what->delivery, &key, e) != 0)
		return e->act;
	const struct book_place p = {t->u->staging, &key, what->delivery};
	int act = t->duty(&p, t->removed, e);
	secret_wipe(&key);
	return act;
}

static int tidy_ended(
        const struct tidying *t, const char *mark, const struct tidy_run *run, struct err *e)
{
	const struct ended_walk walk = {.staging = t->u->staging,
	        .keys = t->u->keys,
	        .prefix = "ledger",
	        .mark = mark,
	        .keep_ms = t->duty == book_remove ? run->keep_ms : 0,
	        .stop = run->stop,
	        .each = tidy_one,
	        .arg = (void *)(uintptr_t)t};
	return ended_walk(&walk, e);
}

/* A failure in one of the three, such as an unavailable drop, does not stop the others. */
static int tidy(void *state, const struct tidy_run *run, struct tidied *out, struct err *e)
{
	struct uploader *u = state;
	const struct tidying close = {u, &out->objects, book_close};
	const struct tidying remove = {u, &out->objects, book_remove};
	struct err second;
	int act = tidy_ended(&close, "booked", run, e);
	if (tidy_ended(&remove, "tidied", run, &second) != 0 && act == 0) {
		*e = second;
		act = e->act;
	}
	if (leftover_remove_all(&u->leftovers, run, &out->drop_temporaries, &second) != 0 &&
	        act == 0) {
		*e = second;
		act = e->act;
	}
	return act;
}

const struct task_service uploader_service = {
        .plan = &service_plans[SERVICE_UPLOADER],
        .threads = "16",
        .shares_threads = true,
        .conf = fields,
        .conf_count = sizeof fields / sizeof fields[0],
        .conf_bytes = sizeof(struct uploader_settings),
        .start = start,
        .handle = handle,
        .tidy = tidy,
        .stop = stop,
};
