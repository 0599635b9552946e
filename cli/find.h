/* SPDX-License-Identifier: Apache-2.0
 * Finds what people name: deliveries by the first digits of an id, routes by name. */
#ifndef CLI_FIND_H
#define CLI_FIND_H

#include "cli.h"

/* The whole id if `given` has at least four digits and only one id begins with it; otherwise
 * `given` itself. ERR_REJECT ("ambiguous") lists the candidates. */
int cli_find_id(struct cli *cli, struct str given, struct str *out, struct err *e) ERR_MUST_USE;

/* Sets the argument to the kind that it means ("routes": Route). ERR_REJECT ("usage") suggests the
 * nearest kind if there is no such kind. */
int cli_find_kind(struct cli *cli, int position, const char *verb, struct err *e) ERR_MUST_USE;

struct found_name {
	struct str tenant; /* absent: any */
	struct str name;   /* absent: any */
};
/* A route or bridge as ROUTE or TENANT/ROUTE; the tenant also by --tenant or LONGSHORE_TENANT. ERR_REJECT
 * ("not_found") with the nearest name where none is applied, nor known from its deliveries. */
int cli_find_route(
        struct cli *cli, const char *given, struct found_name *out, struct err *e) ERR_MUST_USE;
/* --tenant, LONGSHORE_TENANT, or the part before the slash; absent: none of them. ERR_REJECT ("usage") if they
 * contradict; ("not_found") with the nearest name where no such tenant is known. */
int cli_find_tenant(
        struct cli *cli, const char *given, struct found_name *out, struct err *e) ERR_MUST_USE;

#endif
