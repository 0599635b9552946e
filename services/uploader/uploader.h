/* SPDX-License-Identifier: Apache-2.0
 *
 * uploader: puts one staged file where the partner picks it up, or settles what became of it. The
 * ledger (ledger.h) has the rules. This part provides what the ledger needs, the rate limit and
 * the receipt.
 */
#ifndef LONGSHORE_UPLOADER_UPLOADER_H
#define LONGSHORE_UPLOADER_UPLOADER_H

#include "ledger.h"
#include "leftover.h"
#include "longshore/keyring.h"
#include "longshore/lease.h"
#include "longshore/spec.h"
#include "longshore/worker.h"
#include "tried.h"

#include <pthread.h>

struct uploader_settings { /* access.h */
	const char *drop_mode, *drop_group;
	const char *drop_roots; /* longshore/confine.h */
};

struct uploader { /* one per process, shared by its threads */
	struct store *staging;
	struct keyring *keys;
	struct leftovers leftovers;
	int64_t keep_staged_ms;
	struct drop_access access;
	struct confine *drops; /* where drops may be */
	const char *key_dir;   /* also has the credentials (longshore/credential.h) */
	pthread_mutex_t lock;  /* protects all members below */
	struct memo *memo;
	struct tried *tried;
};

/* One task and its context. Borrowed for the duration of the call. */
struct upload_op {
	struct uploader *uploader;
	const struct task_run *run;
	const struct ev_upload_task *task;
	const struct spec *spec;
	struct ev_task_result *out;
};

/* One function for each task that services/registry.toml names. */
#define TASK(SYMBOL, word) \
	int uploader_##word(const struct upload_op *op, struct err *e) ERR_MUST_USE;
TASKS_OF_UPLOADER(TASK)
#undef TASK

/* Makes the receipt of a committed file from its record, without looking at the drop. */
struct ev_file_receipt *upload_receipt(const struct upload_op *op, const struct record *r);

extern const struct task_service uploader_service;

#endif
