/* SPDX-License-Identifier: Apache-2.0 */
#include "cause.h"

struct id cause_delivery_id(struct str tenant, struct str route, struct str cause_kind,
        struct str cause, struct str epoch)
{
	struct str fields[] = {tenant, route, cause_kind, cause, epoch};
	return id_of("delivery/1", fields, 5);
}

struct id cause_build_id(struct str tenant, struct str bridge, struct str cause_kind,
        struct str cause, struct str epoch)
{
	struct str fields[] = {tenant, bridge, cause_kind, cause, epoch};
	return id_of("build/1", fields, 5);
}
