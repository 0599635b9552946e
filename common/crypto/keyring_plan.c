/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of one file are adjacent. Where a reader and a writer share a key, the reader comes first.
 * keyring_init writes in this order, so a crash never leaves a writer with an epoch that its
 * reader lacks. The rows follow from services/registry.toml.
 */
#include "keyring_plan.h"

#include "key_file.h"
#include "longshore/services.h"

#include <string.h>

bool keyring_is_granted(const char *service, const char *file)
{
	const char *pattern = key_file_epoch(file) > 0 ? KEYRING_EPOCHS : file;
	for (size_t i = 0; i < service_keys_count; i++) {
		if (strcmp(service_keys[i].service, service) == 0 &&
		        strcmp(service_keys[i].file, pattern) == 0)
			return true;
	}
	return false;
}
