/* SPDX-License-Identifier: Apache-2.0
 * One task: connects the ledger to staging and the drop, runs it, and reports the answer. */
#include "longshore/clock.h"
#include "longshore/result.h"
#include "longshore/result_names.h"
#include "longshore/sealed.h"
#include "place.h"

/* The argument of the ledger's calls. */
struct neighbours {
	const struct upload_op *op;
	struct sealed_reader *file;
	int64_t boot_ms, unix_ms; /* when the attempt began */
};

static int open_drop(void *arg, struct drop **out, char place[DROP_IDENTITY_BYTES], struct err *e)
{
	return place_open(((struct neighbours *)arg)->op, out, place, e);
}

static int leave(void *arg, const char *place, const char *temp, struct err *e)
{
	const struct upload_op *op = ((struct neighbours *)arg)->op;
	const struct spec_bucket *bucket = &op->spec->bucket;
	const struct leftover what = {.url = bucket->url,
	        .credential = bucket->credential,
	        .host_key = bucket->host_key,
	        .place = place,
	        .temp = temp};
	return leftover_note(&op->uploader->leftovers, &what, e);
}

static int found(void *arg, struct str name, struct err *e)
{
	(void)name;
	*(bool *)arg = true;
	return err_set(e, ERR_DEFER, "found", "the first is enough");
}

static int knows_delivery(void *arg, bool *out, struct err *e)
{
	const struct upload_op *op = ((struct neighbours *)arg)->op;
	struct str prefix = arena_printf(
	        op->run->mem, "files/" STR_FMT "/", STR_ARG(op->run->head->delivery_id));
	bool is_known = false;
	if (store_list(op->uploader->staging, prefix, found, &is_known, e) != 0 && !is_known)
		return e->act;
	*out = is_known;
	return 0;
}

/* Either clock is enough: one stops while a virtual machine is stopped, the other can be set. */
static bool is_old(void *arg)
{
	const struct neighbours *n = arg;
	int64_t most_ms = n->op->uploader->keep_staged_ms / 2;
	return clock_boot_ms() - n->boot_ms > most_ms || clock_unix_ms() - n->unix_ms > most_ms;
}

static int open_file(struct neighbours *n, struct err *e)
{
	const struct upload_op *op = n->op;
	struct secret key;
	if (keyring_staging(
	            op->uploader->keys, STR("files"), op->run->head->delivery_id, &key, e) != 0)
		return e->act;
	int act = sealed_open(op->uploader->staging, op->task->file->name, &key, &n->file, e);
	secret_wipe(&key);
	return act;
}

static int read_file(void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	struct neighbours *neighbours = arg;
	if (!neighbours->file && open_file(neighbours, e) != 0)
		return e->act;
	return sealed_read(neighbours->file, offset, p, n, out_n, e);
}

static const char *role_name(enum ev_file_role role)
{
	switch (role) {
	case EV_FILE_ROLE_PART:
		return "part";
	case EV_FILE_ROLE_MANIFEST:
		return "manifest";
	case EV_FILE_ROLE_MARKER:
		return "marker";
	}
	return "part";
}

static enum ledger_answer answer_of(enum ev_resolution resolution)
{
	switch (resolution) {
	case EV_RESOLUTION_NONE:
		return LEDGER_NO_ANSWER;
	case EV_RESOLUTION_ADOPT:
		return LEDGER_ADOPT;
	case EV_RESOLUTION_RESEND:
		return LEDGER_RESEND;
	}
	return LEDGER_NO_ANSWER;
}

static struct ledger_task task_of(const struct upload_op *op, enum ledger_op what)
{
	const struct ev_upload_task *t = op->task;
	struct ledger_task task = {
	        .op = what,
	        .answer = answer_of(t->resolution),
	        .task_id = op->run->head->task_id,
	        .delivery_id = op->run->head->delivery_id,
	        .file_id = t->file_id,
	        .name = t->file_name,
	        .role = str_c(role_name(t->role)),
	        .plain_sha256 = t->plain_sha256,
	        .md5 = STR(""),
	        .withdraws = what == LEDGER_SETTLE && t->withdraws,
	        .others_may_delete = op->spec->bucket.others_may_delete,
	        .now_ms = op->run->now_ms,
	        .stop = op->run->stop,
	};
	if (what == LEDGER_UPLOAD) {
		task.sha256 = t->file->sha256;
		task.bytes = t->file->bytes;
		task.rows = t->file->rows;
		task.md5 = t->md5;
	}
	return task;
}

static struct str copy(const struct upload_op *op, const char *text)
{
	return arena_str(op->run->mem, str_c(text));
}

struct ev_file_receipt *upload_receipt(const struct upload_op *op, const struct record *r)
{
	struct arena *mem = op->run->mem;
	struct ev_file_receipt *receipt = ARENA_NEW(mem, struct ev_file_receipt);
	struct str url = op->spec->bucket.url;
	bool is_theirs = r->there_sha256[0] != '\0'; /* adopted by a person: not our bytes */
	*receipt = (struct ev_file_receipt){
	        .file_id = arena_str(mem, op->task->file_id),
	        .name = copy(op, r->name),
	        .url = arena_printf(mem, STR_FMT "%s%s", STR_ARG(url),
	                str_has_suffix(url, STR("/")) ? "" : "/", r->name),
	        .role = copy(op, r->role),
	        .rows = r->rows,
	        .bytes = is_theirs ? r->there_bytes : r->bytes,
	        .sha256 = copy(op, is_theirs ? r->there_sha256 : r->sha256),
	        .plain_sha256 = copy(op, is_theirs ? "" : r->plain_sha256),
	        .md5 = copy(op, is_theirs ? "" : r->md5),
	        .crc32c = copy(op, is_theirs ? "" : r->crc32c),
	        .encoder = is_theirs ? STR("") : arena_str(mem, op->task->encoder),
	        .guarantee = copy(op, r->guarantee),
	        .verified = copy(op, r->verified),
	        .blind = true, /* formatter renders identifiers from values only */
	        .committed_at_ms = r->committed_at_ms,
	};
	return receipt;
}

/* Reports where the file is, so that the delivery's other files go to the same place. */
static void tell_place(const struct upload_op *op, const struct record *r)
{
	struct arena *mem = op->run->mem;
	result_fact(op->out, mem, str_c(FACT_PLACE), copy(op, r->place));
	if (op->task->resolution != EV_RESOLUTION_NONE)
		result_fact(op->out, mem, str_c(FACT_PLACE_BY), STR("person"));
}

static int run_ledger(const struct upload_op *op, enum ledger_op what, struct err *e)
{
	struct secret key;
	struct ledger *l = NULL;
	struct neighbours n = {.op = op, .boot_ms = clock_boot_ms(), .unix_ms = clock_unix_ms()};
	if (keyring_staging(
	            op->uploader->keys, STR("ledger"), op->run->head->delivery_id, &key, e) != 0)
		return e->act;
	const struct ledger_task task = task_of(op, what);
	const struct ledger_ports ports = {
	        .store = op->uploader->staging,
	        .key = &key,
	        .arg = &n,
	        .open_drop = open_drop,
	        .knows_delivery = knows_delivery,
	        .is_old = is_old,
	        .leave = leave,
	        .read = read_file,
	};
	int act = ledger_new(&task, &ports, &l, e);
	if (act == 0)
		act = ledger_run(l, e);
	if (act == 0 && l->is_visible) {
		op->out->receipt = upload_receipt(op, &l->record);
		tell_place(op, &l->record);
	}
	ledger_free(l);
	sealed_close(n.file);
	secret_wipe(&key);
	return act;
}

/* A time that was reserved for this task stays reserved, so that the task has its turn when it
 * comes back. */
static int keep_rate(const struct upload_op *op, struct err *e)
{
	const struct spec *spec = op->spec;
	if (spec->limits.files_per_second_milli <= 0)
		return 0;
	int64_t wait_ms = 0;
	double per_second = (double)spec->limits.files_per_second_milli / 1000.0;
	const struct memo_rate rate = {.per_second = per_second,
	        .burst = per_second > 1.0 ? per_second : 1.0,
	        .cost = 1.0};
	struct str name = arena_printf(op->run->mem, "files:" STR_FMT "/" STR_FMT,
	        STR_ARG(spec->tenant), STR_ARG(spec->destination.name));
	struct uploader *u = op->uploader;
	(void)pthread_mutex_lock(&u->lock);
	memo_rate_claim(u->memo, name, op->run->head->task_id, &rate, op->run->now_ms, &wait_ms);
	(void)pthread_mutex_unlock(&u->lock);
	if (wait_ms <= 0)
		return 0;
	(void)err_set(e, ERR_DEFER, "rate_limited",
	        "the destination accepts %lld files in 1000 seconds",
	        (long long)spec->limits.files_per_second_milli);
	e->not_before_ms = op->run->now_ms + wait_ms;
	return e->act;
}

int uploader_upload(const struct upload_op *op, struct err *e)
{
	if (!op->task->file)
		return err_set(e, ERR_REJECT, CODE_BAD_TASK, "an upload names no staged file");
	if (op->task->asks_place)
		return place_tell(op, e);
	if (keep_rate(op, e) != 0)
		return e->act;
	return run_ledger(op, LEDGER_UPLOAD, e);
}

int uploader_settle(const struct upload_op *op, struct err *e)
{
	if (run_ledger(op, LEDGER_SETTLE, e) != 0)
		return e->act;
	result_fact(op->out, op->run->mem, str_c(FACT_VISIBLE),
	        op->out->receipt ? STR("true") : STR("false"));
	return 0;
}
