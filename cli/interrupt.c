/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <signal.h>

static volatile sig_atomic_t came;

static void mark(int number)
{
	(void)number;
	came = 1;
}

void cli_catch_interrupt(void)
{
	struct sigaction action = {.sa_handler = mark}; /* no SA_RESTART, so that waits end */
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

bool cli_is_interrupted(void)
{
	return came != 0;
}
