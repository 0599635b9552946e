/* SPDX-License-Identifier: Apache-2.0
 *
 * Which files a selection becomes: parts cut by rank, each of exactly the allowed rows but the
 * last, then manifest and marker. Files are counted from 0 in the order of their upload. Pure.
 */
#ifndef SCHEDULER_PLAN_H
#define SCHEDULER_PLAN_H

#include "delivery/delivery.h"
#include "naming.h"

struct file_plan {
	const struct spec *spec;
	const struct tz *zone;
	const struct delivery *delivery;
	int64_t members;
	int32_t parts; /* at least one, also for no members */
	bool has_manifest, has_marker;
};

/* parts_most: more parts than this are none that we plan. ERR_REJECT ("too_many_parts"). */
int plan_init(
        struct file_plan *plan, int64_t members, int64_t parts_most, struct err *e) ERR_MUST_USE;
int32_t plan_files(const struct file_plan *plan);
enum ev_file_role plan_role(const struct file_plan *plan, int32_t file);
void plan_part(const struct file_plan *plan, int32_t file, int64_t *out_first, int64_t *out_ranks);
int plan_name(const struct file_plan *plan, int32_t file, struct arena *mem, struct str *out,
        struct err *e) ERR_MUST_USE;
/* Two that cannot both be there: ERR_REJECT ("bad_name"). *out has plan_files() names. */
int plan_names(const struct file_plan *plan, struct arena *mem, struct str **out,
        struct err *e) ERR_MUST_USE;

#endif
