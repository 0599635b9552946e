/* SPDX-License-Identifier: Apache-2.0 */
#include "builder.h"

int main(int argc, char **argv)
{
	return worker_run_tasks(&bridge_builder_service, argc, argv);
}
