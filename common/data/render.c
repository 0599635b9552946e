/* SPDX-License-Identifier: Apache-2.0
 *
 * A value is looked at once, byte by byte, by a table: most hold nothing special and are copied whole.
 *
 * Control characters (C0, DEL, C1) are never written, line ends among them; so a record is always one line.
 */
#include "longshore/render.h"

#include "longshore/hex.h"

#include <inttypes.h>
#include <stdlib.h>

enum byte_class { BYTE_PLAIN, BYTE_SPECIAL, BYTE_CONTROL, BYTE_HIGH };

struct render {
	const struct render_format *format;
	struct encoder *out;
	int64_t rows;
	unsigned char class_of[256];
};

/* What there is to know of a value before it is written. */
struct look {
	size_t characters;
	bool has_special; /* delimiter or quote */
	const char *fault; /* NULL: none; static */
};

static void classes_fill(struct render *r)
{
	for (int byte = 0; byte < 256; byte++) {
		bool is_control = byte < 0x20 || byte == 0x7f;
		r->class_of[byte] = is_control ? BYTE_CONTROL : byte < 0x80 ? BYTE_PLAIN : BYTE_HIGH;
	}
	r->class_of[(unsigned char)'"'] = BYTE_SPECIAL;
	r->class_of[(unsigned char)r->format->delimiter] = BYTE_SPECIAL;
}

/* C1 controls are U+0080 to U+009F: c2 80 to c2 9f. */
static bool is_c1(const char *p)
{
	return (unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0;
}

static const char *fault_of_control(char byte)
{
	if (byte == '\0')
		return "holds a NUL";
	return byte == '\n' || byte == '\r' ? "holds a line end" : "holds a control character";
}

static struct look look_at(const struct render *r, struct str value)
{
	struct look look = {0};
	for (size_t i = 0; i < value.n; look.characters++) {
		unsigned char byte = (unsigned char)value.p[i];
		size_t length = 1;
		switch ((enum byte_class)r->class_of[byte]) {
		case BYTE_PLAIN:
			break;
		case BYTE_SPECIAL:
			/* A tab as delimiter is a control character all the same. */
			look.has_special = true;
			break;
		case BYTE_CONTROL:
			look.fault = fault_of_control(value.p[i]);
			return look;
		case BYTE_HIGH:
			length = str_utf8_length(str_bytes(value.p + i, value.n - i));
			if (length == 0 || is_c1(value.p + i)) {
				look.fault = length == 0 ? "is not UTF-8" : "holds a control character";
				return look;
			}
			break;
		}
		i += length;
	}
	return look;
}

/* Says what is wrong with a value, NULL if nothing is. */
static const char *fault_of(const struct render *r, const struct look *look, int64_t max_length,
        bool is_alone)
{
	if (look->fault != NULL)
		return look->fault;
	if (max_length > 0 && look->characters > (size_t)max_length)
		return "is longer than the column's max_length";
	if (r->format->quotes != RENDER_QUOTES_NONE)
		return NULL;
	if (look->has_special)
		return "holds the delimiter or a quote, and quote_mode is none";
	return is_alone && look->characters == 0
	               ? "is empty and alone in its row, and quote_mode is none"
	               : NULL;
}

static int put_quoted(struct render *r, struct str value, struct err *e)
{
	if (encoder_write(r->out, "\"", 1, e) != 0)
		return e->act;
	size_t from = 0;
	for (ptrdiff_t at; (at = str_find(value, '"', from)) >= 0; from = (size_t)at) {
		/* up to and with the quote; the next span begins with it, so it is written twice */
		size_t end = (size_t)at + 1;
		if (encoder_write(r->out, value.p + from, end - from, e) != 0 ||
		        encoder_write(r->out, "\"", 1, e) != 0)
			return e->act;
		value = str_bytes(value.p + end, value.n - end);
		at = 0;
	}
	if (encoder_write(r->out, value.p, value.n, e) != 0)
		return e->act;
	return encoder_write(r->out, "\"", 1, e);
}

static int put_line_end(struct render *r, struct err *e)
{
	return r->format->is_crlf ? encoder_write(r->out, "\r\n", 2, e)
	                          : encoder_write(r->out, "\n", 1, e);
}
