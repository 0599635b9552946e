/* SPDX-License-Identifier: Apache-2.0
 *
 * Extracts a part of a spec. A part of canonical JSON is canonical too, so members are copied or
 * left out unchanged.
 */
#include "longshore/spec_part.h"

#include "shape.h"

#include <assert.h>
#include <string.h>

/* Paths of the members for each reader. An object is taken whole. */
static const char *const parts[SPEC_READERS][24] = {
        [SPEC_FOR_BUILDER] = {"kind", "tenant", "bridge"},
        [SPEC_FOR_BRIDGE_WORKER] = {"kind", "tenant", "route", "audience", "bridge.name",
                "destination.suppress_states", "destination.suppress_unknown_state", "suppressions",
                "limits.slice_bytes"},
        [SPEC_FOR_FORMATTER] = {"kind", "tenant", "audience.name", "destination.name",
                "destination.columns", "destination.format", "destination.header_row",
                "destination.delimiter", "destination.quote_mode", "destination.crlf",
                "destination.compression"},
        [SPEC_FOR_UPLOADER] = {"kind", "tenant", "destination.name", "bucket",
                "limits.files_per_second_milli"},
};

/* Paths have at most two names. */
static int take(const json_t *whole, const char *path, json_t *part)
{
	const char *dot = strchr(path, '.');
	if (!dot) {
		json_t *member = json_object_get(whole, path);
		return member ? json_object_set(part, path, member) : 0;
	}
	char group[64];
	assert((size_t)(dot - path) < sizeof(group));
	memcpy(group, path, (size_t)(dot - path));
	group[dot - path] = '\0';
	json_t *member = json_object_get(json_object_get(whole, group), dot + 1);
	json_t *to = json_object_get(part, group);
	if (!member)
		return 0;
	if (!to && json_object_set_new(part, group, to = json_object()) != 0)
		return -1;
	return json_object_set(to, dot + 1, member);
}

int spec_part(struct str json, enum spec_reader reader, struct arena *mem, struct str *out_json,
        char out_hash[SHA256_HEX], struct err *e)
{
	json_error_t where;
	AUTO_JSON whole = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &where);
	if (!whole)
		return err_set(e, ERR_REJECT, CODE_BAD_SPEC, "byte %d: no JSON", where.position);
	AUTO_JSON part = json_object();
	int failed = part ? 0 : -1;
	for (const char *const *path = parts[reader]; *path && !failed; path++)
		failed = take(whole, *path, part);
	struct str text = failed ? (struct str){NULL, 0} : json_canonical(part, mem);
	if (!text.p)
		return err_set(
		        e, ERR_REJECT, CODE_TOO_LARGE, "the spec is larger than the memory for it");
	sha256_hex(text.p, text.n, out_hash);
	*out_json = text;
	return 0;
}
