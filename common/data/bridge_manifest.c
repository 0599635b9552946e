/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge_format.h"

#include "longshore/aead.h"
#include "longshore/hex.h"

#include <inttypes.h>

#define HEAD "longshore-bridge\t1\n"

int bridge_key_check(const struct secret *key, char out[KEY_CHECK_BYTES], struct err *e)
{
	struct secret derived;
	int act = hkdf(key, STR(""), STR("longshore bridge key check"), &derived, e);
	if (act == 0)
		hex_encode(derived.bytes, (KEY_CHECK_BYTES - 1) / 2, out);
	secret_wipe(&derived);
	return act;
}

static int put_text(struct buf *out, const char *name, struct str value, struct err *e)
{
	for (size_t i = 0; i < value.n; i++) {
		if ((unsigned char)value.p[i] < 0x20)
			return err_set(e, ERR_REJECT, CODE_BAD_BRIDGE,
			        "%s contains a control character", name);
	}
	return buf_printf(out, e, "%s\t" STR_FMT "\n", name, STR_ARG(value));
}

static int put_num(struct buf *out, const char *name, uint64_t value, struct err *e)
{
	return buf_printf(out, e, "%s\t%" PRIu64 "\n", name, value);
}

int bridge_manifest_write(const struct bridge_manifest *m, struct buf *out, struct err *e)
{
	int act = buf_append_str(out, STR(HEAD), e);
	const struct {
		const char *name;
		struct str value;
	} texts[] = {{"version", m->version}, {"tenant", m->tenant}, {"bridge", m->bridge},
	        {"id_kind", m->id_kind}, {"recipient", m->recipient}, {"key_check", m->key_check},
	        {"cardinality", m->cardinality}};
	for (size_t i = 0; act == 0 && i < sizeof(texts) / sizeof(texts[0]); i++)
		act = put_text(out, texts[i].name, texts[i].value, e);
	const struct {
		const char *name;
		uint64_t value;
	} nums[] = {{"key_epoch", (uint64_t)m->key_epoch}, {"records", m->records},
	        {"persons", m->persons}, {"primaries", m->primaries}, {"lines", m->lines}};
	for (size_t i = 0; act == 0 && i < sizeof(nums) / sizeof(nums[0]); i++)
		act = put_num(out, nums[i].name, nums[i].value, e);
	for (size_t i = 0; act == 0 && i < m->columns_count; i++)
		act = put_text(out, "column", m->columns[i], e);
	for (size_t i = 0; act == 0 && i < m->pieces_count; i++) {
		const struct bridge_piece *p = &m->pieces[i];
		act = buf_printf(out, e,
		        "piece\t" STR_FMT "\t%s\t%" PRId64 "\t%" PRIu64 "\t%" PRIu64 "\n",
		        STR_ARG(p->name), p->sha256, p->bytes, p->first, p->count);
	}
	return act;
}

struct line {
	struct str fields[6];
	size_t count;
};

static bool split(struct str text, struct line *out)
{
	out->count = 0;
	for (size_t at = 0;;) {
		ptrdiff_t tab = str_find(text, '\t', at);
		if (out->count == 6)
			return false;
		size_t end = tab < 0 ? text.n : (size_t)tab;
		out->fields[out->count++] = str_bytes(text.p + at, end - at);
		if (tab < 0)
			return true;
		at = end + 1;
	}
}

/* Far above what a version can contain, and so small that no product of sizes overflows. */
#define NUM_MAX (INT64_C(1) << 48)

static bool read_num(struct str text, uint64_t *out)
{
	int64_t n = 0;
	if (!str_to_i64(text, &n) || n < 0 || n > NUM_MAX)
		return false;
	*out = (uint64_t)n;
	return true;
}

static bool read_piece(const struct line *l, struct arena *mem, struct bridge_manifest *m)
{
	if (l->count != 6 || m->pieces_count == PIECES_MAX || l->fields[2].n != SHA256_HEX - 1)
		return false;
	struct bridge_piece *p = &m->pieces[m->pieces_count];
	uint64_t bytes = 0;
	if (!read_num(l->fields[3], &bytes) || !read_num(l->fields[4], &p->first) ||
	        !read_num(l->fields[5], &p->count))
		return false;
	p->bytes = (int64_t)bytes;
	p->name = arena_str(mem, l->fields[1]);
	memcpy(p->sha256, l->fields[2].p, SHA256_HEX - 1);
	p->sha256[SHA256_HEX - 1] = '\0';
	m->pieces_count++;
	return true;
}

static bool read_line(const struct line *l, struct arena *mem, struct bridge_manifest *m)
{
	if (l->count < 2)
		return false;
	struct str name = l->fields[0], value = l->fields[1];
	const struct {
		struct str name;
		struct str *to;
	} texts[] = {{STR("version"), &m->version}, {STR("tenant"), &m->tenant},
	        {STR("bridge"), &m->bridge}, {STR("id_kind"), &m->id_kind},
	        {STR("recipient"), &m->recipient}, {STR("key_check"), &m->key_check},
	        {STR("cardinality"), &m->cardinality}};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (str_eq(name, texts[i].name)) {
			*texts[i].to = arena_str(mem, value);
			return l->count == 2;
		}
	}
	uint64_t epoch = 0;
	const struct {
		struct str name;
		uint64_t *to;
	} nums[] = {{STR("key_epoch"), &epoch}, {STR("records"), &m->records},
	        {STR("persons"), &m->persons}, {STR("primaries"), &m->primaries},
	        {STR("lines"), &m->lines}};
	for (size_t i = 0; i < sizeof(nums) / sizeof(nums[0]); i++) {
		if (str_eq(name, nums[i].name)) {
			bool ok = l->count == 2 && read_num(value, nums[i].to);
			if (ok && i == 0)
				m->key_epoch = (int64_t)epoch;
			return ok;
		}
	}
	if (str_eq(name, STR("column")) && l->count == 2 && m->columns_count < BRIDGE_COLUMNS_MAX) {
		m->columns[m->columns_count++] = arena_str(mem, value);
		return true;
	}
	return str_eq(name, STR("piece")) && read_piece(l, mem, m);
}

int bridge_manifest_read(
        struct str text, struct arena *mem, struct bridge_manifest *out, struct err *e)
{
	*out = (struct bridge_manifest){0};
	out->pieces = arena_alloc(mem, PIECES_MAX * sizeof(*out->pieces));
	if (!str_has_prefix(text, STR(HEAD)))
		return err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "a bridge manifest of another kind or version");
	int number = 1;
	for (size_t at = sizeof(HEAD) - 1; at < text.n;) {
		ptrdiff_t end = str_find(text, '\n', at);
		struct line line;
		number++;
		if (end < 0 || !split(str_bytes(text.p + at, (size_t)end - at), &line) ||
		        !read_line(&line, mem, out))
			return err_set(
			        e, ERR_REJECT, CODE_CORRUPT, "bridge manifest, line %d", number);
		at = (size_t)end + 1;
	}
	if (out->columns_count == 0 || out->version.n == 0)
		return err_set(e, ERR_REJECT, CODE_CORRUPT,
		        "a bridge manifest without columns or version");
	return 0;
}
