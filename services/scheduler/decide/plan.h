/* SPDX-License-Identifier: Apache-2.0
 *
 * The files that a selection becomes: parts cut by rank, then manifest and marker. Every part
 * but the last has exactly the allowed number of rows. Files are counted from 0 in upload order.
 * Pure.
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
	int32_t parts; /* at least one, even for no members */
	bool has_manifest, has_marker;
};

/* More than parts_max parts are ERR_REJECT ("too_many_parts"). */
int plan_init(
        struct file_plan *plan, int64_t members, int64_t parts_max, struct err *e) ERR_MUST_USE;
int32_t plan_files(const struct file_plan *plan);
enum ev_file_role plan_role(const struct file_plan *plan, int32_t file);
void plan_part(const struct file_plan *plan, int32_t file, int64_t *out_first, int64_t *out_ranks);
int plan_name(const struct file_plan *plan, int32_t file, struct arena *mem, struct str *out,
        struct err *e) ERR_MUST_USE;
/* Two names that exclude each other are ERR_REJECT ("bad_name"). *out has plan_files() names. */
int plan_names(const struct file_plan *plan, struct arena *mem, struct str **out,
        struct err *e) ERR_MUST_USE;

#endif
