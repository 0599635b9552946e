/* SPDX-License-Identifier: Apache-2.0 */
#include "staged.h"

#include "longshore/probe.h"
#include "longshore/result.h"
#include "longshore/result_names.h"

static int to_sealed(void *arg, const void *p, size_t n, struct err *e)
{
	return sealed_write(arg, p, n, e);
}

static int from_sealed(void *arg, int64_t offset, void *p, size_t n, size_t *out_n, struct err *e)
{
	return sealed_read(arg, offset, p, n, out_n, e);
}

int staged_begin(const struct format_op *op, enum compression compression, struct staged_file *f,
        struct err *e)
{
	const struct ev_task_head *head = op->run->head;
	*f = (struct staged_file){.op = op, .compression = compression};
	f->name = arena_printf(op->run->mem, "files/" STR_FMT "/" STR_FMT ".out",
	        STR_ARG(head->delivery_id), STR_ARG(head->task_id));
	if (keyring_staging(op->formatter->keys, STR("files"), head->delivery_id, &f->key, e) != 0)
		return e->act;
	if (sealed_create(op->formatter->staging, f->name, &f->key, &f->sealed, e) != 0)
		return e->act;
	return encoder_new(compression, to_sealed, f->sealed, &f->encoder, e);
}

void staged_release(struct staged_file *f)
{
	encoder_free(f->encoder);
	sealed_abandon(f->sealed);
	secret_wipe(&f->key);
}

/* Reads the facts of the file that another attempt put there. */
static int look(const struct staged_file *f, struct encoded_facts *out, struct err *e)
{
	struct sealed_reader *reader = NULL;
	if (sealed_open(f->op->formatter->staging, f->name, &f->key, &reader, e) != 0)
		return e->act;
	int act = encoded_check(f->compression, from_sealed, reader, out, e);
	sealed_close(reader);
	return act;
}

/* An earlier attempt of this task wrote the file: the content is the same, but another build may
 * have compressed it. */
static int adopt(const struct staged_file *f, struct encoded_facts *facts, const char **out_encoder,
        struct err *e)
{
	struct encoded_facts found;
	if (look(f, &found, e) != 0)
		return err_note(e, "the file that is in staging already");
	if (memcmp(found.plain_sha256, facts->plain_sha256, sizeof found.plain_sha256) != 0)
		return err_set(e, ERR_REJECT, CODE_NOT_IDENTICAL,
		        "staging has a file of this task with different content: the same input "
		        "must give the same bytes; deliver again and report this");
	if (memcmp(found.md5, facts->md5, sizeof found.md5) != 0)
		*out_encoder = "unknown";
	*facts = found;
	return 0;
}

static void report(const struct staged_file *f, const struct sealed_facts *sealed,
        const struct encoded_facts *facts, const char *encoder, int64_t rows)
{
	struct arena *mem = f->op->run->mem;
	struct ev_task_result *out = f->op->out;
	const struct ev_staged_ref ref = {
	        .kind = STR("file"),
	        .name = f->name,
	        .sha256 = str_c(sealed->sha256),
	        .bytes = sealed->bytes,
	        .rows = rows,
	};
	result_output(out, mem, &ref);
	result_fact(out, mem, str_c(FACT_PLAIN_SHA256), arena_str(mem, str_c(facts->plain_sha256)));
	result_fact_num(out, mem, FACT_PLAIN_BYTES, facts->plain_bytes);
	result_fact(out, mem, str_c(FACT_ENCODER), str_c(encoder));
	result_fact(out, mem, str_c(FACT_MD5), arena_str(mem, str_c(facts->md5)));
	result_fact(out, mem, str_c(FACT_CRC32C), arena_str(mem, str_c(facts->crc32c)));
}

int staged_finish(struct staged_file *f, int64_t rows, struct err *e)
{
	struct encoded_facts facts;
	struct sealed_facts sealed;
	const char *encoder = encoder_id(f->compression);
	if (encoder_finish(f->encoder, &facts, e) != 0)
		return e->act;
	PROBE(format_before_finish);
	struct sealed_writer *writer = f->sealed;
	f->sealed = NULL; /* sealed_finish frees it either way */
	if (sealed_finish(writer, &sealed, e) != 0)
		return e->act;
	PROBE(format_after_finish);
	if (!sealed.won && adopt(f, &facts, &encoder, e) != 0)
		return e->act;
	report(f, &sealed, &facts, encoder, rows);
	return 0;
}

int staged_get(const struct format_op *op, struct str prefix, const struct ev_staged_ref *ref,
        size_t max_bytes, struct arena *mem, struct str *out, struct err *e)
{
	struct secret key;
	struct str text = {0};
	char hash[SHA256_HEX];
	if (keyring_staging(op->formatter->keys, prefix, op->run->head->delivery_id, &key, e) != 0)
		return e->act;
	int act = sealed_get(op->formatter->staging, ref->name, &key, max_bytes, mem, &text, e);
	secret_wipe(&key);
	if (act != 0)
		return act;
	sha256_hex(text.p, text.n, hash);
	if (!str_eq(str_c(hash), ref->sha256))
		return err_set(e, ERR_REJECT, CODE_CORRUPT,
		        STR_FMT ": its hash differs from the one in the task", STR_ARG(ref->name));
	*out = text;
	return 0;
}
