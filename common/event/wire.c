/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <stdarg.h>
#include <stdio.h>

static const unsigned char magic[2] = {0xc3, 0x01};

enum { LONG_BYTES = 10 }; /* 64 bits in groups of 7 */

int wire_undecodable(struct err *e, const char *fmt, ...)
{
	char text[200];
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	(void)err_set(e, ERR_REJECT, "undecodable", "%s", n < 0 ? "undecodable" : text);
	return ERR_REJECT;
}

int wire_alloc(struct wire_in *in, size_t count, size_t size, void **out, struct err *e)
{
	size_t bytes;
	/* Counts the padding of the arena, so a message of many tiny texts is charged its real
	 * cost. */
	enum { PAD = 16 };
	if (__builtin_mul_overflow(count, size, &bytes) || bytes > in->budget ||
	        (bytes + PAD - 1) / PAD * PAD > in->budget)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "would need more memory than one message may use");
	void *p = arena_try_alloc(in->mem, 1, bytes);
	if (!p)
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE,
		        "would need more memory than the arena of %zu bytes has",
		        in->mem->limit_bytes);
	in->budget -= (bytes + PAD - 1) / PAD * PAD;
	*out = p;
	return 0;
}

int wire_take(struct wire_in *in, size_t n, struct str *out, struct err *e)
{
	if (n > in->left)
		return wire_undecodable(e, "needs %zu bytes, but only %zu are left", n, in->left);
	*out = str_bytes(in->p, n);
	in->p += n;
	in->left -= n;
	return 0;
}

/* Describes what the message looks like instead, to help its producer. Quotes nothing from it. */
static int no_header(const struct wire_in *in, struct err *e)
{
	struct str bytes = str_bytes(in->p, in->left);
	struct str text = str_trim(bytes);
	const char *looks = "does not begin with C3 01";
	if (text.n > 0 && (text.p[0] == '{' || text.p[0] == '['))
		looks = "looks like JSON";
	else if (bytes.n >= 5 && bytes.p[0] == '\0')
		looks = "begins with a zero byte, like the output of a schema registry's "
		        "serializer";
	else if (str_has_prefix(bytes, STR("Obj\x01")))
		looks = "is an Avro file with an embedded schema";
	else if (in->left < WIRE_HEADER_BYTES)
		return wire_undecodable(
		        e, "%zu bytes are too short for single-object encoding", in->left);
	return wire_undecodable(e,
	        "%s; a message is C3 01, 8 bytes of the schema's fingerprint, and the value in "
	        "Avro (single-object encoding)",
	        looks);
}

int wire_get_header(struct wire_in *in, uint64_t *out_fingerprint, struct err *e)
{
	if (in->left < WIRE_HEADER_BYTES || memcmp(in->p, magic, sizeof magic) != 0)
		return no_header(in, e);
	uint64_t fingerprint = 0;
	for (size_t i = WIRE_HEADER_BYTES; i-- > sizeof magic;)
		fingerprint = fingerprint << 8 | in->p[i];
	in->p += WIRE_HEADER_BYTES;
	in->left -= WIRE_HEADER_BYTES;
	*out_fingerprint = fingerprint;
	return 0;
}

int wire_get_long(struct wire_in *in, int64_t *out, struct err *e)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < LONG_BYTES; i++) {
		if (i >= in->left)
			return wire_undecodable(e, "ends inside a number");
		uint64_t group = in->p[i] & 0x7f;
		if (i == LONG_BYTES - 1 && group > 1)
			break;
		bits |= group << (7 * i);
		if (in->p[i] < 0x80) {
			in->p += i + 1;
			in->left -= i + 1;
			/* Zigzag: the sign is the lowest bit. */
			uint64_t value = (bits >> 1) ^ (~(bits & 1) + 1);
			memcpy(out, &value, sizeof *out);
			return 0;
		}
	}
	return wire_undecodable(e, "a number has more than 64 bits");
}

int wire_get_int(struct wire_in *in, int32_t *out, struct err *e)
{
	int64_t value;
	int act = wire_get_long(in, &value, e);
	if (act < 0)
		return act;
	if (value < INT32_MIN || value > INT32_MAX)
		return wire_undecodable(e, "an int has more than 32 bits");
	*out = (int32_t)value;
	return 0;
}

int wire_get_bool(struct wire_in *in, bool *out, struct err *e)
{
	struct str byte = STR("");
	int act = wire_take(in, 1, &byte, e);
	if (act < 0)
		return act;
	if (byte.p[0] != 0 && byte.p[0] != 1)
		return wire_undecodable(e, "a boolean is neither 0 nor 1");
	*out = byte.p[0] == 1;
	return 0;
}

int wire_get_index(struct wire_in *in, size_t count, size_t *out, struct err *e)
{
	int64_t value;
	int act = wire_get_long(in, &value, e);
	if (act < 0)
		return act;
	if (value < 0 || (uint64_t)value >= count)
		return wire_undecodable(
		        e, "a symbol or branch is not one of the schema's %zu", count);
	*out = (size_t)value;
	return 0;
}

int wire_get_bytes(struct wire_in *in, struct str *out, struct err *e)
{
	int64_t n;
	int act = wire_get_long(in, &n, e);
	if (act < 0)
		return act;
	if (n < 0)
		return wire_undecodable(e, "a length is negative");
	return wire_take(in, (size_t)n, out, e);
}

int wire_get_block(struct wire_in *in, struct wire_block *out, struct err *e)
{
	int64_t items = 0;
	int64_t bytes = 0;
	int act = wire_get_long(in, &items, e);
	if (act < 0)
		return act;
	struct wire_block block = {.bytes = SIZE_MAX};
	if (items < 0) { /* negative count: the block's size in bytes follows */
		act = wire_get_long(in, &bytes, e);
		if (act < 0)
			return act;
		if (items == INT64_MIN || bytes < 0 || (uint64_t)bytes > in->left)
			return wire_undecodable(e, "a block is larger than the message");
		items = -items;
		block.bytes = (size_t)bytes;
	}
	if ((uint64_t)items > in->left)
		return wire_undecodable(e, "a block claims more items than the message has bytes");
	block.items = (size_t)items;
	*out = block;
	return 0;
}

int wire_put(struct wire_out *w, const void *p, size_t n, struct err *e)
{
	if (n > w->most - w->out->n)
		return err_set(
		        e, ERR_REJECT, CODE_TOO_LARGE, "the message would exceed its maximum");
	return buf_append(w->out, p, n, e);
}

int wire_put_header(struct wire_out *w, uint64_t fingerprint, struct err *e)
{
	unsigned char header[WIRE_HEADER_BYTES];
	memcpy(header, magic, sizeof magic);
	for (size_t i = 0; i < 8; i++)
		header[sizeof magic + i] = (unsigned char)(fingerprint >> (8 * i));
	return wire_put(w, header, sizeof header, e);
}

int wire_put_long(struct wire_out *w, int64_t value, struct err *e)
{
	unsigned char bytes[LONG_BYTES];
	uint64_t bits = (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
	size_t n = 0;
	for (; bits >= 0x80; bits >>= 7)
		bytes[n++] = (unsigned char)(bits | 0x80);
	bytes[n++] = (unsigned char)bits;
	return wire_put(w, bytes, n, e);
}

int wire_put_bytes(struct wire_out *w, struct str value, struct err *e)
{
	if (value.n > INT64_MAX)
		return err_set(
		        e, ERR_REJECT, CODE_TOO_LARGE, "the message would exceed its maximum");
	int act = wire_put_long(w, (int64_t)value.n, e);
	return act < 0 ? act : wire_put(w, value.p, value.n, e);
}
