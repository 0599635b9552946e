/* SPDX-License-Identifier: Apache-2.0
 * Options that several verbs take. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#define OPTION_ACTOR \
	{ \
		"--actor", "NAME", false, "who makes the request; default: the system user" \
	}
#define OPTION_TENANT \
	{ \
		"--tenant", "NAME", false, "needed only if there are several tenants" \
	}
#define OPTION_NOTE \
	{ \
		"--note", "TEXT", false, "reason, for the audit trail" \
	}
#define OPTION_WAIT \
	{ \
		"--wait", "SECONDS", true, "wait until it is final or held; default: one hour" \
	}
#define OPTION_NO_WAIT \
	{ \
		"--no-wait", NULL, false, "do not wait for the scheduler's answer" \
	}
#define OPTION_ID \
	{ \
		"--id", "TRIGGER_ID", false, "requests with the same id are the same delivery" \
	}
#define OPTION_END \
	{ \
		NULL, NULL, false, NULL \
	}

#endif
