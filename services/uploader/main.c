/* SPDX-License-Identifier: Apache-2.0 */
#include "uploader.h"

int main(int argc, char **argv)
{
	return worker_run_tasks(&uploader_service, argc, argv);
}
