/* SPDX-License-Identifier: Apache-2.0 */
#include "longshore/log_events.h"

#define LOG_EVENT_ROW(name, word, level, remedy) {word, LOG_##level, remedy},
const struct log_event_row log_events[LOG_EVENTS] = {LOG_EVENT_ROWS(LOG_EVENT_ROW)};
