/* SPDX-License-Identifier: Apache-2.0
 * All verbs; main.c has them in the order of the help. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli.h"

extern const struct cli_verb verb_migrate, verb_topics, verb_keys, verb_apply, verb_get,
        verb_delete, verb_deliver, verb_status, verb_trace, verb_approve, verb_reject, verb_cancel,
        verb_resume, verb_bridge, verb_watch, verb_doctor;

#endif
