/* SPDX-License-Identifier: Apache-2.0
 * Each service gets only the part of a spec that it needs: the uploader sees no filter or list, the
 * bridge-worker no file or drop. A part has the form of a spec and its own hash. Pure. */
#ifndef LONGSHORE_SPEC_PART_H
#define LONGSHORE_SPEC_PART_H

#include "longshore/spec.h"

enum spec_reader {
	SPEC_FOR_BUILDER,
	SPEC_FOR_BRIDGE_WORKER,
	SPEC_FOR_FORMATTER,
	SPEC_FOR_UPLOADER,
	SPEC_READERS
};

/* The reader's part of a spec. ERR_REJECT ("bad_spec"): not JSON. */
int spec_part(struct str json, enum spec_reader reader, struct arena *mem, struct str *out_json,
        char out_hash[SHA256_HEX], struct err *e) ERR_MUST_USE;

/* Like spec_parse, but only the reader's fields are required. The JSON is a part, or a whole spec,
 * which schedulers of older releases send. */
int spec_parse_part(struct str json, enum spec_reader reader, struct arena *mem, struct spec *out,
        struct err *e) ERR_MUST_USE;

#endif
