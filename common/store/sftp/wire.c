/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <string.h>

enum {
	ATTR_SIZE = 1,
	ATTR_OWNER = 2,
	ATTR_MODE = 4,
	ATTR_TIMES = 8,
	LENGTH_BYTES = 4,
	EXTENSIONS_MAX = 64
};
static const uint32_t ATTR_EXTENDED = 0x80000000U;

static unsigned char *take_room(struct wire_out *w, size_t n)
{
	if (w->is_bad || n > w->room - w->n) {
		w->is_bad = true;
		return NULL;
	}
	unsigned char *p = w->p + w->n;
	w->n += n;
	return p;
}

static void put_number(struct wire_out *w, uint64_t value, size_t bytes)
{
	unsigned char *p = take_room(w, bytes);
	for (size_t i = 0; p && i < bytes; i++)
		p[i] = (unsigned char)(value >> (8 * (bytes - 1 - i)));
}

void wire_u8(struct wire_out *w, uint8_t value)
{
	put_number(w, value, 1);
}

void wire_u32(struct wire_out *w, uint32_t value)
{
	put_number(w, value, 4);
}

void wire_u64(struct wire_out *w, uint64_t value)
{
	put_number(w, value, 8);
}

void wire_text(struct wire_out *w, struct str text)
{
	if (text.n > UINT32_MAX) {
		w->is_bad = true;
		return;
	}
	wire_u32(w, (uint32_t)text.n);
	unsigned char *p = take_room(w, text.n);
	if (p && text.n > 0)
		memcpy(p, text.p, text.n);
}

void wire_attrs(struct wire_out *w, uint32_t mode)
{
	wire_u32(w, mode != 0 ? ATTR_MODE : 0);
	if (mode != 0)
		wire_u32(w, mode);
}

void wire_begin(struct wire_out *w, enum sftp_type type, uint32_t id)
{
	w->n = 0;
	wire_u32(w, 0);
	wire_u8(w, (uint8_t)type);
	wire_u32(w, id);
}

void wire_end(struct wire_out *w)
{
	size_t n = w->n;
	w->n = 0;
	wire_u32(w, (uint32_t)(n - LENGTH_BYTES));
	w->n = n;
}

static const unsigned char *take(struct wire_in *w, size_t n)
{
	if (w->is_bad || n > w->n) {
		w->is_bad = true;
		return NULL;
	}
	const unsigned char *p = w->p;
	w->p += n;
	w->n -= n;
	return p;
}

static uint64_t get_number(struct wire_in *w, size_t bytes)
{
	uint64_t value = 0;
	const unsigned char *p = take(w, bytes);
	for (size_t i = 0; p && i < bytes; i++)
		value = value << 8 | p[i];
	return value;
}

uint8_t wire_get_u8(struct wire_in *w)
{
	return (uint8_t)get_number(w, 1);
}

uint32_t wire_get_u32(struct wire_in *w)
{
	return (uint32_t)get_number(w, 4);
}

uint64_t wire_get_u64(struct wire_in *w)
{
	return get_number(w, 8);
}

struct str wire_get_text(struct wire_in *w)
{
	size_t n = wire_get_u32(w);
	const unsigned char *p = take(w, n);
	return p ? str_bytes((const char *)p, n) : str_bytes("", 0);
}

void wire_get_attrs(struct wire_in *w, struct sftp_attrs *out)
{
	struct sftp_attrs a = {0};
	uint32_t flags = wire_get_u32(w);
	if ((flags & ATTR_SIZE) != 0) {
		uint64_t bytes = wire_get_u64(w);
		a.has_bytes = bytes <= INT64_MAX;
		a.bytes = a.has_bytes ? (int64_t)bytes : 0;
	}
	if ((flags & ATTR_OWNER) != 0)
		(void)wire_get_u64(w);
	a.has_mode = (flags & ATTR_MODE) != 0;
	if (a.has_mode)
		a.mode = wire_get_u32(w);
	a.has_times = (flags & ATTR_TIMES) != 0;
	if (a.has_times) {
		(void)wire_get_u32(w); /* time of the last access */
		a.modified_s = wire_get_u32(w);
	}
	uint32_t more = (flags & ATTR_EXTENDED) != 0 ? wire_get_u32(w) : 0;
	if (more > EXTENSIONS_MAX)
		w->is_bad = true;
	for (uint32_t i = 0; i < more && !w->is_bad; i++) {
		(void)wire_get_text(w);
		(void)wire_get_text(w);
	}
	if (!w->is_bad)
		*out = a;
}
