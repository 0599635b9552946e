/* SPDX-License-Identifier: Apache-2.0
 * All verbs, in the order of the help: verb_<name> is one. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli.h"

#define CLI_VERBS(X) \
	X(migrate) \
	X(topics) \
	X(keys) \
	X(apply) \
	X(get) \
	X(delete) \
	X(bridge) \
	X(deliver) \
	X(status) \
	X(watch) \
	X(trace) \
	X(approve) \
	X(reject) \
	X(cancel) \
	X(resume) \
	X(doctor)

#define VERB(name) extern const struct cli_verb verb_##name;
CLI_VERBS(VERB)
#undef VERB

#endif
