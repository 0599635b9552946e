/* SPDX-License-Identifier: Apache-2.0
 * The bridge-worker as a task service: opens what its threads share, and hands each task to its
 * operation. */
#ifndef BRIDGE_WORKER_WORKER_H
#define BRIDGE_WORKER_WORKER_H

#include "longshore/worker.h"

extern const struct task_service bridge_worker_service;

#endif
