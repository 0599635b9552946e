/* SPDX-License-Identifier: Apache-2.0
 *
 *
 * Checks that the directory at a bucket's URL is the right one. If a drop is not mounted, there is
 * an empty directory; if another disk is mounted, there is another drop. Both accept files, and the
 * partner gets none of them. The scheduler stores the identity of the place at each URL and names
 * it in each task.
 *
 *   task has                 place must be             a mark is made
 *   asks_place               any; it is reported       if there is none
 *   bucket_place             that one, whatever a      never
 *                            person answered
 *   place                    that one, unless a        never
 *                            person answered
 *   none of them, upload     any                       if there is none (from a scheduler that
 *                                                      does not remember places)
 *   none of them, settle     any                       never: without a mark there is nothing
 *                                                      to find
 *
 * Nothing is written to a place before its identity was compared, not even a trial.
 */
#ifndef LONGSHORE_UPLOADER_PLACE_H
#define LONGSHORE_UPLOADER_PLACE_H

#include "uploader.h"

#define PLACE_NONE "none" /* stands for the identity of a place that has none */

/* Opens the drop of the task. ERR_RETRY ("drop_unavailable") if the place is not the wanted one,
 * with the facts `place_wanted` and `place_found`. Probes a place that this process has not used
 * before. */
int place_open(const struct upload_op *op, struct drop **out, char identity[DROP_IDENTITY_BYTES],
        struct err *e) ERR_MUST_USE;

/* For asks_place: ERR_DEFER ("place_unknown") with the fact `place`, or the reason why the place
 * could not be read. */
int place_tell(const struct upload_op *op, struct err *e) ERR_MUST_USE;

#endif
