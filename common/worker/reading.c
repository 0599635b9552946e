/* SPDX-License-Identifier: Apache-2.0 */
#include "reading.h"

enum { FINGERPRINT_AT = 2, FINGERPRINT_BYTES = 8 };

static int learn(
        const struct schema_source *source, struct str bytes, struct arena *mem, struct err *e)
{
	struct str json;
	struct str fingerprint = {bytes.p + FINGERPRINT_AT, FINGERPRINT_BYTES};
	if (source->find(source->arg, fingerprint, mem, &json, e))
		return e->act;
	return event_add_writer(json, e);
}

static bool may_learn(const struct schema_source *source, int act, const struct err *e)
{
	return act == ERR_REJECT && source->find && strcmp(e->code, "unknown_schema") == 0;
}

static int decode(const struct schema_source *source, const struct ev_type *type, struct str bytes,
        struct arena *mem, void *out_value, struct err *e)
{
	int act = event_decode(type, bytes, mem, out_value, e);
	if (!may_learn(source, act, e))
		return act;
	if (learn(source, bytes, mem, e))
		return e->act;
	return event_decode(type, bytes, mem, out_value, e);
}

int reading_decode(const struct schema_source *source, const struct ev_type *type, struct str bytes,
        struct arena *mem, void *out_value, struct err *e)
{
	int act = decode(source, type, bytes, mem, out_value, e);
	return act ? act : event_check_numbers(type, out_value, e);
}

static int decode_any(const struct schema_source *source, struct str bytes, struct arena *mem,
        const struct ev_type **out_type, void **out_value, struct err *e)
{
	int act = event_decode_any(bytes, mem, out_type, out_value, e);
	if (!may_learn(source, act, e))
		return act;
	if (learn(source, bytes, mem, e))
		return e->act;
	return event_decode_any(bytes, mem, out_type, out_value, e);
}

int reading_decode_any(const struct schema_source *source, struct str bytes, struct arena *mem,
        const struct ev_type **out_type, void **out_value, struct err *e)
{
	int act = decode_any(source, bytes, mem, out_type, out_value, e);
	return act ? act : event_check_numbers(*out_type, *out_value, e);
}
