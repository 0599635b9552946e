/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers.h"

#include "driver.h"
#include "drop_driver.h"
#include "source_driver.h"

static const struct driver drivers[] = {
        {"file", &drop_file_ops, &source_file_ops, &store_file_ops},
        {"sftp", &drop_sftp_ops, &source_sftp_ops, NULL},
};

static bool has_scheme(struct str url, struct str scheme)
{
	return str_has_prefix(url, scheme) &&
	       str_has_prefix(str_bytes(url.p + scheme.n, url.n - scheme.n), STR("://"));
}

const struct driver *driver_find(struct str url)
{
	for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
		if (has_scheme(url, str_c(drivers[i].scheme)))
			return &drivers[i];
	return NULL;
}

struct str driver_rest(const struct driver *driver, struct str url)
{
	size_t n = strlen(driver->scheme) + 3;
	return str_bytes(url.p + n, url.n - n);
}
