/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether the directory at a bucket's URL is the right one. Where a drop is not mounted there is an
 * empty directory, and where another disk is mounted there is another drop: both take files, and the
 * partner gets none of them. The scheduler remembers the identity of the place behind each URL and
 * names it in each task.
 *
 *   task has                 place must be             a mark is made
 *   asks_place               any: it is told           where there is none
 *   bucket_place             that one, whatever a      never
 *                            person answered
 *   place                    that one, but for a       never
 *                            person's answer
 *   none of them, upload     any                       where there is none (from a scheduler that
 *                                                      does not remember places)
 *   none of them, settle     any                       never: there is nothing to be found without
 *                                                      a mark
 *
 * Nothing is written to a place before it was compared, not even a trial.
 */
#ifndef LONGSHORE_UPLOADER_PLACE_H
#define LONGSHORE_UPLOADER_PLACE_H

#include "uploader.h"

#define PLACE_NONE "none" /* in place of the identity that a place does not have */

/* Opens the drop of the task. ERR_RETRY ("drop_unavailable") at another place than is wanted, with
 * the facts `place_wanted` and `place_found`. A place that this process meets for the first time is
 * tried out. */
int place_open(const struct upload_op *op, struct drop **out, char identity[DROP_IDENTITY_BYTES],
        struct err *e) ERR_MUST_USE;

/* asks_place: ERR_DEFER ("place_unknown") with the fact `place`; or why it could not be looked at. */
int place_tell(const struct upload_op *op, struct err *e) ERR_MUST_USE;

#endif
