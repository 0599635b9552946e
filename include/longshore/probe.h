/* SPDX-License-Identifier: Apache-2.0
 *
 * Named points in the program: static tracepoints of provider `longshore`, a nop unless they are
 * traced. Operators use them with bpftrace; tests stop and kill a process there with gdb. List:
 * tests/crash/points. */
#ifndef LONGSHORE_PROBE_H
#define LONGSHORE_PROBE_H

#include <sys/sdt.h>

#define PROBE(name) DTRACE_PROBE(longshore, name)

#endif
