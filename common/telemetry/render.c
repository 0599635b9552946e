/* SPDX-License-Identifier: Apache-2.0 */
#include "render.h"

#include <inttypes.h>

static int render_head(const struct metric *m, struct buf *out, struct err *e)
{
	const char *kind = m->kind == METRIC_COUNTER ? "counter" : "gauge";
	return buf_printf(out, e, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name, kind);
}

int render_metrics(const char *service, const struct metric *metrics,
        const atomic_int_fast64_t *values, size_t count, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		const struct metric *m = &metrics[i];
		bool is_first = i == 0 || strcmp(metrics[i - 1].name, m->name) != 0;
		if (is_first && render_head(m, out, e))
			return e->act;
		int64_t value = atomic_load_explicit(&values[i], memory_order_relaxed);
		if (buf_printf(out, e, "%s{service=\"%s\"%s%s} %" PRId64 "\n", m->name, service,
		            m->label ? "," : "", m->label ? m->label : "", value))
			return e->act;
	}
	return 0;
}
