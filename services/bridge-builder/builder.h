/* SPDX-License-Identifier: Apache-2.0
 * The bridge-builder as a task service. */
#ifndef BRIDGE_BUILDER_BUILDER_H
#define BRIDGE_BUILDER_BUILDER_H

#include "longshore/worker.h"

extern const struct task_service bridge_builder_service;

#endif
