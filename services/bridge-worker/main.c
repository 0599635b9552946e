/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

int main(int argc, char **argv)
{
	return worker_run_tasks(&bridge_worker_service, argc, argv);
}
