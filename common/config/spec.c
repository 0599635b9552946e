/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a spec. To check that its bytes are canonical, it simply writes the spec again and
 * compares.
 */
#include "longshore/spec.h"

#include "longshore/spec_part.h"
#include "spec_shape.h"

enum { WHOLE = SPEC_READERS, DELIVERY = 1 << SPEC_DELIVERY, BUILD = 1 << SPEC_BUILD };

/* Checks the members that a kind of spec, or a reader's part of one, must have. */
static int check_needed(const struct spec *spec, int reader, struct err *e)
{
	const int whole = 1 << WHOLE;
	const int builder = 1 << SPEC_FOR_BUILDER, bridge = 1 << SPEC_FOR_BRIDGE_WORKER,
	          formatter = 1 << SPEC_FOR_FORMATTER, uploader = 1 << SPEC_FOR_UPLOADER;
	const struct {
		const char *path;
		size_t n;
		int kinds, readers;
	} needed[] = {
	        {"bridge.name", spec->bridge.name.n, DELIVERY | BUILD, whole | builder | bridge},
	        {"bridge.source.url", spec->bridge.source.url.n, DELIVERY | BUILD, whole | builder},
	        {"bridge.from_column", spec->bridge.from_column.n, DELIVERY | BUILD,
	                whole | builder},
	        {"bridge.from_kind", spec->bridge.from_kind.n, DELIVERY | BUILD, whole | builder},
	        {"bridge.columns", spec->bridge.columns_count, DELIVERY | BUILD, whole | builder},
	        {"route", spec->route.n, DELIVERY, whole | bridge},
	        {"audience.name", spec->audience.name.n, DELIVERY, whole | bridge | formatter},
	        {"audience.source.url", spec->audience.source.url.n, DELIVERY, whole | bridge},
	        {"audience.id_column", spec->audience.id_column.n, DELIVERY, whole | bridge},
	        {"audience.id_kind", spec->audience.id_kind.n, DELIVERY, whole | bridge},
	        {"destination.name", spec->destination.name.n, DELIVERY,
	                whole | formatter | uploader},
	        {"destination.columns", spec->destination.columns_count, DELIVERY,
	                whole | formatter},
	        {"destination.data_template", spec->destination.data_template.n, DELIVERY, whole},
	        {"bucket.url", spec->bucket.url.n, DELIVERY, whole | uploader},
	};
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (needed[i].n == 0 && (needed[i].kinds >> spec->kind & 1) != 0 &&
		        (needed[i].readers >> reader & 1) != 0)
			return err_set(
			        e, ERR_REJECT, CODE_BAD_SPEC, "%s: is missing", needed[i].path);
	if (reader == WHOLE && spec->kind == SPEC_DELIVERY &&
	        spec->destination.completion == COMPLETION_SUCCESS_FILE &&
	        spec->destination.marker_template.n == 0)
		return err_set(
		        e, ERR_REJECT, CODE_BAD_SPEC, "destination.marker_template: is missing");
	return 0;
}

static int check_canonical(
        const struct spec *spec, struct str json, struct arena *mem, struct err *e)
{
	AUTO_JSON again = shape_write(&spec_shape, spec);
	struct str text = again ? json_canonical(again, mem) : (struct str){NULL, 0};
	if (!text.p) {
		return err_set(
		        e, ERR_REJECT, CODE_TOO_LARGE, "the spec is larger than the memory for it");
	}
	if (!str_eq(text, json)) {
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC,
		        "the spec is not in canonical form (keys sorted, compact, defaults left "
		        "out)");
	}
	return 0;
}

static int parse(struct str json, int reader, struct arena *mem, struct spec *out, struct err *e)
{
	if (json.n > SPEC_MAX_BYTES) {
		return err_set(e, ERR_REJECT, CODE_TOO_LARGE, "the spec is larger than %d bytes",
		        SPEC_MAX_BYTES);
	}
	json_error_t where;
	if (!json.p)
		json = STR("");
	AUTO_JSON tree = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &where);
	if (!tree) {
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC, "byte %d: no JSON", where.position);
	}
	struct spec spec;
	int act = shape_read(&spec_shape, tree, mem, &spec, e);
	if (act == 0) {
		act = check_canonical(&spec, json, mem, e);
	}
	if (act == 0) {
		act = check_needed(&spec, reader, e);
	}
	if (act == 0) {
		*out = spec;
	}
	return act;
}

int spec_parse(struct str json, struct arena *mem, struct spec *out, struct err *e)
{
	return parse(json, WHOLE, mem, out, e);
}

int spec_parse_part(struct str json, enum spec_reader reader, struct arena *mem, struct spec *out,
        struct err *e)
{
	return parse(json, (int)reader, mem, out, e);
}
