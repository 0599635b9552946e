/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include "longshore/aead.h"
#include "longshore/random.h"

#include <inttypes.h>

#define FIRST_LINE "longshore-ledger 1\n"

enum { MAGIC_BYTES = 6, HEAD_BYTES = MAGIC_BYTES + AEAD_NONCE_BYTES };
_Static_assert(RECORD_TEXT_MAX + HEAD_BYTES + AEAD_TAG_BYTES <= RECORD_SEALED_MAX, "a record fits");
static const char magic[MAGIC_BYTES] = {'L', 'S', 'L', 'R', '1', '\0'};

static const char *const phases[] = {"open", "written", "committed", "closed", "withdrawn"};

struct field {
	const char *key;
	size_t offset;
	size_t bytes; /* 0: a number */
};

#define TEXT(name) \
	{ \
#name, offsetof(struct record, name), sizeof(((struct record *)0)->name) \
	}
#define NUMBER(name) \
	{ \
#name, offsetof(struct record, name), 0 \
	}
static const struct field fields[] = {
        TEXT(temp),
        TEXT(place),
        TEXT(name),
        TEXT(role),
        TEXT(sha256),
        NUMBER(bytes),
        NUMBER(rows),
        TEXT(plain_sha256),
        TEXT(md5),
        TEXT(crc32c),
        TEXT(guarantee),
        TEXT(verified),
        TEXT(there_sha256),
        NUMBER(there_bytes),
        NUMBER(committed_at_ms),
        TEXT(resolved),
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

const char *record_phase_name(enum record_phase phase)
{
	return phases[phase];
}

static bool is_one_line(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	return true;
}

int record_set(char *field, size_t field_bytes, struct str text, const char *what, struct err *e)
{
	if (text.n >= field_bytes || !is_one_line(text))
		return err_set(e, ERR_REJECT, CODE_BAD_TASK,
		        "%s: at most %zu bytes without control characters", what, field_bytes - 1);
	if (text.n > 0)
		memcpy(field, text.p, text.n);
	field[text.n] = '\0';
	return 0;
}

int record_to_text(const struct record *r, struct buf *out, struct err *e)
{
	if (buf_printf(out, e, "%sphase=%s\n", FIRST_LINE, phases[r->phase]) != 0)
		return e->act;
	for (size_t i = 0; i < FIELDS; i++) {
		const char *at = (const char *)r + fields[i].offset;
		int64_t number = 0;
		if (fields[i].bytes == 0)
			memcpy(&number, at, sizeof number);
		int act = fields[i].bytes > 0
		                  ? buf_printf(out, e, "%s=%s\n", fields[i].key, at)
		                  : buf_printf(out, e, "%s=%" PRId64 "\n", fields[i].key, number);
		if (act != 0)
			return act;
	}
	return 0;
}

static int corrupt(struct err *e, const char *what)
{
	return err_set(e, ERR_REJECT, CODE_CORRUPT,
	        "ledger record: %s; restore it from a copy of staging", what);
}

/* Cuts "key=value\n" off the front of *text. */
static bool take_line(struct str *text, const char *key, struct str *out)
{
	struct str k = str_c(key);
	ptrdiff_t end = str_find(*text, '\n', 0);
	if (end < 0 || !str_has_prefix(*text, k) || (size_t)end <= k.n || text->p[k.n] != '=')
		return false;
	*out = str_bytes(text->p + k.n + 1, (size_t)end - k.n - 1);
	*text = str_bytes(text->p + end + 1, text->n - (size_t)end - 1);
	return true;
}

static bool take_phase(struct str *text, enum record_phase *out)
{
	struct str word;
	if (!take_line(text, "phase", &word))
		return false;
	for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++)
		if (str_eq(word, str_c(phases[i]))) {
			*out = (enum record_phase)i;
			return true;
		}
	return false;
}

int record_from_text(struct str text, struct record *out, struct err *e)
{
	struct record r = {0};
	struct str value;
	if (!str_has_prefix(text, STR(FIRST_LINE)))
		return corrupt(e, "it is of another version");
	text = str_bytes(text.p + sizeof FIRST_LINE - 1, text.n - (sizeof FIRST_LINE - 1));
	if (!take_phase(&text, &r.phase))
		return corrupt(e, "no phase");
	for (size_t i = 0; i < FIELDS; i++) {
		char *at = (char *)&r + fields[i].offset;
		int64_t number = 0;
		if (!take_line(&text, fields[i].key, &value))
			return corrupt(e, fields[i].key);
		if (fields[i].bytes > 0) {
			if (record_set(at, fields[i].bytes, value, fields[i].key, e) != 0)
				return corrupt(e, fields[i].key);
			continue;
		}
		if (!str_to_i64(value, &number))
			return corrupt(e, fields[i].key);
		memcpy(at, &number, sizeof number);
	}
	if (text.n > 0)
		return corrupt(e, "there is extra text at its end");
	*out = r;
	return 0;
}

static struct str associated(struct str object, struct arena *mem)
{
	return arena_printf(mem, "longshore/ledger/1:" STR_FMT, STR_ARG(object));
}

int record_seal(const struct record *r, const struct secret *key, struct str object,
        struct arena *mem, struct str *out, struct err *e)
{
	struct buf text;
	struct aead *a = NULL;
	buf_init(&text, RECORD_TEXT_MAX);
	int act = record_to_text(r, &text, e);
	if (act == 0)
		act = aead_new(key, &a, e);
	if (act == 0) {
		size_t n = HEAD_BYTES + text.n + AEAD_TAG_BYTES;
		char *p = arena_alloc(mem, n);
		unsigned char *nonce = (unsigned char *)p + MAGIC_BYTES;
		memcpy(p, magic, MAGIC_BYTES);
		random_bytes(nonce, AEAD_NONCE_BYTES);
		act = aead_seal(a, nonce, associated(object, mem), buf_str(&text),
		        nonce + AEAD_NONCE_BYTES, e);
		*out = str_bytes(p, n);
	}
	aead_free(a);
	buf_release(&text);
	return act;
}

int record_unseal(struct str sealed, const struct secret *key, struct str object, struct arena *mem,
        struct record *out, struct err *e)
{
	if (sealed.n < HEAD_BYTES + AEAD_TAG_BYTES || memcmp(sealed.p, magic, MAGIC_BYTES) != 0)
		return corrupt(e, "it does not have the right header");
	const unsigned char *nonce = (const unsigned char *)sealed.p + MAGIC_BYTES;
	struct str body = str_bytes(sealed.p + HEAD_BYTES, sealed.n - HEAD_BYTES);
	size_t n = body.n - AEAD_TAG_BYTES;
	char *text = arena_alloc(mem, n + 1);
	struct aead *a = NULL;
	if (aead_new(key, &a, e) != 0)
		return e->act;
	int act = aead_open(a, nonce, associated(object, mem), body, (unsigned char *)text, e);
	aead_free(a);
	if (act != 0)
		return err_note(e, "ledger record");
	return record_from_text(str_bytes(text, n), out, e);
}
