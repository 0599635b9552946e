/* SPDX-License-Identifier: Apache-2.0
 * The spec's table: every field of struct spec, its default and its limits. */
#ifndef LONGSHORE_CONFIG_SPEC_SHAPE_H
#define LONGSHORE_CONFIG_SPEC_SHAPE_H

#include "shape.h"

extern const struct shape spec_shape;

/* Presets that documents share with the spec. */
enum {
	SPEC_ATTEMPTS = 8,
	SPEC_HOLD_HOURS = 720,
	SPEC_SLICE_BYTES = 64 * 1024 * 1024,
	SPEC_SLICE_BYTES_MIN = 64,
};

#endif
