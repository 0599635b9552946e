/* SPDX-License-Identifier: Apache-2.0
 * Reading a spec. That its bytes are canonical is checked in the simplest way: they are written
 * again and compared. */
#include "longshore/spec.h"

#include "spec_shape.h"

static inline void json_drop(json_t **json)
{
	json_decref(*json);
}

/* What a delivery cannot be without, whatever the table allows for a build. */
static int check_delivery(const struct spec *spec, struct err *e)
{
	const struct {
		const char *path;
		size_t n;
	} needed[] = {
	        {"route", spec->route.n},
	        {"audience.name", spec->audience.name.n},
	        {"audience.source.url", spec->audience.source.url.n},
	        {"audience.id_column", spec->audience.id_column.n},
	        {"audience.id_kind", spec->audience.id_kind.n},
	        {"destination.name", spec->destination.name.n},
	        {"destination.columns", spec->destination.columns_count},
	        {"destination.data_template", spec->destination.data_template.n},
	        {"bucket.url", spec->bucket.url.n},
	};
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (needed[i].n == 0) {
			return err_set(e, ERR_REJECT, "bad_spec", "%s: is missing", needed[i].path);
		}
	}
	if (spec->destination.completion == COMPLETION_SUCCESS_FILE &&
	        spec->destination.marker_template.n == 0) {
		return err_set(
		        e, ERR_REJECT, "bad_spec", "destination.marker_template: is missing");
	}
	return 0;
}

static int check_canonical(
        const struct spec *spec, struct str json, struct arena *mem, struct err *e)
{
	__attribute__((cleanup(json_drop))) json_t *again = shape_write(&spec_shape, spec);
	struct str text = again ? json_canonical(again, mem) : (struct str){NULL, 0};
	if (!text.p) {
		return err_set(
		        e, ERR_REJECT, "too_large", "the spec is larger than the memory for it");
	}
	if (!str_eq(text, json)) {
		return err_set(e, ERR_REJECT, "bad_spec",
		        "the spec is not in canonical form (keys sorted, compact, defaults left "
		        "out)");
	}
	return 0;
}

int spec_parse(struct str json, struct arena *mem, struct spec *out, struct err *e)
{
	if (json.n > SPEC_MAX_BYTES) {
		return err_set(e, ERR_REJECT, "too_large", "the spec is larger than %d bytes",
		        SPEC_MAX_BYTES);
	}
	json_error_t where;
	__attribute__((cleanup(json_drop))) json_t *tree =
	        json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &where);
	if (!tree) {
		return err_set(e, ERR_REJECT, "bad_spec", "byte %d: no JSON", where.position);
	}
	struct spec spec;
	int result = shape_read(&spec_shape, tree, mem, &spec, e);
	if (result == 0) {
		result = check_canonical(&spec, json, mem, e);
	}
	if (result == 0 && spec.kind == SPEC_DELIVERY) {
		result = check_delivery(&spec, e);
	}
	if (result == 0) {
		*out = spec;
	}
	return result;
}
