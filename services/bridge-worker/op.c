/* SPDX-License-Identifier: Apache-2.0 */
#include "op.h"

int op_go_on(const struct op *op, struct err *e)
{
	if (op->stop && *op->stop)
		return err_set(e, ERR_DEFER, "drain", "the worker is ending");
	return 0;
}

struct str op_object(const struct op *op, const char *suffix)
{
	const struct ev_task_head *head = &op->task->head;
	return arena_printf(op->mem, "selections/" STR_FMT "/" STR_FMT ".%s",
	        STR_ARG(head->delivery_id), STR_ARG(head->task_id), suffix);
}

int op_key(
        const struct op *op, struct str prefix, struct str scope, struct secret *out, struct err *e)
{
	return keyring_staging(op->worker->keys, prefix, scope, out, e);
}

struct row_form op_form(const struct op *op, const struct spec_source *source)
{
	return (struct row_form){.format = source->format,
	        .delimiter = source->delimiter,
	        .duckdb = op->worker->duckdb,
	        .split_bytes = op->spec->limits.slice_bytes};
}

struct row_source op_source(const struct op *op, const struct spec_source *source)
{
	return (struct row_source){.url = source->url,
	        .credential = source->credential,
	        .host_key = source->host_key,
	        .keys = op->worker->key_dir,
	        .form = op_form(op, source),
	        .ready_marker = source->ready_marker,
	        .quiet_seconds = source->quiet_seconds,
	        .allowed = op->worker->sources,
	        .reads_partial = source->read_partial,
	        .now_ms = op->now_ms,
	        .stop = op->stop};
}
