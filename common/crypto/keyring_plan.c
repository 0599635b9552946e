/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of one file stand together, and where a reader and a writer share a key the reader comes
 * first: keyring_init writes in this order, so a crash never leaves a writer with an epoch that its
 * reader lacks.
 */
#include "longshore/keyring.h"

#include "key_file.h"
#include "keyring_plan.h"

#include <string.h>

const char *const keyring_services[] = {
        "scheduler",
        "bridge-builder",
        "bridge-worker",
        "formatter",
        "uploader",
        "audit-sink",
        NULL,
};

static const struct keyring_grant plan[] = {
        {"bridge-builder", "staging-specs.key"},
        {"bridge-worker", "staging-specs.key"},
        {"formatter", "staging-specs.key"},
        {"uploader", "staging-specs.key"},
        {"scheduler", "staging-specs.key"},
        {"bridge-worker", "staging-keys.key"},
        {"bridge-builder", "staging-keys.key"},
        {"formatter", "staging-values.key"},
        {"bridge-builder", "staging-values.key"},
        {"formatter", "staging-selections.key"},
        {"bridge-worker", "staging-selections.key"},
        {"uploader", "staging-files.key"},
        {"formatter", "staging-files.key"},
        {"uploader", "staging-ledger.key"},
        {"bridge-worker", KEYRING_EPOCHS},
        {"bridge-builder", KEYRING_EPOCHS},
        {"bridge-builder", "mark.key"},
        {"scheduler", KEYRING_IDENTITY},
        {"bridge-builder", KEYRING_IDENTITY},
        {"bridge-worker", KEYRING_IDENTITY},
        {"formatter", KEYRING_IDENTITY},
        {"uploader", KEYRING_IDENTITY},
};

const struct keyring_grant *keyring_plan(size_t *out_count)
{
	*out_count = sizeof plan / sizeof plan[0];
	return plan;
}

bool keyring_is_granted(const char *service, const char *file)
{
	const char *pattern = key_file_epoch(file) > 0 ? KEYRING_EPOCHS : file;
	for (size_t i = 0; i < sizeof plan / sizeof plan[0]; i++)
		if (strcmp(plan[i].service, service) == 0 && strcmp(plan[i].file, pattern) == 0)
			return true;
	return false;
}
