/* SPDX-License-Identifier: Apache-2.0
 * From what people type to what there is: deliveries by the beginning of an id, routes by name. */
#ifndef CLI_FIND_H
#define CLI_FIND_H

#include "cli.h"

/* The whole id where `given` is the beginning of exactly one, of four digits at least; else as it was given.
 * ERR_REJECT ("ambiguous") lists the candidates. */
int cli_find_id(struct cli *cli, struct str given, struct str *out, struct err *e) ERR_MUST_USE;

/* Sets the argument to the kind that is meant ("routes": Route). ERR_REJECT ("usage") with the nearest where there is
 * none. */
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
