/* SPDX-License-Identifier: Apache-2.0 */
#include "config/field.h"
#include "config/spec_shape.h"
#include "tables.h"
#include "worker/metrics.h"

#include "longshore/bridge.h"
#include "longshore/names.h"

void print_limits(void)
{
	out_open("numbers", '{');
	out_number("BRIDGE_ID_MAX", BRIDGE_ID_MAX);
	out_number("NAME_MAX_BYTES", NAME_MAX_BYTES);
	out_number("NAME_COMPONENT_MAX_BYTES", NAME_COMPONENT_MAX_BYTES);
	out_number("SPEC_BRIDGE_INVALID_PPM", SPEC_BRIDGE_INVALID_PPM);
	out_close('}');
	out_words("tokens", words_tokens);
}

void print_metrics(void)
{
	out_open("metrics", '[');
	for (int i = 0; i < WORKER_METRICS; i++) {
		out_open(NULL, '{');
		out_text("name", worker_metrics[i].name);
		out_text("labels", worker_metrics[i].label);
		out_close('}');
	}
	out_close(']');
}
