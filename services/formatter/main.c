/* SPDX-License-Identifier: Apache-2.0 */
#include "formatter.h"

int main(int argc, char **argv)
{
	return worker_run_tasks(&formatter_service, argc, argv);
}
