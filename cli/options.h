/* SPDX-License-Identifier: Apache-2.0
 * Options that several verbs take. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#define OPTION_ACTOR \
	{ \
		"--actor", "NAME", false, "who asks; the system user if left out" \
	}
#define OPTION_TENANT \
	{ \
		"--tenant", "NAME", false, "may be left out where there is only one" \
	}
#define OPTION_NOTE \
	{ \
		"--note", "TEXT", false, "why; goes into the audit trail" \
	}
#define OPTION_WAIT \
	{ \
		"--wait", "SECONDS", true, \
		        "until it is final or held; an hour if no number follows" \
	}
#define OPTION_NO_WAIT \
	{ \
		"--no-wait", NULL, false, "do not wait for the scheduler's answer" \
	}
#define OPTION_ID \
	{ \
		"--id", "TRIGGER_ID", false, \
		        "the same id is the same delivery, however often asked" \
	}
#define OPTION_END \
	{ \
		NULL, NULL, false, NULL \
	}

#endif
