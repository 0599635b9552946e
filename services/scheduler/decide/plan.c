/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "longshore/names.h"

int plan_init(struct file_plan *plan, int64_t members, int64_t parts_max, struct err *e)
{
	int64_t rows = plan->spec->destination.max_rows_per_file;
	int64_t parts = rows > 0 && members > rows ? (members - 1) / rows + 1 : 1;
	if (parts > parts_max)
		return err_set(e, ERR_REJECT, CODE_TOO_MANY_PARTS,
		        "%lld rows in files of %lld make %lld parts; at most %lld are allowed",
		        (long long)members, (long long)rows, (long long)parts,
		        (long long)parts_max);
	plan->members = members;
	plan->parts = (int32_t)parts;
	plan->has_manifest = plan->spec->destination.manifest_template.n > 0;
	plan->has_marker = plan->spec->destination.completion == COMPLETION_SUCCESS_FILE;
	return 0;
}

int32_t plan_files(const struct file_plan *plan)
{
	return plan->parts + (plan->has_manifest ? 1 : 0) + (plan->has_marker ? 1 : 0);
}

enum ev_file_role plan_role(const struct file_plan *plan, int32_t file)
{
	if (file < plan->parts)
		return EV_FILE_ROLE_PART;
	return plan->has_manifest && file == plan->parts ? EV_FILE_ROLE_MANIFEST
	                                                 : EV_FILE_ROLE_MARKER;
}

void plan_part(const struct file_plan *plan, int32_t file, int64_t *out_first, int64_t *out_ranks)
{
	int64_t rows = plan->parts > 1 ? plan->spec->destination.max_rows_per_file : plan->members;
	*out_first = rows * file;
	int64_t left = plan->members - *out_first;
	*out_ranks = left < rows ? left : rows;
}

int plan_name(const struct file_plan *plan, int32_t file, struct arena *mem, struct str *out,
        struct err *e)
{
	struct naming n = {
	        .spec = plan->spec,
	        .zone = plan->zone,
	        .delivery_id = plan->delivery->id,
	        .label = plan->delivery->memory.label,
	        .planned_ms = plan->delivery->planned_ms,
	        .parts = plan->parts,
	};
	const struct spec_destination *to = &plan->spec->destination;
	switch (plan_role(plan, file)) {
	case EV_FILE_ROLE_PART:
		n.part = file + 1;
		return naming_expand(to->data_template, &n, mem, out, e);
	case EV_FILE_ROLE_MANIFEST:
		return naming_expand(to->manifest_template, &n, mem, out, e);
	case EV_FILE_ROLE_MARKER:
		break;
	}
	return naming_expand(to->marker_template, &n, mem, out, e);
}

static int clash(const struct name_clash *c, size_t count, struct err *e)
{
	if (!c->first)
		return err_set(
		        e, ERR_REJECT, CODE_TOO_MANY_PARTS, "%zu file names are too many", count);
	if (c->is_below)
		return err_set(e, ERR_REJECT, CODE_BAD_NAME,
		        "file " STR_FMT " would be below file " STR_FMT
		        ", but a name cannot be both a file and a directory; change one of the "
		        "templates",
		        STR_ARG(*c->second), STR_ARG(*c->first));
	return err_set(e, ERR_REJECT, CODE_BAD_NAME,
	        "two files of the delivery would have the name " STR_FMT
	        ", or names that differ only by upper and lower case; put {part} into the template "
	        "of the parts, and use other words for manifest and marker",
	        STR_ARG(*c->second));
}

int plan_names(const struct file_plan *plan, struct arena *mem, struct str **out, struct err *e)
{
	size_t count = (size_t)plan_files(plan);
	struct str *names = ARENA_TRY_ARRAY(mem, struct str, count);
	struct name_clash found = {NULL, NULL, false};
	if (!names)
		return clash(&found, count, e);
	struct arena scratch; /* there can be very many: mem keeps nothing else */
	int act = 0;
	arena_init(&scratch, mem->limit_bytes);
	for (size_t i = 0; i < count && act == 0; i++) {
		struct str name = STR("");
		arena_reset(&scratch);
		act = plan_name(plan, (int32_t)i, &scratch, &name, e);
		names[i] = arena_str(mem, name);
	}
	arena_reset(&scratch);
	if (act == 0 && names_clash(names, count, &scratch, &found))
		act = clash(&found, count, e);
	arena_release(&scratch);
	if (act == 0)
		*out = names;
	return act;
}
