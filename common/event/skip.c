/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

enum { SKIP_MAX_DEPTH = 64, FLOAT_BYTES = 4, DOUBLE_BYTES = 8 };

static int skip_blocks(struct wire_in *in, const struct schema *writer, int depth, struct err *e)
{
	struct wire_block block;
	do {
		int act = wire_get_block(in, &block, e);
		if (act < 0)
			return act;
		size_t before = in->left;
		struct str key;
		for (size_t i = 0; i < block.items; i++) {
			act = writer->kind == SCHEMA_MAP ? wire_get_bytes(in, &key, e) : 0;
			if (act == 0)
				act = decode_skip(in, writer->members[0], depth + 1, e);
			if (act < 0)
				return act;
		}
		if (block.bytes != SIZE_MAX && before - in->left != block.bytes)
			return wire_undecodable(e, "a block has a different length than it says");
	} while (block.items > 0);
	return 0;
}

static int skip_union(struct wire_in *in, const struct schema *writer, int depth, struct err *e)
{
	size_t branch;
	int act = wire_get_index(in, writer->count, &branch, e);
	return act < 0 ? act : decode_skip(in, writer->members[branch], depth + 1, e);
}

static int skip_record(struct wire_in *in, const struct schema *writer, int depth, struct err *e)
{
	for (size_t i = 0; i < writer->count; i++) {
		int act = decode_skip(in, writer->members[i], depth + 1, e);
		if (act < 0)
			return act;
	}
	return 0;
}

int decode_skip(struct wire_in *in, const struct schema *writer, int depth, struct err *e)
{
	struct str bytes;
	int64_t large;
	int32_t number;
	size_t index;
	bool claim;
	if (depth > SKIP_MAX_DEPTH)
		return wire_undecodable(e, "is nested too deeply");
	if (writer->width == SCHEMA_WIDTH_NONE)
		return 0; /* zero-width items cost the sender no bytes, so do not visit them */
	switch (writer->kind) {
	case SCHEMA_NULL:
		return 0;
	case SCHEMA_BOOLEAN:
		return wire_get_bool(in, &claim, e);
	case SCHEMA_INT:
		return wire_get_int(in, &number, e);
	case SCHEMA_LONG:
		return wire_get_long(in, &large, e);
	case SCHEMA_FLOAT:
		return wire_take(in, FLOAT_BYTES, &bytes, e);
	case SCHEMA_DOUBLE:
		return wire_take(in, DOUBLE_BYTES, &bytes, e);
	case SCHEMA_BYTES:
	case SCHEMA_STRING:
		return wire_get_bytes(in, &bytes, e);
	case SCHEMA_FIXED:
		return wire_take(in, writer->fixed_bytes, &bytes, e);
	case SCHEMA_ENUM:
		return wire_get_index(in, writer->count, &index, e);
	case SCHEMA_ARRAY:
	case SCHEMA_MAP:
		return skip_blocks(in, writer, depth, e);
	case SCHEMA_UNION:
		return skip_union(in, writer, depth, e);
	case SCHEMA_RECORD:
		return skip_record(in, writer, depth, e);
	}
	return wire_undecodable(e, "has an unknown type");
}
